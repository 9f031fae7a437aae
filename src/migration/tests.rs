//! Behaviour of the reader of migrations.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::python::ValueKind;

const HEAD: &str = "from django.db import migrations, models\nfrom django.conf import settings\n";

fn read(text: &str) -> Option<Migration> {
    read_migration(&SourceFile::new("shop/migrations/0001_initial.py", text), "shop", "0001_initial")
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn migration(text: &str) -> Migration {
    read(&format!("{HEAD}{text}")).unwrap_or_else(|| panic!("no migration\n{text}"))
}

/// A migration with that body.
fn with(body: &str) -> Migration {
    migration(&format!("class Migration(migrations.Migration):\n    {}\n", body.replace('\n', "\n    ")))
}

/// Operations in short: kind, condition as `?`, reach, children.
fn show(operations: &[Operation]) -> String {
    let mut text = String::new();
    for operation in operations {
        let kind = match &operation.kind {
            OperationKind::Django(entry) => entry.name.to_owned(),
            OperationKind::Custom { path, .. } => format!("custom {path}"),
            OperationKind::Unknown(unknown) => format!("unknown ({} {})", unknown.text, unknown.reason),
        };
        let when = if operation.condition.is_some() { "?" } else { "" };
        let reach = match operation.reach {
            Reach::Both => "",
            Reach::State => "state ",
            Reach::Database => "database ",
        };
        let separator = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{separator}{reach}{kind}{when}");
        if !operation.children.is_empty() {
            let _ = write!(text, "[{}]", show(&operation.children));
        }
    }
    text
}

#[test]
fn operations_are_found_however_the_list_is_built() {
    for (body, expected) in [
        ("operations = [migrations.DeleteModel('A')]", "DeleteModel"),
        ("operations = [migrations.DeleteModel('A')] + [migrations.RunSQL('')]", "DeleteModel, RunSQL"),
        ("operations = []\noperations += [migrations.DeleteModel('A')]", "DeleteModel"),
        ("operations = []\noperations.append(migrations.DeleteModel('A'))", "DeleteModel"),
        (
            "operations = [migrations.DeleteModel('A')]\noperations.insert(0, migrations.RunSQL(''))",
            "RunSQL, DeleteModel",
        ),
        ("if a:\n    operations = [migrations.DeleteModel('A')]\nelse:\n    operations = []", "DeleteModel?"),
        ("operations = [migrations.DeleteModel('A')] if a else []", "DeleteModel?"),
        ("operations = [migrations.DeleteModel('A') if a else migrations.RunSQL('')]", "DeleteModel?, RunSQL?"),
        ("operations = [*([migrations.DeleteModel('A')] if a else []), migrations.RunSQL('')]", "DeleteModel?, RunSQL"),
        ("operations = [f() for a in b]", "unknown ([f() for a in b] is a comprehension)"),
        ("operations = [*f(), migrations.RunSQL('')]", "unknown (f() is not defined in this file), RunSQL"),
        ("operations = f()", "unknown (the value is what a call returns)"),
        ("operations = [settings.X]", "unknown (django.conf.settings.X is imported)"),
        ("for a in b:\n    operations = [migrations.DeleteModel(a)]", "DeleteModel?"),
        ("pass", ""),
    ] {
        // A call of something undefined stays a call without a name.
        let expected = expected.replace("f() is not defined in this file", "*f() is what a call returns");
        assert_eq!(show(&with(body).operations), expected, "{body}");
    }
    let after = "class Migration(migrations.Migration):\n    operations = []\n";
    for (text, expected) in [
        ("Migration.operations.append(migrations.DeleteModel('A'))", "DeleteModel"),
        ("if a:\n    Migration.operations += [migrations.DeleteModel('A')]", "DeleteModel?"),
        ("for a in b:\n    Migration.operations.append(migrations.RunSQL(a))", "RunSQL?"),
        ("fill(Migration.operations)", "unknown (Migration.operations is handed to a call, which may change it)"),
    ] {
        assert_eq!(show(&migration(&format!("{after}{text}\n")).operations), expected, "{text}");
    }
}

#[test]
fn classes_that_django_would_load_are_migrations() {
    let operations = "    operations = [migrations.RunSQL('')]\n";
    for head in [
        "class Migration(migrations.Migration):\n",
        "from . import Base\nclass Migration(Base):\n",
        "from sentry.new_migrations.migrations import CheckedMigration\nclass Migration(CheckedMigration):\n",
        "class Base(migrations.Migration):\n    pass\nclass Migration(Base):\n",
        "from django.db.migrations.migration import Migration as M\nclass Migration(M):\n",
    ] {
        assert_eq!(show(&migration(&format!("{head}{operations}")).operations), "RunSQL", "{head}");
    }
    let alias = format!("class Other(migrations.Migration):\n{operations}Migration = Other\n");
    assert_eq!(show(&migration(&alias).operations), "RunSQL");
    let inherited = format!(
        "class Base(migrations.Migration):\n    atomic = False\n{operations}class Migration(Base):\n    pass\n"
    );
    let inherited = migration(&inherited);
    assert_eq!((show(&inherited.operations), inherited.atomic.value), ("RunSQL".to_owned(), Ok(false)));
    let made = migration("Migration = make()\n");
    assert!(matches!(made.operations[0].kind, OperationKind::Unknown(_)));
    let checked =
        migration(&format!("from a import CheckedMigration\nclass Migration(CheckedMigration):\n{operations}"));
    assert!(checked.atomic.value.is_err());
}

#[test]
fn stars_bring_what_modules_of_django_export() {
    let text = "from django.contrib.postgres.operations import *\nfrom django.db.models import *\n\
                from django.db.migrations import *\n\
                class Migration(Migration):\n    operations = [\n        CreateExtension('citext'),\n        \
                AddField('a', 'b', CharField(default=own)),\n        RunNothing(),\n    ]\n";
    let read = read(text).unwrap();
    assert_eq!(show(&read.operations), "CreateExtension, AddField, unknown (the value is what a call returns)");
    let field = read.operations[1].field.as_ref().unwrap();
    assert_eq!(field.entry.unwrap().path(), "django.db.models.CharField");
    let other = "from own.operations import *\nfrom django.db import migrations\n\
                 class Migration(migrations.Migration):\n    operations = [AddField('a', 'b', own)]\n";
    assert!(show(&self::read(other).unwrap().operations).starts_with("unknown"));
}

#[test]
fn other_files_are_none() {
    for text in [
        "",
        "x = 1\n",
        "from django.db.migrations import Migration\nclass CheckedMigration(Migration):\n    pass\n",
        "from dataclasses import dataclass\n@dataclass\nclass Migration:\n    name: str\n",
        "from south.v2 import SchemaMigration\nclass Migration(SchemaMigration):\n    def forwards(self, orm):\n        pass\n",
    ] {
        assert!(read(text).is_none(), "{text}");
    }
}

#[test]
fn arguments_are_bound_with_their_places() {
    let migration =
        with("operations = [migrations.AddField('order', name='total', field=models.IntegerField(null=True))]");
    let operation = &migration.operations[0];
    let slice = |span| migration.source.slice(span);
    let names: Vec<_> =
        operation.arguments.iter().map(|argument| (argument.name.as_str(), slice(argument.span))).collect();
    assert_eq!(
        names,
        [("model_name", "'order'"), ("name", "name='total'"), ("field", "field=models.IntegerField(null=True)")]
    );
    assert_eq!(slice(operation.callee_span), "migrations.AddField");
    let field = operation.field.as_ref().unwrap();
    assert_eq!(slice(field.span), "models.IntegerField(null=True)");
    assert_eq!(field.class_path.as_deref(), Ok("django.db.models.IntegerField"));
    assert_eq!(slice(field.argument("null").unwrap().span), "null=True");
    assert_eq!(field.flag("null"), Ok(Some(true)));
    assert_eq!(field.flag("unique"), Ok(Some(false)));
    assert_eq!(slice(migration.class_span), "class Migration(migrations.Migration)");
}

fn field(expression: &str) -> Field {
    let head = "from django.contrib.gis.db import models as gis\nimport django.contrib.postgres.fields.jsonb\n\
        from shop.fields import MoneyField, encrypt\nkwargs = {'null': True}\nSHARED = models.SlugField()\n";
    let body = format!(
        "class Migration(migrations.Migration):\n    operations = [migrations.AddField('a', 'b', {expression})]\n"
    );
    migration(&format!("{head}{body}")).operations[0].field.clone().unwrap()
}

#[test]
fn fields_know_their_class_and_effective_parameters() {
    for (expression, path) in [
        ("gis.CharField()", Ok("django.db.models.CharField")),
        ("gis.PointField()", Ok("django.contrib.gis.db.models.PointField")),
        ("django.contrib.postgres.fields.jsonb.JSONField()", Ok("django.contrib.postgres.fields.JSONField")),
        ("MoneyField(max_digits=3)", Ok("shop.fields.MoneyField")),
        ("SHARED", Ok("django.db.models.SlugField")),
        ("encrypt(models.CharField())", Err("is a call of something other than a class")),
        ("settings.FIELD", Err("is imported")),
        ("get()()", Err("is what a call returns")),
    ] {
        let found = field(expression);
        assert_eq!(found.class_path.as_deref().map_err(|unknown| unknown.reason.as_str()), path, "{expression}");
    }
    assert!(matches!(field("SHARED").effective("max_length"), Effective::Default(catalogue::Default::Int(50))));
    assert!(matches!(field("models.TextField()").effective("max_length"), Effective::Unset));
    assert_eq!(field("models.CharField(**kwargs)").flag("null"), Ok(Some(true)));
    assert!(field("models.CharField(**unknown)").flag("null").is_err());
    assert!(field("MoneyField()").flag("null").is_err());
    assert!(field("models.CharField(null=settings.A)").flag("null").is_err());
    assert_eq!(field("models.DateField(auto_now=True)").flag("editable"), Ok(Some(false)));
    let relation = field("models.ForeignKey('shop.Order', models.CASCADE)");
    assert_eq!(relation.argument("to").and_then(|to| to.value.as_str()), Some("shop.Order"));
    assert_eq!(relation.flag("db_index"), Ok(Some(true)));
    let key = field("models.CompositePrimaryKey('a', 'b')");
    assert_eq!((key.arguments[0].name.as_str(), key.has_column()), ("*1", Some(false)));
    assert_eq!(field("models.ManyToManyField('a.B')").has_column(), Some(false));
}

#[test]
fn fields_of_a_model_are_listed_and_gaps_are_told() {
    let create =
        |fields: &str| with(&format!("operations = [migrations.CreateModel('A', {fields})]")).operations.remove(0);
    let plain = create("[('id', models.AutoField()), ['b', models.TextField()]]");
    let names: Vec<_> = plain.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, plain.fields_open.is_none()), (vec!["id", "b"], true));
    assert!(create("[('id', models.AutoField()), *more()]").fields_open.is_some());
    assert!(create("[(settings.NAME, models.AutoField())]").fields_open.is_some());
    assert!(create("fields()").fields_open.is_some());
}

