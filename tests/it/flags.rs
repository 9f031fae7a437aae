//! Every flag that `--help` names is seen working. A flag without an entry in [`seen`] fails the test.

use std::io::Write as _;
use std::process::Stdio;

use crate::repository::{Repository, run_of};
use crate::support::Run;

const RULES: &str = "rule gone \"field removed\" {\n  forbid  RemoveField\n  message \"`{field.name}` is removed\"\n  why     \"x\"\n  \
    fix     \"y\"\n  bad ```\n  migrations.RemoveField(\"order\", \"code\")\n  ```\n  good ```\n  \
    migrations.RunSQL(\"SELECT 1\", \"\")\n  ```\n}\n\nrule open { on AddField require field.null message \"open\" severity warning }\n";

const FIRST: &str = "shop/migrations/0001_initial.py";
const SECOND: &str = "shop/migrations/0002_more.py";
const OLD: &str = "old/migrations/0001_old.py";

fn migration(operations: &str) -> String {
    format!(
        "from django.conf import settings\nfrom django.db import migrations, models\n\n\n\
         class Migration(migrations.Migration):\n    operations = [{operations}]\n"
    )
}

const REMOVE: &str = "migrations.RemoveField('order', 'code')";

/// Two migrations that break a rule: one is committed, one is staged. `wrong.toml` has a mistake.
fn project() -> Repository {
    let repository = Repository::with(&[
        ("whimbrel.toml", "rules = [\"team.rules\"]\nexclude = [\"old\"]\n"),
        ("wrong.toml", "exlude = []\n"),
        ("team.rules", RULES),
        (FIRST, &migration(REMOVE)),
        (OLD, &migration(REMOVE)),
    ]);
    repository.commit();
    repository.write(SECOND, migration("migrations.RemoveField('order', 'name')"));
    repository.git(&["add", "--all"]);
    repository
}

/// What `check` says of the team's rules, in one line each.
fn check(repository: &Repository, arguments: &[&str]) -> Run {
    repository.run(&[&["check", "--select", "team/gone", "--format", "concise"], arguments].concat())
}

/// The files that `check` complains about.
fn files(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let run = check(repository, &[&["-q"], arguments].concat());
    run.out.lines().filter_map(|line| line.split(':').next()).map(str::to_owned).collect()
}

fn with_input(repository: &Repository, arguments: &[&str], input: &str) -> Run {
    let mut command = repository.command(env!("CARGO_BIN_EXE_whimbrel").as_ref(), repository.path());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    run_of(&child.wait_with_output().unwrap())
}

/// The arguments with which a command that takes a configuration can run.
fn plain(command: &str) -> Vec<&str> {
    let mut arguments: Vec<&str> = command.split_whitespace().collect();
    arguments.extend(match command {
        "explain" => vec!["compat/column-removed"],
        "state" => vec!["shop"],
        _ => vec![],
    });
    arguments
}

/// `--config FILE`, `--isolated`, `--color WHEN`, `--help`: alike in every command.
fn seen_everywhere(command: &str, flag: &str) -> bool {
    let repository = project();
    let arguments = plain(command);
    let run = |more: &[&str]| repository.run(&[&arguments, more].concat());
    match flag {
        "--config" => assert!(run(&["--config", "wrong.toml"]).err.contains("did you mean `exclude`?"), "{command}"),
        "--isolated" => {
            repository.write("whimbrel.toml", "exlude = []\n");
            assert_eq!(run(&[]).status, 2, "{command}");
            assert!(!run(&["--isolated"]).err.contains("exlude"), "{command}");
        }
        "--color" if ["", "completions", "new", "new rule", "new pack", "packs"].contains(&command) => {
            assert!(run(&["--color", "sometimes"]).err.contains("[possible values: auto, always, never]"), "{command}");
        }
        "--color" => {
            let wrong = |when: &str| run(&["--config", "wrong.toml", "--color", when]).err;
            assert!(wrong("always").contains('\u{1b}') && !wrong("never").contains('\u{1b}'), "{command}");
            assert!(!wrong("auto").contains('\u{1b}'), "{command}");
        }
        "--help" => assert!(run(&["--help"]).out.contains("Usage: whimbrel"), "{command}"),
        _ => return false,
    }
    true
}

