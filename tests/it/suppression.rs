//! What is suppressed, by what, and what is said of suppressions that do nothing.

use crate::repository::Repository;

const RULES: &str = r#"
rule no-remove { forbid RemoveField message "`{field.name}` is removed" severity error hazard breaks-old-code }
rule nullable { on AddField require field.null message "`{field.name}` is NOT NULL" severity error }
rule no-text { forbid CreateModel.fields when field is TextField message "text `{field.name}`" severity error }
rule named { on Migration require migration.name matches "????_*" message "number it" severity error }
"#;

const CONFIG: &str = "rules = [\"team.rules\"]\n";

fn migration(operations: &str) -> String {
    format!(
        "from django.conf import settings\nfrom django.db import migrations, models\n\n\n\
         class Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n\
         \x20   operations = [\n{operations}    ]\n"
    )
}

const INITIAL: &str = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
    operations = [\n        migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)), ('code', models.IntegerField())]),\n    ]\n";

/// A project with a deployed first migration, and a second one with these operations.
fn project(config: &str, operations: &str) -> Repository {
    let repository = Repository::with(&[
        ("whimbrel.toml", config),
        ("team.rules", RULES),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", INITIAL),
    ]);
    repository.commit();
    repository.write("shop/migrations/0002_change.py", migration(operations));
    repository.git(&["add", "--all"]);
    repository
}

/// What the rules of the team, and the tool itself, say: `line rule message`, and the summary.
fn said(repository: &Repository, arguments: &[&str]) -> (i32, Vec<String>) {
    let mut all = vec!["check", "--format", "concise"];
    all.extend(arguments);
    let run = repository.run(&all);
    assert_eq!(run.err, "", "{}", run.out);
    let lines =
        run.out.lines().filter(|line| line.contains("[team/") || line.contains("[whimbrel/") || !line.contains(": "));
    (run.status, lines.map(|line| line.replace("shop/migrations/", "")).collect())
}

const ONLY: &[&str] = &["--select", "team/*"];

#[test]
fn a_comment_on_the_line_or_above_suppresses_its_rule_and_is_counted() {
    for operations in [
        "        # whimbrel: ignore[team/no-remove] nothing reads it\n        migrations.RemoveField('order', 'code'),\n",
        "        migrations.RemoveField('order', 'code'),  # whimbrel: ignore[no-remove] nothing reads it\n",
        "        migrations.RemoveField(\n            'order',  # noqa  # whimbrel: ignore[team/*] nothing reads it\n            'code',\n        ),\n",
        "        # whimbrel: ignore[team/no-remove] nothing reads it\n        # and that is all\n        migrations.RemoveField('order', 'code'),\n",
    ] {
        let repository = project(CONFIG, operations);
        let (status, lines) = said(&repository, ONLY);
        assert_eq!(lines, ["no problems, 1 suppressed (1 by comment) in 1 migration (1 operation)"], "{operations}");
        assert_eq!(status, 0);
        let json = repository.run(&["check", "--format", "json", "--select", "team/*"]).out;
        assert!(json.contains("\"by\": \"comment\",\n        \"reason\": \"nothing reads it\""), "{json}");
    }
}

#[test]
fn a_comment_elsewhere_suppresses_nothing_and_is_unused() {
    let operations = "        # whimbrel: ignore[team/no-remove] two lines above\n\n        migrations.RemoveField('order', 'code'),\n";
    let (status, lines) = said(&project(CONFIG, operations), ONLY);
    assert_eq!(
        lines,
        [
            "0002_change.py:8:28: warning[whimbrel/unused-suppression] `team/no-remove` finds nothing here, so this suppression is unused",
            "0002_change.py:10:9: error[team/no-remove] `code` is removed",
            "1 error, 1 warning in 1 migration (1 operation)",
        ]
    );
    assert_eq!(status, 1);
}

#[test]
fn a_comment_at_one_field_leaves_the_others() {
    let operations = "        migrations.CreateModel('Note', [\n            ('id', models.AutoField(primary_key=True)),\n            \
        # whimbrel: ignore[team/no-text] long\n            ('one', models.TextField()),\n            ('two', models.TextField()),\n        ]),\n";
    let (_, lines) = said(&project(CONFIG, operations), ONLY);
    assert_eq!(
        lines,
        [
            "0002_change.py:12:21: error[team/no-text] text `two`",
            "1 error, 1 suppressed (1 by comment) in 1 migration (1 operation)"
        ]
    );
}

