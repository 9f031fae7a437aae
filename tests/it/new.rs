//! `whimbrel new`

use crate::support::Folder;

/// A migration with operations of every kind that people meet, one a line.
const MIGRATION: &str = "\
from django.db import migrations, models
import project.operations

def fill(apps, schema_editor):
    pass

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Bill', [('total', models.FloatField())]),
        migrations.AddField('order', 'note', models.TextField(null=True)),
        migrations.AddField(model_name='Order', name='rank', field=models.IntegerField(default=0, db_index=True)),
        migrations.AddField('order', 'data', models.JSONField(default=dict)),
        migrations.AlterField('order', 'note', models.CharField(max_length=50)),
        migrations.RemoveField('order', 'note'),
        migrations.RenameField('order', 'note', 'text'),
        migrations.RenameModel('Order', 'Purchase'),
        migrations.DeleteModel('Order'),
        migrations.AlterModelTable('order', 'orders'),
        migrations.AddIndex('order', models.Index(fields=['other'], name='i')),
        migrations.RemoveIndex('order', 'i'),
        migrations.AddConstraint('order', models.UniqueConstraint(fields=['other'], name='c')),
        migrations.RunPython(fill),
        migrations.RunPython(fill, fill),
        migrations.RunSQL('UPDATE shop_order SET a = 1'),
        migrations.RunSQL('UPDATE shop_order SET a = 1', reverse_sql=''),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('order', 'note')]),
        project.operations.CreatePartition('order', months=3, name='p'),
        migrations.AddField('order', 'kind', models.CharField(
            max_length=20,
            default='x',
        )),
    ]
";

/// What the operations of [`MIGRATION`] find.
const BEFORE: &str = "\
from django.db import migrations, models

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Order', [
            ('other', models.IntegerField()),
            ('note', models.TextField()),
        ], options={'indexes': [models.Index(fields=['other'], name='i')]}),
    ]
";

#[test]
fn the_rule_of_every_kind_of_operation_passes_its_test_and_finds_it() {
    let (head, operations) = MIGRATION.split_once("    operations = [\n").unwrap();
    let operations =
        operations.trim_end_matches("    ]\n").replace(",\n        migrations.", ",\n\0        migrations.");
    let operations = operations.replace(",\n        project.", ",\n\0        project.");
    let line = head.lines().count() + 4;
    let mut tried = 0;
    for text in operations.split('\0') {
        // Each by itself, behind what creates its table.
        let migration =
            format!("{head}    dependencies = [('shop', '0001_initial')]\n\n    operations = [\n{text}    ]\n");
        let path = "shop/migrations/0002_all.py";
        let folder = Folder::with(&[
            ("whimbrel.toml", "rules = [\"team.rules\"]\n"),
            ("shop/migrations/0001_initial.py", BEFORE),
            (path, &migration),
        ]);
        let made = folder.run(&["new", "rule", "--from", &format!("{path}:{line}")]);
        assert_eq!(made.status, 0, "{text}\n{}", made.err);
        folder.write("team.rules", &made.out);
        let tested = folder.run(&["test", "--strict", "team.rules"]);
        assert_eq!(tested.status, 0, "{text}\n{}\n{}{}", made.out, tested.out, tested.err);
        assert_eq!(folder.run(&["fmt", "--check", "team.rules"]).status, 0, "{}", made.out);
        let checked = folder.run(&["check", "--format", "concise", "--select", "team/*", path]);
        let found = checked.out.lines().any(|found| found.starts_with(&format!("{path}:{line}:")));
        assert!(found, "{text}\n{}\n{}{}", made.out, checked.out, checked.err);
        tried += 1;
    }
    assert_eq!(tried, 20);
}

#[test]
fn a_new_table_is_not_one_that_is_deployed_and_the_label_is_the_one_of_the_project() {
    let migration = BEFORE.replace("    ]\n", "        migrations.RenameField('order', 'note', 'text'),\n    ]\n");
    let folder = Folder::with(&[
        ("whimbrel.toml", "rules = [\"team.rules\"]\n[apps]\nshop = \"billing\"\n"),
        ("shop/migrations/0001_initial.py", &migration),
    ]);
    let made = folder.run(&["new", "rule", "--from", "shop/migrations/0001_initial.py:9"]);
    assert_eq!(made.status, 0, "{}", made.err);
    assert!(made.out.contains("when   app == \"billing\""), "{}", made.out);
    folder.write("team.rules", &made.out);
    let checked = folder.run(&["check", "--format", "concise", "--select", "team/*", "shop"]);
    assert!(checked.out.starts_with("shop/migrations/0001_initial.py:9:"), "{}{}", checked.out, checked.err);
}

#[test]
fn the_line_of_what_separates_database_and_state_means_what_is_in_it() {
    let text = "from django.db import migrations\n\nclass Migration(migrations.Migration):\n    operations = [\n        \
                migrations.SeparateDatabaseAndState(\n            state_operations=[\n                \
                migrations.RemoveField('order', 'note'),\n            ],\n        ),\n    ]\n";
    let folder = Folder::with(&[("shop/migrations/0002_all.py", text)]);
    let made = folder.run(&["new", "rule", "--from", "shop/migrations/0002_all.py:5"]);
    assert!(made.out.contains("forbid state.RemoveField"), "{}{}", made.out, made.err);
}

#[test]
fn a_proposal_names_the_operation_and_what_holds_for_it() {
    let folder = Folder::with(&[("shop/migrations/0002_all.py", MIGRATION)]);
    let run = folder.run(&["new", "rule", "--from", "shop/migrations/0002_all.py:10", "--id", "no-notes"]);
    insta::assert_snapshot!(run.out);
}

#[test]
fn a_line_without_an_operation_says_where_the_operations_are() {
    let folder = Folder::with(&[("shop/migrations/0002_all.py", MIGRATION)]);
    let run = folder.run(&["new", "rule", "--from", "shop/migrations/0002_all.py:1"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("its operations: CreateModel at 9, AddField at 10"), "{}", run.err);
    assert_eq!(folder.run(&["new", "rule", "--from", "nowhere"]).status, 2);
    let run = folder.run(&["new", "rule", "--from", "shop/migrations/0002_all.py:9", "--id", "No bills"]);
    assert!(run.status == 2 && run.err.contains("`No bills` is no id of a rule"), "{}", run.err);
    assert_eq!(folder.run(&["new", "rule", "--from", "nowhere.py:3"]).status, 2);
}

#[test]
fn a_new_pack_passes_its_test_and_can_be_used_at_once() {
    let folder = Folder::with(&[("whimbrel.toml", "[packs]\nacme = { path = \"acme\" }\n")]);
    let run = folder.run(&["new", "pack", "acme"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let tested = folder.run(&["test", "--strict", "acme"]);
    assert_eq!((tested.status, tested.out.as_str()), (0, "1 rule, 4 examples: all pass\n"), "{}", tested.err);
    assert_eq!(folder.run(&["fmt", "--check", "acme"]).status, 0);
    assert!(folder.run(&["rules"]).out.contains("acme/money-is-decimal"));
    let again = folder.run(&["new", "pack", "acme"]);
    assert_eq!(again.status, 2);
    assert!(again.err.contains("is there already"), "{}", again.err);
    assert_eq!(folder.run(&["new", "pack", "Acme!"]).status, 2);
}