/// Sees a flag work. `false` when nothing is known about it.
fn seen(command: &str, flag: &str) -> bool {
    if seen_everywhere(command, flag) {
        return true;
    }
    let repository = project();
    match (command, flag) {
        ("", "--version") => {
            assert_eq!(repository.run(&["--version"]).out, format!("whimbrel {}\n", env!("CARGO_PKG_VERSION")));
        }
        ("check", "--all") => assert_eq!(files(&repository, &["--all"]), [FIRST, SECOND]),
        ("check", "--since") => {
            repository.commit();
            assert_eq!(files(&repository, &["--since", "HEAD~1"]), [SECOND]);
        }
        ("check", "--stdin-filename") => {
            let arguments = [
                "check",
                "--select",
                "team/gone",
                "--format",
                "concise",
                "--stdin-filename",
                "shop/migrations/0003_x.py",
            ];
            let run = with_input(&repository, &arguments, &migration(REMOVE));
            assert!(run.out.starts_with("shop/migrations/0003_x.py:6:"), "{} {}", run.out, run.err);
        }
        ("check", "--format") => {
            for (format, start) in [
                ("full", "team/gone\n"),
                ("concise", SECOND),
                ("json", "{"),
                ("github", "::error "),
                ("junit", "<?xml"),
            ] {
                let run = repository.run(&["check", "--select", "team/gone", "--format", format]);
                assert!(run.out.starts_with(start), "{format}: {}", run.out);
            }
        }
        ("check", "--output-file") => {
            assert_eq!(check(&repository, &["--output-file", "out.txt"]).out, "");
            assert!(repository.read("out.txt").starts_with(SECOND));
        }
        ("check", "--statistics") => {
            assert!(check(&repository, &["--statistics"]).out.starts_with("1  error    team/gone\n"));
        }
        ("check", "--database") => {
            let run = repository.run(&["check", "--format", "json", "--database", "sqlite", "--database", "mysql@8.0"]);
            assert!(run.out.contains("\"sqlite\",\n      \"mysql@8.0\""), "{}", run.out);
        }
        ("check", "--django") => {
            assert!(
                repository.run(&["check", "--format", "json", "--django", "4.2"]).out.contains("\"django\": \"4.2\"")
            );
        }
        ("check", "--deployed") => {
            let run = check(&repository, &["-v", "--deployed", "main"]);
            assert!(run.err.contains("deployed       main (command line)"), "{}", run.err);
        }
        ("check", "--fail-on") => {
            assert_eq!((check(&repository, &[]).status, check(&repository, &["--fail-on", "never"]).status), (1, 0));
        }
        ("check", "--strict") => {
            repository
                .write(SECOND, migration("migrations.AddField('order', 'a', models.IntegerField(null=settings.NULL))"));
            let run =
                |more: &[&str]| repository.run(&[&["check", SECOND, "--select", "team/open"], more].concat()).status;
            assert_eq!((run(&[]), run(&["--strict"])), (0, 1));
        }
        ("check", "--select") => {
            let run = repository.run(&["check", "--select", "team/open", "--format", "concise", "-q"]);
            assert_eq!((run.status, run.out.as_str()), (0, ""));
        }
        ("check", "--ignore") => assert_eq!(files(&repository, &["--ignore", "team/*"]), [""; 0]),
        ("check", "--baseline") => {
            let entry = "{ rule = \"team/gone\", app = \"shop\", migration = \"0002_more\", operation = \"RemoveField\", object = \"order.name\" }";
            repository.write("b.toml", format!("findings = [{entry}]"));
            assert!(check(&repository, &["--baseline", "b.toml"]).out.contains("1 suppressed (1 by baseline)"));
        }
        ("check", "--write-baseline") => {
            assert_eq!(check(&repository, &["--write-baseline"]).status, 0);
            assert!(repository.read("whimbrel-baseline.toml").contains("team/gone"));
        }
        ("check", "--force-exclude") => {
            assert_eq!(files(&repository, &[OLD]), [OLD]);
            assert_eq!(files(&repository, &[OLD, "--force-exclude"]), [""; 0]);
        }
        ("check", "--quiet") => {
            assert_eq!(
                check(&repository, &["-q"]).out.lines().count() + 1,
                check(&repository, &[]).out.lines().count()
            );
        }
        ("check", "--verbose") => {
            assert!(check(&repository, &["-v"]).err.starts_with("configuration  whimbrel.toml\n"));
        }
        ("test", "--strict") => {
            repository.write("holes.rules", "rule r { forbid RunSQL message \"m\" }\n");
            let status = |more: &[&str]| repository.run(&[&["test", "holes.rules"], more].concat()).status;
            assert_eq!((status(&[]), status(&["--strict"])), (0, 1));
        }
        ("test", "--update") => {
            repository.write("one.rules", RULES.split("\nrule open").next().unwrap());
            assert!(repository.run(&["test", "--update", "one.rules"]).out.starts_with("updated: one.rules.snap\n"));
            assert!(repository.path().join("one.rules.snap").is_file());
        }
        ("test", "--quiet") => {
            repository.write("whimbrel.toml", "rules = [\"one.rules\"]\n");
            repository.write("one.rules", RULES.split("\nrule open").next().unwrap());
            assert!(repository.run(&["test"]).out.contains("1 rule, 2 examples"));
            assert!(!repository.run(&["test", "-q"]).out.contains("1 rule, 2 examples"));
        }
        ("fmt", "--check") => {
            repository.write("a.rules", "rule   a { forbid RunSQL message \"m\" }\n");
            assert_eq!(repository.run(&["fmt", "--check", "a.rules"]).status, 1);
            assert!(repository.read("a.rules").starts_with("rule   a"));
        }
        ("fmt", "--quiet") => {
            assert!(repository.run(&["fmt", "--check", "team.rules"]).out.contains("1 of 1 files"));
            assert!(!repository.run(&["fmt", "team.rules", "-q"]).out.contains("1 of 1 files"));
        }
        ("explain", "--names") => {
            assert!(repository.run(&["explain", "--names", "AddField"]).out.starts_with("AddField\n"));
        }
        ("rules", "--format") => {
            assert!(repository.run(&["rules", "--format", "markdown"]).out.starts_with("# "));
            assert!(repository.run(&["rules", "--format", "json"]).out.contains("\"team/gone\""));
            assert!(repository.run(&["rules"]).out.contains("team/gone"));
        }
        ("plan", flag) => {
            let plan = |more: &[&str]| repository.run(&[&["plan", "--format", "json"], more].concat()).out;
            match flag {
                "--all" => {
                    assert!(!plan(&[]).contains("0001_initial") && plan(&["--all"]).contains("0001_initial"));
                }
                "--format" => assert!(plan(&[]).starts_with('{') && !repository.run(&["plan"]).out.starts_with('{')),
                "--database" => assert!(plan(&["--database", "mysql@8.0"]).contains("mysql@8.0")),
                "--django" => assert!(plan(&["--django", "4.2"]).contains("\"4.2\"")),
                "--since" => {
                    repository.commit();
                    let since = plan(&["--since", "HEAD~1"]);
                    assert!(since.contains("0002_more") && !since.contains("0001_initial"), "{since}");
                }
                "--stdin-filename" => {
                    let arguments = ["plan", "--stdin-filename", "shop/migrations/0003_x.py"];
                    let run = with_input(&repository, &arguments, &migration(REMOVE));
                    assert!(run.out.starts_with("shop/migrations/0003_x.py"), "{} {}", run.out, run.err);
                }
                "--force-exclude" => {
                    assert!(plan(&[OLD]).contains(OLD) && !plan(&[OLD, "--force-exclude"]).contains(OLD));
                }
                "--quiet" => {
                    repository.commit();
                    let said = |more: &[&str]| repository.run(&[&["plan"], more].concat()).err;
                    assert!(said(&[]).contains("nothing is staged") && said(&["-q"]).is_empty());
                }
                "--deployed" => {
                    let run = repository.run(&["plan", "--deployed", "none"]);
                    assert!(run.err.contains("git knows no revision `none` here"), "{}", run.err);
                }
                _ => return false,
            }
        }
        ("state", "--django") => {
            let models = "migrations.CreateModel('Tag', []), migrations.CreateModel('Order', [('tags', models.ManyToManyField('shop.Tag'))])";
            repository.write(FIRST, migration(models));
            std::fs::remove_file(repository.file(SECOND)).unwrap();
            repository.git(&["add", "--all"]);
            let state = |django: &str| repository.run(&["state", "shop", "--format", "json", "--django", django]).out;
            // The target of a ManyToManyField keeps its case in what old versions deconstruct.
            assert!(state("3.2").contains("\"shop.Tag\"") && state("5.2").contains("\"shop.tag\""), "{}", state("3.2"));
        }
        ("state", "--format") => {
            assert!(repository.run(&["state", "shop", "--format", "json"]).out.contains("\"app\": \"shop\""));
        }
        ("new rule", "--from") => {
            let run = repository.run(&["new", "rule", "--from", &format!("{SECOND}:6")]);
            assert!(run.out.contains("RemoveField"), "{}", run.err);
        }
        ("new rule", "--id") => {
            let run = repository.run(&["new", "rule", "--from", &format!("{SECOND}:6"), "--id", "own-name"]);
            assert!(run.out.contains("rule own-name"), "{} {}", run.out, run.err);
        }
        ("new pack", "--folder") => {
            assert_eq!(repository.run(&["new", "pack", "acme", "--folder", "ci/acme"]).status, 0);
            assert!(repository.file("ci/acme/pack.toml").exists());
        }
        ("packs lock", "--check") => assert_eq!(repository.run(&["packs", "lock", "--check"]).status, 0),
        ("packs list", "--format") => {
            assert!(repository.run(&["packs", "list", "--format", "json"]).out.starts_with(['[', '{']));
        }
        _ => return false,
    }
    true
}

