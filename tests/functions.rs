//! Which functions of the C face still answer ENOTSUP, whatever they are given.

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src/capi is readable") {
        let path = entry.expect("src/capi is readable").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The exported functions of the C face, with the text of each.
fn functions() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/capi"), &mut paths);
    let mut functions = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).expect("a source file is text");
        for part in text.split("#[unsafe(no_mangle)]\n").skip(1) {
            let name = part.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
            let body = part.split("\n}\n").next().unwrap_or_default();
            functions.push((name.expect("a function").0.to_string(), body.to_string()));
        }
    }
    functions.sort();
    functions
}

#[test]
fn every_function_of_the_list_has_a_body() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/libzmq.sym");
    let list = fs::read_to_string(list).expect("include/libzmq.sym is there");
    let functions = functions();
    let names: Vec<&str> = functions.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, list.lines().collect::<Vec<_>>());

    let waiting: Vec<&str> = functions
        .iter()
        .filter(|(_, body)| body.contains("not_yet!("))
        .map(|(name, _)| name.as_str())
        .collect();
    println!("{} of {} answer ENOTSUP: {}", waiting.len(), names.len(), waiting.join(" "));
}
