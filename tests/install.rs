//! What `pkgconfig/install` leaves is what programs link with, dynamically and statically.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a command and gives its output; a failure shows both of its streams.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}{errors}");
    text
}

/// An empty folder of this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    folder
}

fn installer(prefix: &Path) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("pkgconfig/install"));
    command.env("PREFIX", prefix).env("PROFILE", "debug");
    for variable in ["DESTDIR", "LIBDIR", "LIBZMQ_VERSION"] {
        command.env_remove(variable);
    }
    command
}

fn pkg_config(prefix: &Path, question: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command.env("PKG_CONFIG_LIBDIR", prefix.join("lib/pkgconfig")).args(question).arg("libzmq");
    run(&mut command).split_whitespace().map(String::from).collect()
}

/// Compiles a program that prints the versions of the library and of the header.
fn compile(prefix: &Path, name: &str, flags: &[String]) -> PathBuf {
    let source = prefix.join("version.c");
    let text = "#include <zmq.h>\n\
        int main(void) {\n\
            int a, b, c;\n\
            zmq_version(&a, &b, &c);\n\
            printf(\"%d.%d.%d %d\\n\", a, b, c, ZMQ_VERSION);\n\
            return zmq_has(\"ipc\") != 1;\n\
        }\n";
    std::fs::write(&source, text).expect("the prefix is writable");
    let program = prefix.join(name);
    run(Command::new("cc").arg("-o").arg(&program).arg(&source).args(flags));
    program
}

#[test]
fn programs_link_dynamically_and_statically_through_pkg_config() {
    let prefix = folder("prefix");
    run(&mut installer(&prefix));
    let keys = run(&mut Command::new(prefix.join("bin/curve_keygen")));
    let key_after = |title: &str| keys.split_once(title).map(|(_, rest)| rest.trim_start());
    for title in ["== CURVE PUBLIC KEY ==", "== CURVE SECRET KEY =="] {
        let key = key_after(title).and_then(|rest| rest.lines().next());
        assert_eq!(key.map(str::len), Some(40), "{keys}");
    }
    let lib = prefix.join("lib");
    for (link, target) in [("libzmq.so", "libzmq.so.5.2.5"), ("libzmq.so.5", "libzmq.so.5.2.5")] {
        assert_eq!(std::fs::read_link(lib.join(link)).expect(link), Path::new(target));
    }

    let flags = pkg_config(&prefix, &["--cflags", "--libs"]);
    let dynamic = compile(&prefix, "dynamic", &flags);
    assert_eq!(run(Command::new(&dynamic).env("LD_LIBRARY_PATH", &lib)), "4.3.5 40305\n");
    let needs = run(Command::new("readelf").arg("--dynamic").arg(&dynamic));
    assert!(needs.contains("[libzmq.so.5]"), "{needs}");

    // The static library alone, and beside it what Libs.private lists.
    let mut flags = pkg_config(&prefix, &["--static", "--cflags", "--libs"]);
    for flag in &mut flags {
        if flag == "-lzmq" {
            *flag = "-l:libzmq.a".into();
        }
    }
    let statically = compile(&prefix, "static", &flags);
    assert_eq!(run(&mut Command::new(&statically)), "4.3.5 40305\n");
    let needs = run(Command::new("readelf").arg("--dynamic").arg(&statically));
    assert!(!needs.contains("libzmq"), "{needs}");
}

#[test]
fn a_version_of_the_build_is_told_by_all_three() {
    let staging = folder("staging");
    let mut command = installer(Path::new("/opt/zeromq"));
    command
        .env("DESTDIR", &staging)
        .env("LIBDIR", "/opt/zeromq/lib")
        .env("LIBZMQ_VERSION", "4.3.7");
    // Its own folder, because the version goes into the library.
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("version"));
    run(&mut command);

    let prefix = staging.join("opt/zeromq");
    let lib = prefix.join("lib");
    assert!(lib.join("libzmq.so.5.2.7").exists());
    assert_eq!(pkg_config(&prefix, &["--modversion"]), ["4.3.7"]);
    let flags = [
        format!("-I{}", prefix.join("include").display()),
        format!("-L{}", lib.display()),
        "-lzmq".into(),
    ];
    let program = compile(&prefix, "version", &flags);
    assert_eq!(run(Command::new(program).env("LD_LIBRARY_PATH", &lib)), "4.3.7 40307\n");
}

#[test]
fn a_version_that_is_none_is_refused_before_anything_is_written() {
    let prefix = folder("refused");
    let output = installer(&prefix).env("LIBZMQ_VERSION", "4.3").output().expect("sh runs");
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("three numbers"), "{errors}");
    assert_eq!(std::fs::read_dir(&prefix).expect("it is there").count(), 0);
}