#[test]
fn a_file_can_be_ignored_rule_by_rule() {
    let operations = "        migrations.RemoveField('order', 'code'),\n        migrations.AddField('order', 'a', models.IntegerField()),\n";
    let repository = project(CONFIG, operations);
    let text =
        format!("# whimbrel: ignore-file[team/no-remove, team/named] made before the rule\n{}", migration(operations));
    repository.write("shop/migrations/0002_change.py", text);
    repository.git(&["add", "--all"]);
    let (_, lines) = said(&repository, ONLY);
    assert_eq!(
        lines,
        [
            "0002_change.py:1:41: warning[whimbrel/unused-suppression] `team/named` finds nothing in this file, so this suppression is unused",
            "0002_change.py:10:9: error[team/nullable] `a` is NOT NULL",
            "1 error, 1 warning, 1 suppressed (1 by comment) in 1 migration (2 operations)",
        ]
    );
}

#[test]
fn what_did_not_run_is_not_called_unused() {
    let operations = "        # whimbrel: ignore[team/no-remove] nothing is removed\n        migrations.AddField('order', 'a', models.IntegerField(null=True)),\n";
    let repository = project(CONFIG, operations);
    assert_eq!(said(&repository, &["--select", "team/nullable"]).1, ["no problems in 1 migration (1 operation)"]);
    let unused = &said(&repository, ONLY).1[0];
    assert!(unused.contains("[whimbrel/unused-suppression]"), "{unused}");
}

#[test]
fn unknown_blanket_expired_and_unexplained_suppressions_are_told_and_suppress_nothing() {
    let remove = "migrations.RemoveField('order', 'code'),\n";
    for (comment, expected) in [
        (
            "ignore[team/no-remov] x",
            "8:28: warning[whimbrel/unknown-rule] no loaded rule is called `team/no-remov`, so nothing is suppressed",
        ),
        (
            "ignore it",
            "8:11: warning[whimbrel/blanket-suppression] this comment names no rules, so it suppresses nothing",
        ),
        (
            "ignore[team/no-remove] for the sprint until=2020-01-31",
            "8:59: warning[whimbrel/expired-suppression] this suppression ended on 2020-01-31 and no longer holds",
        ),
        (
            "ingore[team/no-remove] x",
            "8:21: warning[whimbrel/invalid-suppression] `ingore` is no word of such a comment",
        ),
        (
            "ignore[team/no-remove] until=31.1.2027",
            "8:44: warning[whimbrel/invalid-suppression] `31.1.2027` is no date",
        ),
        ("ignore[team/no-remove", "8:27: warning[whimbrel/invalid-suppression] the bracket is never closed"),
        (
            "ignore[team/no-remove]",
            "8:11: error[whimbrel/unexplained-suppression] this suppression says no reason, so it does not count",
        ),
    ] {
        let operations = format!("        # whimbrel: {comment}\n        {remove}");
        let repository = project("require-reason = true\nrules = [\"team.rules\"]\n", &operations);
        let (status, lines) = said(&repository, ONLY);
        assert_eq!(lines[0], format!("0002_change.py:{expected}"));
        assert_eq!(lines[1], "0002_change.py:9:9: error[team/no-remove] `code` is removed");
        assert_eq!(status, 1);
    }
    let operations = format!("        # whimbrel ignore[team/no-remove] x\n        {remove}");
    let lines = said(&project(CONFIG, &operations), ONLY).1;
    assert_eq!(
        lines[0],
        "0002_change.py:8:11: warning[whimbrel/invalid-suppression] a colon is missing behind `whimbrel`, so this comment does nothing"
    );
    let prose = format!("        # whimbrel ignores what old code never had\n        {remove}");
    assert_eq!(said(&project(CONFIG, &prose), ONLY).1.len(), 2);
    let later = format!("        # whimbrel: ignore[team/no-remove] soon, until=2999-12-31\n        {remove}");
    let lines = said(&project(CONFIG, &later), ONLY).1;
    assert_eq!(lines, ["no problems, 1 suppressed (1 by comment) in 1 migration (1 operation)"]);
}

