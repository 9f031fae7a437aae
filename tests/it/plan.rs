//! What `plan` says of the way back.

use crate::deployed::migration;
use crate::support::Folder;

const CREATE: &str = "migrations.CreateModel('Item', fields=[('id', models.BigAutoField(primary_key=True)), \
                      ('name', models.CharField(max_length=50, null=True)), ('code', models.CharField(max_length=9, db_default='x'))])";

/// Each statement of a migration on PostgreSQL, with its reverse.
fn plan(operations: &str) -> Vec<(String, String)> {
    let folder = Folder::with(&[
        ("shop/migrations/0001_initial.py", &migration("", CREATE)),
        ("shop/migrations/0002_change.py", &migration("('shop', '0001_initial')", operations)),
    ]);
    let plan = ["plan", "--isolated", "--format", "json", "--database", "postgresql@15", "--django", "5.2"];
    let run = folder.run(&[&plan[..], &["shop/migrations/0002_change.py"]].concat());
    assert!(run.status == 0 && run.err.is_empty(), "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let steps = report["migrations"][0]["steps"].as_array().unwrap().iter();
    let text = |step: &serde_json::Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
    steps.map(|step| (text(step, "sql"), text(step, "reverse"))).collect()
}

fn reverse(operations: &str) -> Vec<String> {
    plan(operations).into_iter().map(|(_, reverse)| reverse).collect()
}

#[test]
fn the_way_back_is_told_in_the_words_of_the_schema() {
    assert_eq!(
        reverse("migrations.AlterField('item', 'name', models.CharField(max_length=90, default=''))"),
        [
            "TYPE varchar(50), which every value has to fit again",
            "DROP DEFAULT",
            "as the migration says",
            "as the migration says",
            "DROP NOT NULL",
            "nothing",
        ]
    );
    assert_eq!(
        reverse("migrations.RemoveField('item', 'code')"),
        ["ADD COLUMN code varchar(9) NOT NULL DEFAULT 'x', without the values"]
    );
    assert_eq!(reverse("migrations.RenameField('item', 'code', 'sku')"), ["RENAME COLUMN sku TO code"]);
    assert_eq!(reverse("migrations.AddIndex('item', models.Index(fields=['name'], name='item_name'))"), ["DROP INDEX"]);
    assert_eq!(reverse("migrations.RunSQL('DROP INDEX item_name')"), ["none: migrate raises IrreversibleError"]);
}
