//! Migrations that can't be put into an order, or not be read: clear words, and never a crash.

use crate::deployed::migration;
use crate::support::Folder;

fn check(files: &[(&str, &str)]) -> String {
    let run = Folder::with(files).run(&["check", ".", "--format", "concise", "--database", "postgresql"]);
    assert!(run.err.is_empty() && run.status < 2, "{run:?}");
    run.out
}

#[test]
fn two_latest_migrations_are_reported_at_both() {
    let out = check(&[
        ("shop/migrations/0001_initial.py", &migration("", "")),
        ("shop/migrations/0002_a.py", &migration("('shop', '0001_initial')", "")),
        ("shop/migrations/0002_b.py", &migration("('shop', '0001_initial')", "")),
    ]);
    assert_eq!(out.matches("graph/conflicting-migrations").count(), 2, "{out}");
    assert!(out.contains("shop/migrations/0002_a.py:4:1"), "{out}");
}

#[test]
fn a_missing_file_is_named_at_the_dependency() {
    let out = check(&[
        ("shop/migrations/0001_initial.py", &migration("", "")),
        ("shop/migrations/0003_c.py", &migration("('shop', '0002_b')", "")),
        ("shop/migrations/0004_d.py", &migration("('shop', '0003_c'), ('auth', '0001_initial')", "")),
    ]);
    assert!(out.contains("`0003_c` depends on shop.0002_b, which does not exist"), "{out}");
    assert_eq!(out.matches("graph/missing-dependency").count(), 1, "{out}");
}

#[test]
fn circles_across_apps_are_found_and_survived() {
    let out = check(&[
        ("shop/migrations/0001_initial.py", &migration("('stock', '0002_b')", "")),
        ("stock/migrations/0001_initial.py", &migration("", "")),
        ("stock/migrations/0002_b.py", &migration("('stock', '0001_initial'), ('shop', '0001_initial')", "")),
    ]);
    assert_eq!(out.matches("graph/circular-dependency").count(), 2, "{out}");
}

#[test]
fn an_app_is_not_taken_for_the_one_that_its_first_migration_depends_on() {
    let out = check(&[
        ("pages/migrations/0001_initial.py", &migration("('sites', '0001_initial')", "")),
        ("sites/migrations/0001_initial.py", &migration("", "")),
        ("plugins/images/migrations/0001_initial.py", &migration("('sites', '0001_initial')", "")),
        ("plugins/images/migrations/0002_more.py", &migration("('site_images', '0001_initial')", "")),
    ]);
    assert!(!out.contains("graph/"), "{out}");
}

#[test]
fn half_a_squash_is_survived() {
    let squash = migration("", "").replace(
        "    dependencies",
        "    replaces = [('shop', '0001_initial'), ('shop', '0002_gone')]\n    dependencies",
    );
    let out = check(&[
        ("shop/migrations/0001_initial.py", &migration("", "")),
        ("shop/migrations/0001_squashed_0002_gone.py", &squash),
        ("shop/migrations/0003_next.py", &migration("('shop', '0002_gone')", "")),
    ]);
    assert!(out.contains("graph/half-squash"), "{out}");
    assert!(!out.contains("graph/missing-dependency"), "{out}");
}

#[test]
fn behind_a_broken_file_nothing_is_certain() {
    let folder = Folder::with(&[
        (
            "shop/migrations/0001_initial.py",
            &migration(
                "",
                "migrations.CreateModel('Order', fields=[('id', models.BigAutoField(primary_key=True)), ('state', models.TextField())])",
            ),
        ),
        ("shop/migrations/0002_broken.py", "class Migration(\n"),
        (
            "shop/migrations/0003_gone.py",
            &migration("('shop', '0002_broken')", "migrations.RemoveField('order', 'state')"),
        ),
    ]);
    let folder = folder.committed();
    let run = folder.run(&["check", "shop/migrations/0003_gone.py", "--format", "concise"]);
    assert!(run.out.contains("`shop/migrations/0002_broken.py` can't be read"), "{run:?}");
    let both = folder.run(&["check", "shop", "--format", "concise"]);
    assert!(both.out.contains("whimbrel/unreadable") && both.status == 1, "{both:?}");
}

#[test]
fn a_migration_of_a_million_lines_is_read() {
    let operation = format!("        migrations.RunSQL('SELECT 1',{}'')\n,", "\n".repeat(249));
    let text = format!(
        "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = [\n{}]\n",
        operation.repeat(4_000)
    );
    let folder = Folder::with(&[
        ("shop/migrations/0001_initial.py", &text),
        ("shop/migrations/0002_next.py", &migration("('shop', '0001_initial')", "")),
    ]);
    let run = folder.run(&["check", ".", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["summary"]["operations"], 4_000, "{run:?}");
}

#[test]
fn a_long_history_does_not_overflow() {
    let mut files = vec![("shop/migrations/m0.py".to_owned(), migration("", ""))];
    for number in 1..3000 {
        files.push((format!("shop/migrations/m{number}.py"), migration(&format!("('shop', 'm{}')", number - 1), "")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let run = Folder::with(&files).run(&["check", "shop/migrations/m2999.py"]);
    assert_eq!(run.status, 0, "{run:?}");
}