#[test]
fn the_tool_s_own_findings_have_levels_too() {
    let operations = "        # whimbrel: ignore\n        migrations.RunPython(migrations.RunPython.noop),\n";
    let off = "[rules]\nfiles = [\"team.rules\"]\n\"whimbrel/blanket-suppression\" = \"off\"\n";
    assert_eq!(said(&project(off, operations), ONLY).1.len(), 1);
    let error = off.replace("off", "error");
    assert_eq!(said(&project(&error, operations), ONLY).0, 1);
}

#[test]
fn an_assumption_settles_what_is_unknown() {
    let unknown = "migrations.AddField('order', 'a', models.IntegerField(null=settings.NULL)),\n";
    let repository = project(CONFIG, &format!("        {unknown}"));
    let undecided = said(&repository, ONLY).1;
    assert!(undecided[0].contains("[whimbrel/undecided]"), "{undecided:?}");

    let assume = |text: &str| {
        let operations = format!("        # whimbrel: assume {text}\n        {unknown}");
        said(&project(CONFIG, &operations), ONLY).1
    };
    assert_eq!(assume("field.null = True because it is True everywhere"), ["no problems in 1 migration (1 operation)"]);
    assert_eq!(
        assume("field.null = False because it is False in production"),
        ["0002_change.py:9:9: error[team/nullable] `a` is NOT NULL", "1 error in 1 migration (1 operation)"]
    );
}

#[test]
fn an_assumption_is_checked() {
    let unknown = "migrations.AddField('order', 'a', models.IntegerField(null=settings.NULL)),\n";
    let assume = |text: &str| {
        let operations = format!("        # whimbrel: assume {text}\n        {unknown}");
        let repository = project(CONFIG, &operations);
        let run = repository.run(&["check", "--select", "team/*", "--ignore", "team/named"]);
        run.out.split("\n\n").filter(|part| part.contains("whimbrel/invalid")).map(str::to_owned).collect::<String>()
            + &run
                .out
                .lines()
                .filter(|line| line.contains("help:") || line.contains("×") || line.contains("⚠"))
                .collect::<Vec<_>>()
                .join("\n")
    };
    let said = assume("field.nullable = True because x");
    assert!(said.contains("a Field has no `nullable`") && said.contains("did you mean `null`?"), "{said}");
    let said = assume("field.null = \"yes\" because x");
    assert!(said.contains("this fact is of the type `bool`") && said.contains("write `True` or `False`"), "{said}");
    let said = assume("column = \"a\" because x");
    assert!(said.contains("`AddField` has no `column`"), "{said}");
    let said = assume("field.null = True");
    assert!(said.contains("an assumption needs a reason"), "{said}");
}

#[test]
fn an_assumption_of_what_is_known_is_unused() {
    let operations = "        # whimbrel: assume field.null = True because x\n        migrations.AddField('order', 'a', models.IntegerField()),\n";
    let repository = project(CONFIG, operations);
    let all = said(&repository, &[]).1;
    assert!(
        all.iter().any(|line| line.contains("[whimbrel/unused-suppression] this assumption settles nothing")),
        "{all:?}"
    );
    assert!(all.iter().any(|line| line.contains("[team/nullable]")), "{all:?}");
}

#[test]
fn the_mark_of_django_migration_linter_is_honoured_and_counted() {
    for (import, mark) in [
        ("import django_migration_linter as linter\n", "linter.IgnoreMigration()"),
        ("from django_migration_linter import IgnoreMigration\n", "IgnoreMigration()"),
        ("from django_migration_linter.operations import IgnoreMigration\n", "IgnoreMigration()"),
    ] {
        let operations = format!("        {mark},\n        migrations.RemoveField('order', 'code'),\n");
        let repository = project(CONFIG, &operations);
        repository.write("shop/migrations/0002_change.py", format!("{import}{}", migration(&operations)));
        repository.git(&["add", "--all"]);
        let (status, lines) = said(&repository, ONLY);
        assert_eq!(lines, ["no problems, 1 suppressed (1 by IgnoreMigration) in 1 migration (2 operations)"]);
        assert_eq!(status, 0);
    }
}