#[test]
fn children_reach_the_state_or_the_database() {
    for (body, expected) in [
        (
            "database_operations = [migrations.RunSQL('')]\noperations = [migrations.SeparateDatabaseAndState(database_operations, [migrations.DeleteModel('A')])]",
            "SeparateDatabaseAndState[database RunSQL, state DeleteModel]",
        ),
        (
            "operations = [migrations.RunSQL('', state_operations=[migrations.DeleteModel('A')])]",
            "RunSQL[state DeleteModel]",
        ),
        (
            "operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.SeparateDatabaseAndState([migrations.RunSQL('')], [migrations.DeleteModel('A')])])]",
            "SeparateDatabaseAndState[state SeparateDatabaseAndState[state DeleteModel]]",
        ),
        (
            "operations = [migrations.SeparateDatabaseAndState(f())]",
            "SeparateDatabaseAndState[database unknown (the value is what a call returns)]",
        ),
        (
            "operations = [migrations.SeparateDatabaseAndState(**settings.X)]",
            "SeparateDatabaseAndState[database unknown (**settings.X gives arguments that are not known), state unknown (**settings.X gives arguments that are not known)]",
        ),
    ] {
        assert_eq!(show(&with(body).operations), expected, "{body}");
    }
}

#[test]
fn custom_operations_keep_their_path() {
    let text = "from awx.migrations import dbawaremigrations\nclass RunSQL(migrations.RunSQL):\n    pass\n\
        class Migration(migrations.Migration):\n    operations = [dbawaremigrations.RunSQL('a'), RunSQL('b'), dbawaremigrations.make()]\n";
    let migration = migration(text);
    assert_eq!(
        show(&migration.operations),
        "custom awx.migrations.dbawaremigrations.RunSQL, custom .RunSQL, unknown (awx.migrations.dbawaremigrations.make is what a call returns)"
    );
    assert!(matches!(&migration.operations[1].kind, OperationKind::Custom { path, .. } if path == ".RunSQL"));
    assert_eq!(migration.operations[1].arguments[0].name, "*1");
}

