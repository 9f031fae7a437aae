//! `whimbrel fmt`

use std::path::Path;

use crate::support::Folder;

const UNTIDY: &str = "rule a{forbid  AddField\n message 'm' # why\n}\n";
const TIDY: &str = "rule a {\n  forbid AddField\n  message 'm'  # why\n}\n";

#[test]
fn files_and_folders_are_formatted_in_place() {
    let folder = Folder::with(&[("ci/a.rules", UNTIDY), ("ci/deep/b.rules", TIDY), ("ci/readme.md", "x")]);
    let run = folder.run(&["fmt", "ci"]);
    assert_eq!((run.status, run.out.as_str()), (0, "formatted: ci/a.rules\n1 of 2 files formatted\n"), "{}", run.err);
    assert_eq!(folder.read("ci/a.rules"), TIDY);
    let again = folder.run(&["fmt", "ci"]);
    assert_eq!((again.status, again.out.as_str()), (0, "0 of 2 files formatted\n"));
}

#[test]
fn check_names_the_files_changes_nothing_and_fails() {
    let folder = Folder::with(&[("a.rules", UNTIDY)]);
    let run = folder.run(&["fmt", "--check", "a.rules"]);
    assert_eq!((run.status, run.out.as_str()), (1, "would change: a.rules\n1 of 1 files would change\n"));
    assert_eq!(folder.read("a.rules"), UNTIDY);
}

#[test]
fn the_files_of_the_configuration_are_the_default() {
    let folder = Folder::with(&[("whimbrel.toml", "rules = [\"ci/*.rules\"]\n"), ("ci/a.rules", UNTIDY)]);
    assert_eq!(folder.run(&["fmt", "--quiet"]).out, "formatted: ci/a.rules\n");
    let run = Folder::with(&[]).run(&["fmt"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("the configuration names no rule files"), "{}", run.err);
}

#[test]
fn a_file_with_a_mistake_is_left_alone_and_the_others_are_formatted() {
    let broken = "rule b { forbid AddField && }\n";
    let folder = Folder::with(&[("a.rules", UNTIDY), ("b.rules", broken)]);
    let run = folder.run(&["fmt", "a.rules", "b.rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("b.rules:1"), "{}", run.err);
    assert_eq!(folder.read("b.rules"), broken);
    assert_ne!(folder.read("a.rules"), UNTIDY);
}

#[test]
fn the_rule_files_of_this_repository_are_formatted() {
    let folders = ["rules", "tests/policies", "examples"];
    let run =
        Folder::with(&[]).run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &[&["fmt", "--check"], &folders[..]].concat());
    assert_eq!(run.status, 0, "`whimbrel fmt {}`: {}{}", folders.join(" "), run.out, run.err);
}
