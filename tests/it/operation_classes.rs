//! Operation classes that are not Django's: declared in rule files, or read from the modules that define them.

use crate::repository::Repository;

const RULES: &str = r#"operation Tidy(model_name: str, name: str, to: str = "0") like SchemaOperation
  sends "ALTER TABLE {model.table} ALTER COLUMN {field.column} SET DEFAULT {to}"
operation SafeIndex(model_name: str, index: str) like AddIndexConcurrently
"#;

const OPERATIONS: &str = "from django.db import migrations\nfrom django.db.migrations.operations.base import Operation\n\n\n\
class Fill(migrations.RunPython):\n    def __init__(self, rows):\n        super().__init__(self.run)\n\n\n\
class InState(migrations.AddField):\n    def database_forwards(self, *args):\n        pass\n\n\n\
class InDatabase(migrations.RemoveField):\n    def state_forwards(self, app_label, state):\n        \"\"\"Later.\"\"\"\n\n\n\
class Mark(Operation):\n    def state_forwards(self, app_label, state):\n        pass\n\n    \
def database_forwards(self, app_label, schema_editor, from_state, to_state):\n        pass\n\n\n\
class Odd(migrations.AddField):\n    def database_forwards(self, app_label, schema_editor, from_state, to_state):\n        \
schema_editor.execute(self.sql())\n\n\n\
class Named(migrations.AddField):\n    def describe(self):\n        return 'named'\n";

/// What operations of the second migration send, or why it is not known.
fn said(operations: &str) -> Vec<String> {
    let initial = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
                   operations = [migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)), \
                   ('note', models.TextField(db_column='remark'))], options={'db_table': 'orders'})]\n";
    let second = format!(
        "from django.db import migrations, models\nfrom shop.operations import *\nfrom ..operations import Fill, InState, \
         InDatabase, Mark, Odd, Named\nfrom elsewhere import Tidy, SafeIndex\n\n\nclass Migration(migrations.Migration):\n    \
         atomic = False\n    dependencies = [('shop', '0001_initial')]\n    operations = [{operations}]\n"
    );
    let repository = Repository::with(&[
        ("whimbrel.toml", "rules = [\"team.rules\"]\ndatabases = [\"postgresql@16\"]\n"),
        ("team.rules", RULES),
        ("shop/__init__.py", ""),
        ("shop/operations.py", OPERATIONS),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", initial),
    ]);
    repository.commit();
    repository.write("shop/migrations/0002_more.py", &second);
    repository.git(&["add", "--all"]);
    let run = repository.run(&["plan", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let plan: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let steps = plan["migrations"][0]["steps"].as_array().unwrap();
    let said = |step: &serde_json::Value| match step["unknown"][0].as_str() {
        Some(unknown) => unknown.to_owned(),
        None => format!("{}: {}", step["operation"].as_str().unwrap(), step["sql"].as_str().unwrap_or("nothing")),
    };
    steps.iter().map(said).collect()
}

#[test]
fn a_declared_operation_sends_what_its_declaration_says() {
    let ours = ["Tidy order.note: ALTER TABLE orders ALTER COLUMN remark SET DEFAULT 0"];
    assert_eq!(said("Tidy('order', 'note')"), ours);
    assert_eq!(
        said("Tidy(model_name='order', name='note', to='1')"),
        ["Tidy order.note: ALTER TABLE orders ALTER COLUMN remark SET DEFAULT 1"]
    );
    let unknown = said("Tidy('order', 'nte')");
    assert!(unknown.iter().all(|line| line.contains("`nte` is not a field of the model at this point")), "{unknown:?}");
    assert!(!unknown.is_empty());
}

#[test]
fn a_declared_operation_does_what_the_one_it_is_like_does() {
    let index = "models.Index(fields=['note'], name='by_note')";
    assert_eq!(
        said(&format!("SafeIndex('order', {index})")),
        ["SafeIndex order: CREATE INDEX CONCURRENTLY by_note ON orders"]
    );
}

#[test]
fn a_class_that_leaves_a_half_out_or_both_alone_is_the_operation_that_it_derives_from() {
    let field = "models.IntegerField(null=True)";
    assert_eq!(
        said(&format!("Named('order', 'size', {field})")),
        ["AddField order.size: ALTER TABLE orders ADD COLUMN size integer"]
    );
    assert_eq!(said(&format!("InState('order', 'size', {field})")), ["AddField order.size (state only): nothing"]);
    assert_eq!(said("InDatabase('order', 'note')"), ["RemoveField order.note: ALTER TABLE orders DROP COLUMN remark"]);
    assert_eq!(said("Mark()"), ["SeparateDatabaseAndState: nothing"]);
    assert_eq!(
        said(&format!("Fill(7), migrations.AddField('order', 'size', {field})")),
        ["AddField order.size: ALTER TABLE orders ADD COLUMN size integer", "RunPython: nothing",]
    );
}

#[test]
fn a_class_that_sends_something_of_its_own_is_undecided() {
    let said = said("Odd('order', 'size', models.IntegerField(null=True))");
    assert!(
        said.iter().any(|line| line.contains("`operations.Odd` is an operation that no rule file declares")),
        "{said:?}"
    );
}
