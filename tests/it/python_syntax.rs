//! `docs/python.md`: which Python is read, and what is said of the rest. Each example is tried.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::docs::{NOTE, assert_page};
use crate::support::Folder;

/// Newer than the parser, and read all the same.
const READ: [(&str, &str, &str); 6] = [
    ("nested quotes in an f-string", "3.12, PEP 701", "f\"{row[\"id\"]}\""),
    ("line ends and comments in a field of an f-string", "3.12, PEP 701", "f\"{\n    row  # the first\n}\""),
    ("type parameters and aliases", "3.12, PEP 695", "type Row[T] = dict[str, T]"),
    ("defaults of type parameters", "3.13, PEP 696", "class Rows[T = int]: pass"),
    ("`except` without parentheses", "3.14, PEP 758", "try:\n    row = 1\nexcept KeyError, ValueError:\n    pass"),
    ("template strings", "3.14, PEP 750", "t\"{row}\""),
];

/// Not read: an example, and the words that name it.
const UNREAD: [(&str, &str, &str); 11] = [
    ("unpacking in a dictionary comprehension", "3.15, PEP 798", "{**row for row in rows}"),
    ("a default of `*Ts` or `**P`", "3.13, PEP 696", "class Rows[*Ts = *tuple[int]]: pass"),
    ("a template string with less than four characters", "3.14, PEP 750", "t\"\""),
    ("the `print` statement", "2", "print row"),
    ("the `exec` statement", "2", "exec row"),
    ("`raise` with two values", "2", "raise Error, row"),
    ("backticks", "2", "`row`"),
    ("`<>`", "2", "row <> 1"),
    ("octal numbers with a plain zero", "2", "0777"),
    ("numbers that end in `L`", "2", "10L"),
    ("the string prefix `ur`", "2", "ur\"row\""),
];

/// What Python itself refuses as well, or nobody writes.
const LIMITS: [(&str, &str); 7] = [
    ("more than 200 brackets in brackets", "brackets are nested too deeply"),
    ("more than 100 blocks in blocks", "blocks are nested too deeply"),
    ("more than 1,000 operators, attributes and calls that wrap one another", "an expression is nested too deeply"),
    ("more than 500 branches of one `if`", "an `if` has too many branches"),
    ("a number of more than 4,300 digits", "a number has more than 4,300 digits"),
    ("a NUL byte", "the file contains a NUL byte"),
    ("more than 64 MB", "the file is larger than 64 MB"),
];

const INTRODUCTION: &str = "\
# Python syntax

Whimbrel reads Python without running it. Its parser knows Python up to 3.11 and parts of what came later; most of the
rest is put into older words first, without a change of any place or value. So a migration may be written in:

";

const UNREAD_INTRODUCTION: &str = "
## What is not read

A file with one of these is a finding of its own, `whimbrel/unreadable`, an error that names the construct and its place.
It is never skipped in silence, and what is known about the models behind it is uncertain until it is read again. Write it
in a form that older versions know, or `exclude` the file and review it by hand. Nothing else that Python compiles is
known to be refused: the migrations of the packages in `.ci/truth-packages` are read without an exception.

";

const LIMITS_INTRODUCTION: &str = "
## Limits

Hostile files end in a finding, not in a crash. Python has the first two limits itself, and the limit of digits.

";

/// A migration with that code in it.
fn migration(code: &str) -> String {
    format!(
        "from django.db import migrations\n\n{code}\n\n\nclass Migration(migrations.Migration):\n    operations = []\n"
    )
}

/// What is found in a migration with that code.
fn findings(code: &str) -> Vec<Json> {
    let folder = Folder::with(&[("shop/migrations/0001_x.py", &migration(code))]);
    let run = folder.run(&["check", "--format", "json", "shop"]);
    let report: Json = serde_json::from_str(&run.out).unwrap();
    report["findings"].as_array().unwrap().clone()
}

/// An example in a cell of a table.
fn cell(code: &str) -> String {
    let lines: Vec<String> = code.lines().map(|line| format!("`{}`", line.replace('`', "ˋ"))).collect();
    lines.join("<br>").replace('|', "\\|")
}

#[test]
fn what_is_newer_than_the_parser_is_read() {
    for (name, version, code) in READ {
        assert_eq!(findings(code), [] as [Json; 0], "{name}, {version}");
    }
}

#[test]
fn what_is_not_read_is_named() {
    for (name, version, code) in UNREAD {
        let found = findings(code);
        let only = found.first().filter(|_| found.len() == 1).unwrap_or_else(|| panic!("{name}: {found:?}"));
        assert_eq!((only["rule"].as_str(), only["severity"].as_str()), (Some("whimbrel/unreadable"), Some("error")));
        let message = only["message"].as_str().unwrap();
        let words = version.split_once(", ").map_or("Python 2", |(_, proposal)| proposal);
        assert!(message.contains(words), "{name} is not named: {message}");
        assert_eq!(only["line"], 3, "{name}: {message}");
    }
}

#[test]
fn what_nobody_writes_is_refused() {
    let nested = (0..101).map(|depth| " ".repeat(depth) + "if row:\n").collect::<Vec<_>>().concat();
    let branches = format!("if row: pass\n{}", "elif row: pass\n".repeat(501));
    let codes = [
        format!("{}{}", "[".repeat(201), "]".repeat(201)),
        format!("{nested}{}pass", " ".repeat(101)),
        format!("1{}", " + 1".repeat(1_001)),
        branches,
        "9".repeat(4_301),
        "'\0'".to_owned(),
    ];
    for ((name, words), code) in LIMITS.iter().zip(&codes) {
        let found = findings(code);
        let message = found[0]["message"].as_str().unwrap();
        assert!(message.contains(words), "{name}: {message}");
    }
}

#[test]
fn the_page_about_python_says_so() {
    let mut page = format!("{NOTE}{INTRODUCTION}| | Python | |\n| --- | --- | --- |\n");
    for (name, version, code) in READ {
        writeln!(page, "| {name} | {version} | {} |", cell(code)).unwrap();
    }
    write!(page, "{UNREAD_INTRODUCTION}| | Python | |\n| --- | --- | --- |\n").unwrap();
    for (name, version, code) in UNREAD {
        writeln!(page, "| {name} | {version} | {} |", cell(code)).unwrap();
    }
    write!(page, "{LIMITS_INTRODUCTION}| | what is said |\n| --- | --- |\n").unwrap();
    for (name, words) in LIMITS {
        writeln!(page, "| {name} | {words} |").unwrap();
    }
    assert_page("docs/python.md", &page);
}
