//! The shared library exports the functions of `include/libzmq.sym` and nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The shared library of this build: cargo puts it beside the test programs.
fn library() -> PathBuf {
    let program = std::env::current_exe().expect("a test knows its own path");
    program.with_file_name("libzmq.so")
}

fn exported(library: &Path) -> Vec<String> {
    let output = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=posix"])
        .arg(library)
        .output()
        .expect("nm of binutils is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut names: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next().map(String::from))
        .collect();
    names.sort();
    names
}

#[test]
fn the_library_exports_what_the_list_says() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/libzmq.sym");
    let list = std::fs::read_to_string(list).expect("include/libzmq.sym is there");
    let listed: Vec<&str> = list.lines().collect();
    assert_eq!(exported(&library()), listed);
}

#[test]
fn the_library_is_named_as_programs_ask_for_it() {
    let output = Command::new("readelf")
        .arg("--dynamic")
        .arg(library())
        .output()
        .expect("readelf of binutils is installed");
    let dynamic = String::from_utf8_lossy(&output.stdout);
    assert!(dynamic.contains("[libzmq.so.5]"), "{dynamic}");
}
