//! Whatever a file holds: a finding or a clear error, soon, and never a crash.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use whimbrel::config::FailOn;
use whimbrel::report::{RenderOptions, render_diagnostics};
use whimbrel::rules;
use whimbrel::source::SourceFile;

use crate::support::{Folder, Run};

/// Far more than any of these takes; far less than a user would wait for.
const SOON: Duration = Duration::from_secs(120);

const HEAD: &str =
    "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    operations = [\n";

/// What `check` says of a folder with this one migration.
fn judged(content: impl AsRef<[u8]>) -> Run {
    let folder = Folder::with(&[("shop/migrations/0001_initial.py", "")]);
    fs::write(folder.path().join("shop/migrations/0001_initial.py"), content).unwrap();
    run_soon(&folder, &["check", "shop", "--format", "concise"])
}

fn run_soon(folder: &Folder, arguments: &[&str]) -> Run {
    let start = Instant::now();
    let run = folder.run(arguments);
    assert!(start.elapsed() < SOON, "{arguments:?} took {:?}", start.elapsed());
    assert!(!run.err.contains("panicked"), "{}", run.err);
    run
}

fn assert_finding(run: &Run, words: &str) {
    assert!(
        run.status == 1 && run.out.contains("error[whimbrel/unreadable]"),
        "{}: {}{}",
        run.status,
        run.out,
        run.err
    );
    assert!(run.out.contains(words), "{}", run.out);
}

#[test]
fn brackets_without_end_are_a_finding() {
    assert_finding(&judged(format!("{HEAD}{}{}]\n", "(".repeat(50_000), ")".repeat(50_000))), "nested too deeply");
    assert_finding(&judged(format!("{HEAD}{}", "[".repeat(50_000))), "nested too deeply");
}

#[test]
fn what_is_no_text_is_a_finding() {
    assert_finding(&judged([HEAD.as_bytes(), b"'\xff\xfe']\n"].concat()), "not valid UTF-8");
    assert_finding(&judged(format!("{HEAD}\0]\n")), "NUL byte");
    assert_finding(&judged([0x80_u8, 0, 0xff, 0x1b].repeat(100_000)), "not valid UTF-8");
}

#[test]
fn ten_megabytes_are_read() {
    let run = judged(format!("{HEAD}        migrations.RunSQL('{}'),\n    ]\n", "x".repeat(10_000_000)));
    assert!(run.out.ends_with("in 1 migration (1 operation)\n"), "{}{}", run.out, run.err);
    let lines = "        # nothing here but a comment of the length that comments have, again and again\n";
    let run = judged(format!("{HEAD}{}    ]\n", lines.repeat(10_000_000 / lines.len())));
    assert_eq!((run.status, run.out.as_str()), (0, "no problems in 1 migration (0 operations)\n"));
}

#[test]
fn operations_without_end_are_a_finding() {
    let operation = "        migrations.AddField('order', 'a', models.TextField(default='')),\n";
    assert_finding(&judged(format!("{HEAD}{}    ]\n", operation.repeat(20_000))), "it has 20000 operations");
}

