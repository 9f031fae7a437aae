//! What the formatter must never do, on every rule file there is and on what becomes of them by chance.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::format;
use super::tokens::{Kind, read};
use crate::language::parse::parse;
use crate::source::SourceFile;

fn formatted(text: &str) -> String {
    format(&SourceFile::new("team.rules", text)).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"))
}

/// Every rule file of the repository.
fn rule_files() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rules") {
                found.push((path.display().to_string(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new(env!("CARGO_MANIFEST_DIR")), &mut found);
    assert!(found.len() > 3, "{found:?}");
    found
}

/// The tree without its places.
fn shape(text: &str) -> String {
    let (file, mistakes) = parse(&SourceFile::new("team.rules", text));
    assert!(mistakes.is_empty(), "{mistakes:?}\n{text}");
    let written = format!("{:#?}", file.declarations);
    let mut shape = String::with_capacity(written.len());
    // `Span { … }` and the offsets of lines go on until their bracket closes; `@12..15` ends a value.
    let mut closing: Option<&str> = None;
    for line in written.lines() {
        let bare = line.trim();
        if let Some(end) = closing {
            closing = (bare != end).then_some(end);
        } else if bare.ends_with("Span {") || bare.ends_with("Span(") {
            closing = Some("},");
        } else if bare.ends_with("Set(") || bare.ends_with("Known(") {
            shape.push_str(bare);
        } else if bare.starts_with("line_offsets: [") {
            closing = Some("],");
        } else {
            shape.push_str(bare.rsplit_once('@').map_or(bare, |(value, _)| value));
            shape.push('\n');
        }
    }
    shape
}

fn comments(text: &str) -> Vec<String> {
    let tokens = read(text);
    tokens.iter().filter(|token| token.is_comment()).map(|token| token.text.to_owned()).collect()
}

/// Fails with the lines around the first difference.
fn same(what: &str, before: &str, after: &str) {
    let differs = before.lines().zip(after.lines()).position(|(before, after)| before != after);
    let Some(line) = differs.or((before != after).then_some(before.lines().count().min(after.lines().count()))) else {
        return;
    };
    let around = |text: &str| text.lines().skip(line.saturating_sub(6)).take(12).collect::<Vec<_>>().join("\n");
    panic!("{what}, line {line}:\n{}\n--- and then\n{}", around(before), around(after));
}

fn holds_what_it_held(text: &str) {
    let once = formatted(text);
    same("comments", &comments(text).join("\n"), &comments(&once).join("\n"));
    same("meaning", &shape(text), &shape(&once));
    same("formatted twice", &once, &formatted(&once));
}

#[test]
fn every_rule_file_keeps_its_meaning_and_its_comments() {
    for (path, text) in rule_files() {
        if parse(&SourceFile::new(path.as_str(), text.as_str())).1.is_empty() {
            holds_what_it_held(&text);
        }
    }
}

#[test]
fn clauses_stand_on_lines_of_their_own_and_are_aligned() {
    insta::assert_snapshot!(formatted(
        "rule   a  \"t\"{\n forbid AddField( field is TextField ,field.null )when app==\"x\"   unless(model in deployed)\n\n\n\
         severity error message   'm'\n why ```\n        text\n          more\n\n   ```\n}\nrule b{on AddField require field.null message \"m\"}"
    ), @r#"
    rule a "t" {
      forbid AddField(field is TextField, field.null)
      when   app == "x"
      unless (model in deployed)

      severity error
      message  'm'
      why ```
      text
        more

      ```
    }

    rule b { on AddField  require field.null  message "m" }
    "#);
}

#[test]
fn comments_stay_where_they_belong() {
    insta::assert_snapshot!(formatted(
        "# top\n\n\nedition 1 # first\n# about x\nlet x = [ # names\n  \"a\", # one\n  # two\n  \"b\" ]\nrule a { # open\n\
         # head\n  forbid AddField # all of them\n\n  # last\n message \"m\" # behind\n  # end\n}\n# bye"
    ), @r#"
    # top

    edition 1  # first
    # about x
    let x = [  # names
      "a",  # one
      # two
      "b",
    ]

    rule a {  # open
      # head
      forbid AddField  # all of them

      # last
      message "m"  # behind
      # end
    }

    # bye
    "#);
}

#[test]
fn a_long_condition_breaks_at_its_weakest_operator() {
    insta::assert_snapshot!(formatted(&format!(
        "rule a {{\n when field.{0} and (field.{0} or field.null) or app in [\"{0}\", \"{0}\", \"{0}\"]\n message \"m\"\n}}", "n".repeat(50)
    )), @r#"
    rule a {
      when    field.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
          and (field.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn or field.null)
        or app in [
          "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
          "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
          "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
        ]
      message "m"
    }
    "#);
}

#[test]
fn windows_line_ends_stay() {
    let text = formatted("edition  1\r\n\r\nlet x = True\r\n");
    assert_eq!(text, "edition 1\r\n\r\nlet x = True\r\n");
    assert_eq!(formatted(&text), text);
}

#[test]
fn a_file_with_a_mistake_is_left_alone() {
    let mistakes = format(&SourceFile::new("team.rules", "rule a { forbid AddField && x }")).unwrap_err();
    assert!(!mistakes.is_empty());
}

/// A rule file with other spaces and comments between its tokens. Where a fence opens and closes is part of it.
fn mutated(text: &str, seed: u64) -> String {
    let tokens = read(text);
    let mut state = seed;
    let mut next_choice = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(state >> 56).unwrap_or_default()
    };
    let mut out = String::new();
    for (index, token) in tokens.iter().enumerate() {
        let at_line = out.is_empty() || out.ends_with('\n');
        if index > 0 {
            let before = &tokens[index - 1];
            let gap = &text[before.span.end..token.span.start];
            let choice = next_choice();
            let starts_line = gap.contains('\n') || before.is_comment();
            // Declarations are found at the start of a line: no other word may come to stand there.
            match (choice, token.kind) {
                (_, Kind::Fence) => out.push(' '),
                _ if before.is_comment() && !at_line => out.push('\n'),
                (0..60, _) if starts_line => out.push_str("\n\n\n   "),
                (60..90, Kind::Word) if starts_line => out.push_str("  # odd\n"),
                (90..120, _) if starts_line => out.push_str("\n# own\n  "),
                (120..140, Kind::Symbol) if before.kind == Kind::Symbol && before.text != "}" => {
                    out.push_str(" # in\n ");
                }
                (140..200, _) if !gap.is_empty() => out.push_str("   "),
                _ => out.push_str(gap),
            }
        }
        out.push_str(token.text);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_chance_makes_of_rule_files_keeps_its_meaning(seed in any::<u64>()) {
        for (_, text) in rule_files().into_iter().filter(|(path, _)| path.ends_with("sample.rules") || path.ends_with("compat.rules")) {
            let text = mutated(&text, seed);
            let source: Arc<SourceFile> = SourceFile::new("team.rules", text.as_str());
            if parse(&source).1.is_empty() {
                holds_what_it_held(&text);
            }
        }
    }
}
