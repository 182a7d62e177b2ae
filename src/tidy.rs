//! The rules of this source tree that a compiler does not know, as a test.
//!
//! Every file says what it owns, is short, keeps `unsafe` where it is allowed, and imports only from the
//! rooms below its own. The order of the rooms is the table of `lib.rs`, which is read here.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where `unsafe` may stand: these files, and what lies in these folders.
const UNSAFE: [&str; 6] =
    ["capi/", "crypto/lanes.rs", "message/repr.rs", "message/repr/", "pipe/", "sys/"];

const LONG_FILE: usize = 500;
const TOO_LONG_FILE: usize = 800;
const TOO_LONG_FUNCTION: usize = 70;

/// How many lines above an unsafe block its reason may begin.
const REASON_WITHIN: usize = 8;

struct Source {
    /// Path below `src/`, with slashes.
    path: String,
    /// The lines as written.
    text: Vec<String>,
    /// The lines without comments and without what stands in quotes.
    code: Vec<String>,
}

impl Source {
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The first line of the unit tests, or the end: tests may look at any room.
    fn tests_at(&self) -> usize {
        self.code.iter().position(|line| line.contains("#[cfg(test)]")).unwrap_or(self.code.len())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(source(&path));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn source(path: &Path) -> Source {
    let text = fs::read_to_string(path).expect("a source file is text");
    let path = path.strip_prefix(root()).expect("it lies in src");
    Source {
        path: path
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/"),
        code: code(&text).lines().map(String::from).collect(),
        text: text.lines().map(String::from).collect(),
    }
}

/// The text with comments, strings and characters blanked out, line by line as before.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match rest.as_bytes() {
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
            [b'"', ..] => string_length(rest),
            [b'r', b'"' | b'#', ..]
                if !out.ends_with(|c: char| c.is_alphanumeric() || c == '_') =>
            {
                raw_string_length(rest)
            }
            [b'\'', ..] => character_length(rest),
            _ => 0,
        };
        let (skipped, kept) =
            if length == 0 { ("", first.len_utf8()) } else { (&rest[..length], 0) };
        out.extend(skipped.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        out.push_str(&rest[..kept]);
        rest = &rest[length + kept..];
    }
    out
}

fn string_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    rest.len()
}

/// 0 for what only looks like one: a raw identifier such as `r#type`.
fn raw_string_length(rest: &str) -> usize {
    let hashes = rest[1..].bytes().take_while(|&byte| byte == b'#').count();
    if !rest[1 + hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = 2 + hashes;
    rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len())
}

/// 0 for a lifetime.
fn character_length(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    let Some((_, first)) = characters.next() else { return 0 };
    if first == '\\' {
        return rest[3..].find('\'').map_or(0, |at| at + 4);
    }
    match characters.next() {
        Some((at, '\'')) => at + 1,
        _ => 0,
    }
}

/// The rank of each room, from the table in `lib.rs`: a room may import from a greater one. Rooms of a row
/// see those to their right, unless the row says that they do not know each other.
fn ranks(library: &str) -> HashMap<String, usize> {
    let mut ranks = HashMap::new();
    for (row, line) in library.lines().filter(|line| line.starts_with("//! | [`")).enumerate() {
        let cells: Vec<&str> = line.split('|').collect();
        let are_strangers = cells[2].contains("do not know each other");
        for (column, name) in cells[1].split('`').skip(1).step_by(2).enumerate() {
            ranks.insert(name.to_string(), row * 10 + if are_strangers { 0 } else { column });
        }
    }
    ranks
}

/// The rooms that a line names: `crate::room` and the members of `crate::{...}`.
fn rooms_named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in line.split("crate::").skip(1) {
        let names = match part.strip_prefix('{') {
            Some(group) => members(group),
            None => vec![part],
        };
        for name in names {
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let end = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
            rooms.push(name[..end].to_string());
        }
    }
    rooms
}

/// The outermost members of a group whose opening brace is behind.
fn members(group: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(group[start..at].trim());
                return found;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(group[start..at].trim());
                start = at + 1;
            }
            _ => (),
        }
    }
    found
}