/// The commands with those inside them, and the flags that the help of each names.
pub(crate) fn flags(repository: &Repository, command: &str, found: &mut Vec<(String, String)>) {
    let mut arguments: Vec<&str> = command.split_whitespace().collect();
    arguments.push("-h");
    let help = repository.run(&arguments).out;
    let mut section = "";
    for line in help.lines() {
        match line.trim_end() {
            "Commands:" | "Options:" | "Arguments:" => section = line.trim_end(),
            "" => section = "",
            entry if section == "Options:" => {
                let name = entry.split_whitespace().find(|word| word.starts_with("--"));
                found.extend(name.map(|name| (command.to_owned(), name.to_owned())));
            }
            entry if section == "Commands:" && entry.starts_with("  ") && !entry.starts_with("   ") => {
                let inner = entry.split_whitespace().next().unwrap();
                flags(repository, format!("{command} {inner}").trim(), found);
            }
            _ => {}
        }
    }
}

#[test]
fn every_flag_of_every_command_is_seen_working() {
    let mut found = Vec::new();
    flags(&Repository::with(&[]), "", &mut found);
    assert!(found.len() > 50 && found.contains(&("packs lock".to_owned(), "--check".to_owned())), "{found:?}");
    // Each is a process or more, in a repository of its own.
    let unseen = &|part: &[(String, String)]| -> Vec<(String, String)> {
        part.iter().filter(|(command, flag)| !seen(command, flag)).cloned().collect()
    };
    let unknown: Vec<(String, String)> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            found.chunks(found.len().div_ceil(4)).map(|part| scope.spawn(move || unseen(part))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a flag does not work")).collect()
    });
    assert!(unknown.is_empty(), "no entry for {unknown:?}");
}