#[test]
fn code_and_sql_are_resolved() {
    let migration = migration(
        "import functools\nfrom shop.data import fill\nSQL = '''a;\nb'''\ndef forwards(apps, editor):\n    pass\n\
class Migration(migrations.Migration):\n    def inner(apps, editor):\n        pass\n    operations = [\n\
        migrations.RunPython(forwards, migrations.RunPython.noop), migrations.RunPython(functools.partial(fill, 1)), \n\
        migrations.RunPython(inner, lambda apps, editor: None), migrations.RunPython(make(), None),\n\
        migrations.RunSQL(SQL, migrations.RunSQL.noop), migrations.RunSQL(['a', ('b %s', [1]), settings.X]),\n\
        migrations.RunSQL(open('a').read())]\n",
    );
    let code = |index: usize| (migration.operations[index].code(), migration.operations[index].reverse_code());
    assert!(matches!(code(0), (Some(Code::Local(function, _)), Some(Code::Noop)) if function.name == "forwards"));
    assert!(matches!(code(1), (Some(Code::Imported(path)), None) if path == "shop.data.fill"));
    assert!(matches!(code(2), (Some(Code::Local(inner, _)), Some(Code::Local(..))) if inner.name == "inner"));
    assert!(matches!(code(3), (Some(Code::Unknown(_)), None)));
    let Some(Sql::Statements(statements)) = migration.operations[4].sql() else { panic!("no SQL") };
    let text = statements[0].text.as_ref().unwrap();
    assert_eq!(text.source_span(3, 4).map(|span| migration.source.slice(span)), Some("b"));
    assert!(matches!(migration.operations[4].reverse_sql(), Some(Sql::Noop)));
    let Some(Sql::Statements(statements)) = migration.operations[5].sql() else { panic!("no SQL") };
    let known: Vec<_> = statements.iter().map(|one| (one.text.is_ok(), one.parameters.is_some())).collect();
    assert_eq!(known, [(true, false), (true, true), (false, false)]);
    assert!(matches!(migration.operations[6].sql(), Some(Sql::Unknown(_))));
    assert!(migration.operations[4].code().is_none());
}