fn wrong_imports(source: &Source, ranks: &HashMap<String, usize>) -> Vec<String> {
    let Some(&own) = ranks.get(source.room()) else { return Vec::new() };
    // A group may span lines, so the imports are read from one text.
    let code = source.code[..source.tests_at()].join(" ");
    rooms_named(&code)
        .into_iter()
        .filter(|room| room != source.room() && ranks.get(room).is_some_and(|&rank| rank <= own))
        .map(|room| format!("{}: imports {room}, which is not below", source.path))
        .collect()
}

/// Whether a file may hold `unsafe`.
fn may_be_unsafe(path: &str) -> bool {
    UNSAFE.iter().any(|place| path == *place || (place.ends_with('/') && path.starts_with(place)))
}

/// Whether a file is the parent of such a place, so that it cannot forbid.
fn has_unsafe_below(path: &str) -> bool {
    let folder = path.strip_suffix("mod.rs");
    path == "lib.rs"
        || folder.is_some_and(|folder| UNSAFE.iter().any(|place| place.starts_with(folder)))
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

/// Whether the file or a module above it forbids `unsafe`.
fn is_forbidden(path: &str, sources: &[Source]) -> bool {
    let forbids =
        |source: &Source| source.code.iter().any(|line| line.contains("#![forbid(unsafe_code)]"));
    let parents = path.match_indices('/').map(|(at, _)| format!("{}/mod.rs", &path[..at]));
    let mut paths: Vec<String> = parents.collect();
    paths.push(path.to_string());
    sources.iter().any(|source| paths.contains(&source.path) && forbids(source))
}

fn unsafe_without_reason(source: &Source) -> Vec<String> {
    let is_block = |line: &str| line.contains("unsafe {") || line.contains("unsafe impl");
    let code = source.code.iter().enumerate();
    code.filter(|(_, line)| is_block(line))
        .filter(|(at, _)| {
            let above = &source.text[at.saturating_sub(REASON_WITHIN)..=*at];
            !above.iter().any(|line| line.contains("SAFETY:"))
        })
        .map(|(at, _)| format!("{}:{}: unsafe without a SAFETY comment", source.path, at + 1))
        .collect()
}

fn long_functions(source: &Source) -> Vec<String> {
    let starts = source.code.iter().enumerate().filter(|(_, line)| is_function(line));
    starts
        .map(|(start, _)| (start, function_lines(&source.code[start..])))
        .filter(|&(_, lines)| lines > TOO_LONG_FUNCTION)
        .map(|(start, lines)| format!("{}:{}: {lines} lines", source.path, start + 1))
        .collect()
}

/// `fn` and a name: not a pointer type.
fn is_function(line: &str) -> bool {
    let name =
        line.trim_start().split_once("fn ").filter(|(before, _)| !before.contains(['(', '=']));
    name.is_some_and(|(_, name)| name.contains('('))
}

/// The lines of a function up to its closing brace, or to the semicolon that stands for a body.
fn function_lines(code: &[String]) -> usize {
    let mut open = Vec::new();
    for (at, line) in code.iter().enumerate() {
        for c in line.chars() {
            match c {
                '{' | '(' | '[' => open.push(c),
                '}' if open == ['{'] => return at + 1,
                '}' | ')' | ']' => drop(open.pop()),
                ';' if open.is_empty() => return at + 1,
                _ => (),
            }
        }
    }
    code.len()
}

fn assert_none(rule: &str, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_owns() {
    let sources = sources();
    let is_silent =
        |source: &&Source| !source.text.first().is_some_and(|line| line.starts_with("//! "));
    let wrong = sources.iter().filter(is_silent).map(|source| source.path.clone()).collect();
    assert_none("a file opens with //! and what it owns", wrong);
}

#[test]
fn files_and_functions_are_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        match source.text.len() {
            lines if lines > TOO_LONG_FILE => wrong.push(format!("{}: {lines} lines", source.path)),
            lines if lines > LONG_FILE => println!("warning: {}: {lines} lines", source.path),
            _ => (),
        }
        wrong.extend(long_functions(&source));
    }
    assert_none("files up to 800 lines, functions up to 70", wrong);
}