#[test]
fn the_help_of_every_command_fits_a_screen() {
    let repository = Repository::with(&[]);
    let mut found = Vec::new();
    flags(&repository, "", &mut found);
    let mut commands: Vec<String> = found.into_iter().map(|(command, _)| command).collect();
    commands.dedup();
    for command in commands {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("-h");
        let help = repository.run(&arguments).out;
        assert!(help.lines().count() <= 40, "`{command} -h` has {} lines", help.lines().count());
        let long: Vec<&str> = help.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(long.is_empty(), "{long:#?}");
        assert!(help.contains("\n  whimbrel "), "`{command} -h` shows no example");
        // Nobody has to know which of the two is longer.
        *arguments.last_mut().unwrap() = "--help";
        assert_eq!(repository.run(&arguments).out, help);
    }
}

#[test]
fn colours_follow_the_conventions() {
    let repository = project();
    let colours = |environment: &[(&str, &str)]| {
        repository.run_in(repository.path(), &["check", "--select", "team/gone"], environment).out.contains('\u{1b}')
    };
    assert!(!colours(&[]), "no terminal, no colours");
    assert!(colours(&[("FORCE_COLOR", "1")]) && colours(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colours(&[("FORCE_COLOR", "0")]) && !colours(&[("CLICOLOR_FORCE", "0")]));
    assert!(
        !colours(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]) && !colours(&[("FORCE_COLOR", "1"), ("NO_COLOR", "0")])
    );
    assert!(colours(&[("FORCE_COLOR", "1"), ("NO_COLOR", "")]), "an empty NO_COLOR says nothing");
}

#[test]
fn the_report_keeps_to_the_width_of_the_terminal() {
    let repository = project();
    let why = "word ".repeat(60);
    repository.write("team.rules", format!("rule gone {{ forbid RemoveField message \"{why}\" }}\n"));
    for columns in ["50", "80", "100"] {
        let run = repository.run_in(repository.path(), &["check", "--select", "team/gone"], &[("COLUMNS", columns)]);
        // Lines of the migration are shown as they are.
        let message = run.out.lines().filter(|line| line.contains("word"));
        let widest = message.map(|line| line.chars().count()).max().unwrap();
        let columns: usize = columns.parse().unwrap();
        assert!(widest <= columns && widest > columns - 15, "{columns}: {widest}\n{}", run.out);
    }
}

#[test]
fn patterns_and_folders_that_are_not_there_are_told_when_everything_is_judged() {
    let repository = project();
    let config = "rules = [\"team.rules\"]\nexclude = [\"legcy\", \"old\"]\n[apps]\n\"src/none\" = \"none\"\n";
    repository.write("whimbrel.toml", config);
    let run = check(&repository, &["--all"]);
    for words in ["`legcy` matches no migration", "there is no folder `src/none`", "whimbrel.toml:2:12"] {
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
    assert!(!run.err.contains("`old` matches"), "{}", run.err);
    assert_eq!(check(&repository, &[]).err, "");
}