#[test]
fn a_baseline_holds_the_past_and_nothing_new() {
    let operations = "        migrations.RemoveField('order', 'code'),\n        migrations.AddField('order', 'a', models.IntegerField(null=settings.NULL)),\n";
    let repository = project(CONFIG, operations);
    let written = repository.run(&["check", "--all", "--write-baseline", "--select", "team/*"]);
    assert_eq!(
        written.err,
        "whimbrel: 2 findings in `whimbrel-baseline.toml`\n  help: `baseline = \"whimbrel-baseline.toml\"` in the configuration makes every run honour it\n"
    );
    assert_eq!(written.status, 0, "{}", written.out);
    insta::assert_snapshot!(repository.read("whimbrel-baseline.toml"), @r#"
    # Findings of the past, which whimbrel does not report again.
    # Written by `whimbrel check --write-baseline`; what no longer matches is pruned by it.
    findings = [
      { rule = "team/no-remove", app = "shop", migration = "0002_change", operation = "RemoveField", object = "order.code" },
      { rule = "team/nullable", app = "shop", migration = "0002_change", undecided = true },
    ]
    "#);
    let with = ["--select", "team/*", "--baseline", "whimbrel-baseline.toml"];
    let quiet = "no problems, 2 suppressed (2 by baseline) in 1 migration (2 operations)";
    assert_eq!(said(&repository, &with), (0, vec![quiet.to_owned()]));

    // Other lines, the same findings.
    let moved = migration(&format!("\n\n{operations}"));
    repository.write("shop/migrations/0002_change.py", moved);
    repository.git(&["add", "--all"]);
    assert_eq!(said(&repository, &with).1, [quiet]);

    // One more is new, one less is said, and pruned.
    let other = "        migrations.RemoveField('order', 'other'),\n        migrations.AddField('order', 'a', models.IntegerField(null=settings.NULL)),\n";
    repository.write("shop/migrations/0002_change.py", migration(other));
    repository.git(&["add", "--all"]);
    let (status, lines) = said(&repository, &with);
    assert_eq!(
        lines,
        [
            "0002_change.py:8:9: error[team/no-remove] `other` is removed",
            "whimbrel-baseline.toml:4:3: warning[whimbrel/stale-baseline] the baseline expects `team/no-remove` in `shop.0002_change`, which is not found there",
            "1 error, 1 warning, 1 suppressed (1 by baseline) in 1 migration (2 operations)",
        ]
    );
    assert_eq!(status, 1);
    let again = repository.run(&["check", "--all", "--write-baseline", "--select", "team/*"]);
    assert!(again.err.starts_with("whimbrel: 2 findings in `whimbrel-baseline.toml`; 1 pruned\n"), "{}", again.err);
    assert_eq!(said(&repository, &with).0, 0);
}

#[test]
fn a_baseline_keeps_what_was_not_judged() {
    let repository = project(CONFIG, "        migrations.RemoveField('order', 'code'),\n");
    repository.write("whimbrel.toml", format!("baseline = \"past.toml\"\n{CONFIG}"));
    repository.write("shop/migrations/0003_more.py", migration("        migrations.RemoveField('order', 'b'),\n"));
    repository.git(&["add", "--all"]);
    assert_eq!(repository.run(&["check", "--all", "--write-baseline", "--select", "team/*"]).status, 0);
    // Judging one file, or with one rule, leaves the entries of the others.
    repository.run(&["check", "shop/migrations/0003_more.py", "--write-baseline", "--select", "team/*"]);
    repository.run(&["check", "--all", "--write-baseline", "--select", "team/nullable"]);
    assert_eq!(repository.read("past.toml").matches("team/no-remove").count(), 2);
    let gone = repository.file("shop/migrations/0003_more.py");
    std::fs::remove_file(gone).unwrap();
    repository.git(&["add", "--all"]);
    let (_, lines) = said(&repository, &["--all", "--select", "team/*"]);
    assert!(lines[0].starts_with("past.toml:5:3: warning[whimbrel/stale-baseline]"), "{lines:?}");
}

#[test]
fn a_baseline_with_mistakes_or_without_a_file_stops_the_run() {
    let repository = project(CONFIG, "        migrations.RemoveField('order', 'code'),\n");
    let missing = repository.run(&["check", "--baseline", "none.toml"]);
    assert_eq!(missing.status, 2);
    assert!(
        missing.err.contains("there is no baseline `none.toml`") && missing.err.contains("--write-baseline"),
        "{}",
        missing.err
    );
    repository.write("b.toml", "findings = [{ rule = 1, ap = \"shop\" }]\n");
    let wrong = repository.run(&["check", "--baseline", "b.toml"]);
    assert_eq!(wrong.status, 2);
    for words in ["baseline::unknown-key", "did you mean `app`?", "`rule` must be a string"] {
        assert!(wrong.err.contains(words), "{words}: {}", wrong.err);
    }
}