#[test]
fn unsafe_stands_where_it_may_and_says_why() {
    let sources = sources();
    let mut wrong = Vec::new();
    for source in &sources {
        if may_be_unsafe(&source.path) {
            wrong.extend(unsafe_without_reason(source));
        } else if source.code.iter().any(|line| has_word(line, "unsafe")) {
            wrong.push(format!("{}: unsafe is not allowed here", source.path));
        } else if !has_unsafe_below(&source.path) && !is_forbidden(&source.path, &sources) {
            wrong.push(format!("{}: #![forbid(unsafe_code)] is missing", source.path));
        }
    }
    assert_none("unsafe only in its places", wrong);
}

#[test]
fn imports_go_downward() {
    let sources = sources();
    let library = sources.iter().find(|source| source.path == "lib.rs").expect("lib.rs is there");
    let ranks = ranks(&library.text.join("\n"));
    assert!(ranks.len() >= 20, "the table of rooms in lib.rs was not found: {ranks:?}");
    let wrong = sources.iter().flat_map(|source| wrong_imports(source, &ranks)).collect();
    assert_none("a room imports from those below it in lib.rs", wrong);
}

#[test]
fn nothing_is_left_to_do() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (at, line) in source.code.iter().enumerate() {
            for word in ["todo!", "unimplemented!", "dbg!"] {
                if line.contains(word) {
                    wrong.push(format!("{}:{}: {word}", source.path, at + 1));
                }
            }
        }
    }
    assert_none("no body is postponed", wrong);
}

/// What is asked of a collection itself would be taken from the reserve, though it may be refused; and what is refused without
/// it ends the process.
#[test]
fn room_is_asked_for_in_one_place() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path != "sys/memory.rs") {
        for (at, line) in source.code.iter().enumerate() {
            if line.contains(".try_reserve") || line.contains("handle_alloc_error") {
                wrong.push(format!("{}:{}: sys::memory::Room has it", source.path, at + 1));
            }
        }
    }
    assert_none(
        "room that may be refused is asked for in sys::memory, and no lack of it ends the process",
        wrong,
    );
}

#[test]
fn the_rules_see_what_is_wrong() {
    let blanked = code(
        "a(\"x \\\" unsafe {\", 'u', '\\'', r#\"\"fn\"#); // unsafe {\nfn f<'a>(r#type: u8) {}",
    );
    assert!(!blanked.contains("unsafe") && !blanked.contains("\"fn"), "{blanked}");
    assert_eq!(blanked.lines().nth(1), Some("fn f<'a>(r#type: u8) {}"));

    let table = "//! | [`a`] | top |\n//! | [`b`], [`c`] | who do not know each other |\n//! | [`d`], [`e`] | low |";
    let ranks = ranks(table);
    let wrong = |path: &str, text: &str| {
        let text: Vec<String> = text.lines().map(String::from).collect();
        let source = Source { path: path.into(), code: text.clone(), text };
        wrong_imports(&source, &ranks).len()
    };
    assert_eq!(wrong("a/x.rs", "use crate::{b, c::y, d::{e, f}};"), 0);
    assert_eq!(wrong("b.rs", "use crate::{\n d::z,\n c::{a, b},\n};"), 1);
    assert_eq!(wrong("d.rs", "use crate::e;"), 0);
    assert_eq!(wrong("e.rs", "fn f() { crate::d::g() }"), 1);
    assert_eq!(wrong("e.rs", "#[cfg(test)]\nuse crate::a;"), 0);

    let long = format!("fn f(x: [u8; 4]) {{\n{}}}\n", "    g();\n".repeat(TOO_LONG_FUNCTION));
    let text: Vec<String> = long.lines().map(String::from).collect();
    let source = Source { path: "x.rs".into(), code: text.clone(), text };
    assert_eq!(long_functions(&source).len(), 1);

    let text = vec!["let x = unsafe { y() };".to_string()];
    let source = Source { path: "sys/x.rs".into(), code: text.clone(), text };
    assert_eq!(unsafe_without_reason(&source).len(), 1);
    assert!(may_be_unsafe("pipe/ring.rs") && !may_be_unsafe("message/mod.rs"));
}
