//! A broken invariant costs the host one errno and one line on stderr, not its life.

use std::ffi::c_int;
use std::process::Command;

use zmq::capi::entry::{entry, report_panics};
use zmq::errno::{Errno, Result};

/// Set for the process that breaks the invariant.
const BROKEN: &str = "LIBZMQ_TEST_BROKEN";

fn broken() -> Result<c_int> {
    panic!("an invariant of the test")
}

#[test]
fn a_panic_is_one_line_and_efault() {
    if std::env::var_os(BROKEN).is_some() {
        report_panics();
        let (result, error) = (entry::<c_int, _>(broken), Errno::last());
        // The harness keeps what is printed; the exit status tells instead.
        std::process::exit(if (result, error) == (-1, Errno::EFAULT) { 42 } else { 1 });
    }
    let output = Command::new(std::env::current_exe().expect("a test knows its own path"))
        .args(["--exact", "--nocapture", "a_panic_is_one_line_and_efault"])
        .env(BROKEN, "1")
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("a test can run itself");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(42), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.starts_with("libzmq: internal error at tests/panics.rs:"), "{errors}");
    assert!(errors.ends_with("an invariant of the test\n"), "{errors}");
}