#[test]
fn values_that_grow_without_end_are_undecided() {
    let doubled: Vec<String> = (0..60).map(|step| format!("a{} = a{step} + a{step}\n", step + 1)).collect();
    let doubled = doubled.concat();
    let run = judged(format!("a0 = [1]\n{doubled}{HEAD}        *a60,\n    ]\n"));
    assert!(run.status == 0 && run.out.contains("too large to follow"), "{}{}", run.out, run.err);
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_change_nothing() {
    let text = format!("{HEAD}        migrations.RunSQL('VACUUM'),\n    ]\n");
    let windows = judged(format!("\u{feff}{}", text.replace('\n', "\r\n")));
    let plain = judged(text);
    assert!(plain.out.contains("0001_initial.py:6:28: error"), "{}", plain.out);
    assert_eq!(windows.out, plain.out);
}

#[test]
fn links_in_a_circle_and_files_that_are_none_end() {
    let folder = Folder::with(&[("shop/migrations/0001_initial.py", "")]);
    let migrations = folder.path().join("shop/migrations");
    symlink("..", migrations.join("loop")).unwrap();
    symlink("0002_self.py", migrations.join("0002_self.py")).unwrap();
    symlink("/dev/zero", migrations.join("0003_device.py")).unwrap();
    fs::create_dir(migrations.join("0004_folder.py")).unwrap();
    let pipe = migrations.join("0005_pipe.py");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let run = run_soon(&folder, &["check", "shop", "--format", "concise"]);
    for name in ["0002_self", "0003_device", "0005_pipe"] {
        assert!(run.out.contains(&format!("{name}.py:1:1: error[whimbrel/unreadable]")), "{}{}", run.out, run.err);
    }
    let run = run_soon(&folder, &["check", "shop/migrations/0005_pipe.py", "--format", "concise"]);
    assert_finding(&run, "it is not a regular file");
}

#[test]
fn hostile_rule_files_are_errors() {
    let cases: [(&[u8], &str); 4] = [
        (b"rule a { forbid RunSQL message \"\xff\" }", "UTF-8"),
        (b"rule a { forbid RunSQL \0 message \"m\" }", "team.rules:1:"),
        (b"", ""),
        (b"\xef\xbb\xbfrule a { forbid RunSQL message \"m\" }\r\n", ""),
    ];
    for (content, words) in cases {
        let folder = Folder::with(&[("whimbrel.toml", "rules = [\"team.rules\"]\n")]);
        fs::write(folder.path().join("team.rules"), content).unwrap();
        let run = run_soon(&folder, &["rules"]);
        assert_eq!(run.status, if words.is_empty() { 0 } else { 2 }, "{content:?}: {}{}", run.out, run.err);
        assert!(run.err.contains(words), "{content:?}: {}", run.err);
    }
    let deep = format!("rule a {{ forbid RunSQL when {} message \"m\" }}", "(".repeat(50_000));
    let folder = Folder::with(&[("whimbrel.toml", "rules = [\"team.rules\"]\n"), ("team.rules", &deep)]);
    assert_eq!(run_soon(&folder, &["rules"]).status, 2);
}

/// A small generator with a fixed seed: the same edits in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

fn edit(text: &str, random: &mut Random) -> String {
    const PIECES: [&str; 16] =
        ["}", "{", "(", ")", "\"", "```", "#", "rule x {", " and ", "\n", "=", "é", ",", "because", "`", "not "];
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    let at = random.below(lines.len());
    match random.below(5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => {
            let next = (at + 1).min(lines.len() - 1);
            lines.swap(at, next);
        }
        kind => {
            let line = &mut lines[at];
            let place = random.below(line.len());
            let place = (place..line.len()).find(|place| line.is_char_boundary(*place)).unwrap_or(0);
            if kind == 3 {
                line.insert_str(place, PIECES[random.below(PIECES.len())]);
            } else {
                line.remove(place);
            }
        }
    }
    lines.concat()
}

#[test]
fn an_edit_of_a_built_in_rule_file_costs_at_most_one_rule_and_is_drawn() {
    let files = built_in();
    let ids = |text: &str, path: &Path| {
        let (set, diagnostics) = rules::load(&[SourceFile::new(path.to_str().unwrap(), text)]);
        let ids: Vec<String> = set.rules.into_iter().map(|rule| rule.id).collect();
        (ids, diagnostics)
    };
    let options = RenderOptions {
        color: false,
        width: 80,
        unicode: true,
        quiet: false,
        hyperlinks: false,
        fail_on: FailOn::default(),
    };
    let mut random = Random(20_261_124);
    let mut costly = Vec::new();
    for round in 0..600 {
        let (path, text) = &files[round % files.len()];
        let (whole, _) = ids(text, path);
        let edited = edit(text, &mut random);
        let (left, diagnostics) = ids(&edited, path);
        let lost: Vec<&String> = whole.iter().filter(|id| !left.contains(id)).collect();
        if lost.len() > 1 {
            costly.push(format!("round {round} in {}: {lost:?}", path.display()));
        }
        assert!(lost.is_empty() || !diagnostics.is_empty() || left.len() == whole.len(), "round {round}: {lost:?}");
        assert!(diagnostics.is_empty() || !render_diagnostics(&diagnostics, &options).is_empty());
    }
    assert!(costly.is_empty(), "{}", costly.join("\n"));
}

fn built_in() -> Vec<(PathBuf, String)> {
    rules::built_in().iter().map(|file| (PathBuf::from(file.path()), file.text().to_owned())).collect()
}