#[test]
fn the_header_is_read() {
    let migration = with(
        "atomic = False\ninitial = True\nreplaces = [('shop', '0001_a')]\nrun_before = [['shop', '0009']]\nsafe = 1\n\
dependencies = [('auth', '__first__'), migrations.swappable_dependency(settings.AUTH_USER_MODEL), other()]\n\
if x:\n    dependencies.append(('b', 'c'))",
    );
    assert_eq!(migration.atomic.value, Ok(false));
    assert_eq!(migration.atomic.span.map(|span| migration.source.slice(span)), Some("False"));
    assert_eq!(migration.initial.map(|initial| initial.value), Some(Ok(true)));
    assert_eq!((migration.replaces.len(), migration.run_before.len()), (1, 1));
    assert_eq!(migration.attributes[0].0, "safe");
    let [first, user, other, conditional] = &migration.dependencies[..] else { panic!("not four") };
    assert_eq!(first.value, Dependency::Migration { app: "auth".into(), name: "__first__".into() });
    assert_eq!(user.value, Dependency::Swappable("django.conf.settings.AUTH_USER_MODEL".into()));
    assert!(matches!(&other.value, Dependency::Unknown(unknown) if unknown.reason == "is what a call returns"));
    assert!(matches!(&conditional.value, Dependency::Unknown(unknown) if unknown.text == "x"));
}

