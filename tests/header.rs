//! `include/zmq.h` is what the Rust source says, and declares what `include/libzmq.sym` lists.

use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config};

/// The files of the C face in the order of the header: their constants and prototypes follow it.
const STABLE: [&str; 12] = [
    "constants",
    "types",
    "context",
    "message",
    "socket",
    "monitor",
    "poll",
    "proxy",
    "utils",
    "threads",
    "security",
    "timers",
];

/// The files behind `ZMQ_BUILD_DRAFT_API`.
const DRAFT: [&str; 8] = [
    "draft/constants",
    "draft/types",
    "draft/context",
    "draft/message",
    "draft/socket",
    "draft/monitor",
    "draft/poll",
    "draft/poller",
];

const REGENERATE: &str = "regenerate it with: WRITE_HEADER=1 cargo test --test header";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn generated(config: Config, files: &[&str]) -> String {
    let mut builder = Builder::new().with_config(config);
    for file in files {
        builder = builder.with_src(root().join(format!("src/capi/{file}.rs")));
    }
    let mut header = Vec::new();
    builder.generate().expect("the C face parses").write(&mut header);
    compact(&String::from_utf8(header).expect("a header is text"))
}

/// A comment of one line on one line, and no blank line between constants of a group.
fn compact(header: &str) -> String {
    let fields = header.replace("    /*     ", "    /* ").replace("\n     */", " */");
    let comments = fields.replace("/*\n ", "/* ").replace("\n */", " */");
    let groups = comments.replace("\n\n#define", "\n#define").replace("\n/* ", "\n\n/* ");
    groups.replace("\n\n\n", "\n\n")
}

/// The whole header: the texts of the configuration around the stable part and the draft part.
fn header() -> String {
    let mut config = Config::from_file(root().join("cbindgen.toml")).expect("cbindgen.toml parses");
    let head = config.header.take().expect("cbindgen.toml has a header");
    let guard = config.after_includes.take().expect("cbindgen.toml opens the draft part");
    let tail = config.trailer.take().expect("cbindgen.toml has a trailer");
    let stable = generated(config.clone(), &STABLE);
    let draft = generated(config, &DRAFT);
    [head, stable, guard, draft, tail].map(|part| part.trim().to_string()).join("\n\n") + "\n"
}

fn read(path: &str) -> String {
    let path: PathBuf = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The functions that a header declares: a name followed by a parenthesis, after ZMQ_EXPORT.
fn declared(header: &str) -> Vec<String> {
    let mut names: Vec<String> = header
        .split("\nZMQ_EXPORT")
        .skip(1)
        .filter_map(|rest| {
            let (before, _) = rest.split_once('(')?;
            Some(before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?.to_string())
        })
        .collect();
    names.sort();
    names
}

#[test]
fn the_header_is_the_one_that_the_source_gives() {
    let wanted = header();
    if std::env::var_os("WRITE_HEADER").is_some() {
        std::fs::write(root().join("include/zmq.h"), &wanted).expect("include/ is writable");
    }
    let found = read("include/zmq.h");
    for (number, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(found, wanted, "include/zmq.h, line {}: {REGENERATE}", number + 1);
    }
    assert_eq!(found.len(), wanted.len(), "include/zmq.h ends differently: {REGENERATE}");
}

#[test]
fn the_list_of_symbols_is_sorted_and_is_what_the_header_declares() {
    let listed: Vec<String> = read("include/libzmq.sym").lines().map(String::from).collect();
    assert_eq!(listed.len(), 97);
    assert!(listed.is_sorted());
    assert_eq!(listed, declared(&header()));
}

#[test]
fn the_header_says_the_version_that_the_build_script_defaults_to() {
    let header = read("include/zmq.h");
    let part = |name: &str| -> String {
        let (_, rest) = header.split_once(&format!("#define ZMQ_VERSION_{name} ")).expect(name);
        rest.lines().next().unwrap_or_default().into()
    };
    let version = format!("\"{}.{}.{}\"", part("MAJOR"), part("MINOR"), part("PATCH"));
    assert!(read("build.rs").contains(&version), "build.rs does not default to {version}");
}

#[test]
fn the_options_of_the_core_have_the_numbers_of_the_header() {
    let header = header();
    let numbers = read("src/options/numbers.rs");
    let mut count = 0;
    for line in numbers.lines() {
        let Some((name, value)) = line
            .strip_prefix("pub const ")
            .and_then(|rest| rest.trim_end_matches(';').split_once(": i32 = "))
        else {
            continue;
        };
        // An alias is the name of another number, in both lists.
        let value = match value.strip_prefix("0x").map(|digits| i64::from_str_radix(digits, 16)) {
            Some(number) => number.expect(line).to_string(),
            None => value.to_string(),
        };
        let defined = format!("\n#define {name} {value}\n");
        assert!(header.contains(&defined), "src/options/numbers.rs: {line}");
        count += 1;
    }
    assert!(count > 80, "only {count} numbers were found");
}