#[test]
fn a_method_that_changes_a_list_leaves_it_open() {
    let migration = with("operations = []\ndef __init__(self, *args):\n    self.operations += make()");
    assert_eq!(show(&migration.operations), "unknown (__init__ may change `operations`)");
    assert!(migration.dependencies.is_empty());
    let applied = with("operations = []\ndef apply(self, *args):\n    self.operations = make()");
    assert_eq!(show(&applied.operations), "unknown (apply may change `operations`)");
    let looped = with("operations = []\ndef apply(self, *args):\n    for a in self.operations: pass");
    assert_eq!(show(&looped.operations), "");
}

#[test]
fn swappable_models_stay_symbolic() {
    let text = "import swapper\nclass Migration(migrations.Migration):\n    dependencies = [swapper.dependency('config', 'Device')]\n    \
        operations = [migrations.AddField('a', 'b', models.ForeignKey(swapper.get_model_name('config', 'Device')))]\n";
    let migration = migration(text);
    assert_eq!(migration.dependencies[0].value, Dependency::Swappable("swapper.config.Device".into()));
    let to = &migration.operations[0].field.as_ref().unwrap().argument("to").unwrap().value.kind;
    assert!(matches!(to, ValueKind::Reference(path) if path == "swapper.config.Device"));
}

const SAMPLE: &str = "from django.db import migrations, models\nSQL = f'''a {1}\n''' 'b' % 'é'\n\
def f(apps, editor):\n    for a in apps.get_model('a', 'b').objects.all():\n        a.save()\n\
class Migration(migrations.Migration):\n    dependencies = [('a', '0001')]\n    operations = [\n        \
migrations.RunSQL(SQL), migrations.RunPython(f, lambda a, b: None),\n        \
migrations.AddField('a', 'é', models.CharField(max_length=3, default=f'{SQL}')), # é\n    ]\n    \
if f:\n        operations += [migrations.DeleteModel(name='\\N{DASH}\\x41')]\n";

fn read_quietly(text: &str) {
    let source = SourceFile::new("a.py", text);
    let Ok(Some(migration)) = read_migration(&source, "a", "b") else { return };
    for operation in &migration.operations {
        let inside = operation.span.end <= text.len() && text.is_char_boundary(operation.span.start);
        assert!(inside && text.is_char_boundary(operation.span.end), "{:?} in {text:?}", operation.span);
        let _ = (operation.code(), operation.sql());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_never_panics(text in "\\PC*") {
        let _ = crate::python::parse(&SourceFile::new("a.py", text.as_str()));
        read_quietly(&format!("{HEAD}{text}\nclass Migration(migrations.Migration):\n    operations = [{text}]\n"));
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = crate::python::decode(&bytes) {
            read_quietly(&text);
        }
    }

    #[test]
    fn a_migration_with_random_changes_never_panics(
        cuts in proptest::collection::vec((0..SAMPLE.len(), 0..40usize, "[\\[\\](){}'\"\\\\fbr%+*:,.=\n\r é0-9a]{0,4}"), 1..6),
    ) {
        let mut text = SAMPLE.to_owned();
        for (at, len, with) in cuts {
            let boundary = |mut at: usize| {
                at = at.min(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let (from, to) = (boundary(at), boundary(at + len));
            text.replace_range(from..to, &with);
        }
        read_quietly(&text);
    }
}
