//! What migrations do to code that runs, as a reviewer would say it.

use std::sync::Arc;

use whimbrel::effects::compat::{ChangeEffects, Code, Failure, MigrationEffects, ModelTables, Rollout, of_migration};
use whimbrel::effects::reversal::{self, Reversal};
use whimbrel::history::{History, Settings, Side};
use whimbrel::migration::{Migration, read_migration};
use whimbrel::schema::{Schema, Statement, Target};
use whimbrel::source::SourceFile;
use whimbrel::target::{Vendor, Version};

use crate::cases::sent;

const ITEM: &str = "migrations.CreateModel('Item', fields=[('id', models.BigAutoField(primary_key=True)), \
                    ('name', models.CharField(max_length=40))]),";
const TAG: &str = "migrations.CreateModel('Tag', fields=[('id', models.BigAutoField(primary_key=True))]),";

struct Effects {
    of: MigrationEffects,
    statements: Vec<Statement>,
    reversal: Vec<Reversal>,
}

fn migration(name: &str, dependencies: &str, operations: &str) -> Arc<Migration> {
    let text = format!(
        "from django.db import migrations, models\nfrom django.db.models import F, Q\n\
         from django.db.models.functions import Lower\nfrom phones.fields import PhoneField\n\n\
         class Migration(migrations.Migration):\n    dependencies = [{dependencies}]\n    operations = [{operations}]\n"
    );
    let source = SourceFile::new(format!("shop/migrations/{name}.py"), text);
    Arc::new(read_migration(&source, "shop", name).unwrap().unwrap())
}

/// The effects of a migration of `change` on what `models` makes.
fn effects(models: &str, change: &str, database: &str) -> Effects {
    let (first, second) =
        (migration("0001_initial", "", models), migration("0002_change", "('shop', '0001_initial')", change));
    let settings = Settings::default();
    let history = History::new(&[first.clone(), second.clone()], settings.clone());
    let target = Target { database: database.parse().unwrap(), django: Version::new(5, 2) };
    let node = |migration: &Migration| history.graph().node("shop", &migration.name).unwrap();
    let sent = |migration: &Migration| sent(&history, node(migration), target);
    let mut before = Schema::default();
    for change in sent(&first).iter().flat_map(|statement| &statement.changes) {
        before.apply(change);
    }
    let states = history.states_within(node(&second), &[], Side::State);
    let tables = ModelTables::new(settings.clone(), target);
    let code_after = |number: usize| {
        let state = &states[number];
        Arc::new(Code::new(state, tables.schema(state), &tables))
    };
    let statements = sent(&second);
    let rollout = Rollout {
        old: &code_after(0),
        new: &code_after(states.len() - 1),
        before: &before,
        statements: &statements,
        written: &[],
        then: None,
        replayed: None,
        transactional: matches!(target.database.vendor, Vendor::PostgreSql | Vendor::Sqlite),
        operations: states.len() - 1,
        code_after: &code_after,
    };
    let of = of_migration(&rollout);
    let reversal = second.operations.iter().zip(&states);
    let reversal = reversal.map(|(operation, before)| reversal::of(operation, "shop", before, target)).collect();
    Effects { of, statements, reversal }
}

impl Effects {
    fn operation(&self, number: usize) -> ChangeEffects {
        self.of.of_operation(&self.statements, number)
    }

    fn phase(&self) -> &'static str {
        self.of.phase.word()
    }
}

/// `item select: certain`, each once.
fn short(failures: &[Failure]) -> Vec<String> {
    let short = failures.iter().map(|failure| {
        let model = failure.model.trim_start_matches("shop.");
        format!("{model} {}: {}", failure.action.word(), format!("{:?}", failure.certainty).to_lowercase())
    });
    let mut all: Vec<String> = short.collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn the_default_that_django_drops_again_breaks_old_inserts() {
    let change = "migrations.AddField('item', 'n', models.IntegerField(default=1)),";
    for database in ["postgresql@16", "mysql@8.0", "mariadb@10.11", "sqlite"] {
        let effects = effects(ITEM, change, database);
        let operation = effects.operation(0);
        assert_eq!(short(&operation.breaks_old_code), ["item insert: certain"], "{database}");
        assert_eq!(short(&operation.breaks_new_code).len(), 4, "{database}");
        assert_eq!(effects.phase(), "split", "{database}");
    }
}

#[test]
fn a_column_that_the_database_fills_can_come_first() {
    for field in ["models.IntegerField(db_default=1)", "models.IntegerField(null=True)"] {
        let effects = effects(ITEM, &format!("migrations.AddField('item', 'n', {field}),"), "postgresql@16");
        assert_eq!(short(&effects.operation(0).breaks_old_code), Vec::<String>::new(), "{field}");
        assert_eq!(effects.phase(), "pre-deploy", "{field}");
    }
}

#[test]
fn a_field_that_only_the_state_forgets_must_be_filled_all_the_same() {
    let forget = "migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('item', 'n')]),";
    let of = |field: &str| {
        let models = format!("{ITEM} migrations.AddField('item', 'n', {field}),");
        effects(&models, forget, "postgresql@16")
    };
    let not_null = of("models.IntegerField()");
    // The operation inside the other one is the second.
    assert_eq!(short(&not_null.operation(1).breaks_new_code), ["item insert: certain"]);
    assert_eq!(not_null.phase(), "split");
    assert_eq!(of("models.IntegerField(null=True)").phase(), "any");
    let relation = format!(
        "{TAG} {ITEM} migrations.AddField('item', 'n', models.ForeignKey('shop.Tag', models.CASCADE, null=True)),"
    );
    let relation = effects(&relation, forget, "postgresql@16");
    assert_eq!(short(&relation.operation(1).breaks_new_code), ["tag delete: possible"]);
}

#[test]
fn a_statement_that_is_not_known_may_have_mended_what_only_the_state_tells_of() {
    let models = format!("{ITEM} migrations.AddField('item', 'n', models.IntegerField()),");
    let forget = |sql: &str| {
        let change = format!(
            "migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('item', 'n')], \
             database_operations=[migrations.RunSQL(\"{sql}\")]),"
        );
        let effects = effects(&models, &change, "postgresql@16");
        let operation = effects.operation(2);
        (short(&operation.breaks_new_code), operation.unknown.into_iter().map(|unknown| unknown.reason).collect())
    };
    let nothing: Vec<String> = Vec::new();
    assert_eq!(forget("ALTER TABLE shop_item DROP COLUMN n"), (nothing.clone(), nothing.clone()));
    let certain = (vec!["item insert: certain".to_owned()], nothing.clone());
    assert_eq!(forget("SELECT 1"), certain);
    assert_eq!(forget("DO $$ BEGIN PERFORM drop_column('shop_order', 'n'); END $$"), certain);
    let doubt = vec!["is not a statement that can be judged".to_owned()];
    assert_eq!(forget("DO $$ BEGIN PERFORM drop_column('shop_item', 'n'); END $$"), (nothing, doubt));
}

#[test]
fn a_new_relation_holds_rows_back_once_new_code_has_written() {
    let models = format!("{TAG} {ITEM}");
    let add = |on_delete: &str| {
        let change = format!(
            "migrations.AddField('item', 'tag', models.ForeignKey('shop.Tag', models.{on_delete}, null=True)),"
        );
        effects(&models, &change, "postgresql@16")
    };
    let cascade = add("CASCADE");
    assert_eq!(short(&cascade.operation(0).breaks_old_code), ["tag delete: later"]);
    assert_eq!(cascade.phase(), "pre-deploy");
    // The new code does not let such a tag go either.
    assert_eq!(short(&add("PROTECT").operation(0).breaks_old_code), Vec::<String>::new());
}

#[test]
fn a_relation_that_the_database_had_first_is_blamed_on_the_state_that_learns_of_it() {
    let models = format!(
        "{TAG} {ITEM} migrations.RunSQL('ALTER TABLE shop_item ADD COLUMN tag_id bigint NULL REFERENCES shop_tag (id)'),"
    );
    let learn = "migrations.SeparateDatabaseAndState(state_operations=[migrations.AddField('item', 'tag', \
                 models.ForeignKey('shop.Tag', models.CASCADE, null=True))]),";
    let effects = effects(&models, learn, "postgresql@16");
    assert_eq!(short(&effects.operation(1).breaks_old_code), ["tag delete: later"]);
}

#[test]
fn what_two_operations_do_together_is_seen_in_between_where_ddl_commits() {
    let change = "migrations.RenameField('item', 'name', 'title'), \
                  migrations.AlterField('item', 'title', models.CharField(max_length=40, db_column='name')),";
    let postgresql = effects(ITEM, change, "postgresql@16");
    assert_eq!(postgresql.phase(), "any");
    assert_eq!(short(&postgresql.operation(0).breaks_in_between), Vec::<String>::new());
    let mysql = effects(ITEM, change, "mysql@8.0");
    assert!(short(&mysql.operation(0).breaks_in_between).contains(&"item select: certain".to_owned()));
    assert_eq!(short(&mysql.operation(0).breaks_old_code), Vec::<String>::new());
    assert_eq!(mysql.phase(), "post-deploy");
}

#[test]
fn values_that_no_longer_fit_are_possible() {
    let change = "migrations.AlterField('item', 'name', models.CharField(max_length=10)),";
    let effects_on = |database: &str| effects(ITEM, change, database);
    let postgresql = effects_on("postgresql@16");
    assert_eq!(short(&postgresql.operation(0).breaks_old_code), ["item insert: possible", "item update: possible"]);
    assert_eq!(postgresql.phase(), "post-deploy");
    assert!(postgresql.operation(0).breaks_prepared_statements);
    assert_eq!(effects_on("sqlite").phase(), "any");
}

#[test]
fn a_generated_column_that_can_only_be_shorter_always_fits() {
    let add = |expression: &str, length: usize| {
        let change = format!(
            "migrations.AddField('item', 'g', models.GeneratedField(expression={expression}, \
             output_field=models.CharField(max_length={length}), db_persist=True)),"
        );
        short(&effects(ITEM, &change, "postgresql@16").operation(0).breaks_old_code)
    };
    assert_eq!(add("Lower('name')", 40), Vec::<String>::new());
    assert_eq!(add("Lower('name')", 20), ["item insert: possible", "item update: possible"]);
}

#[test]
fn checks_are_compared_with_what_the_field_lets_through() {
    let models = "migrations.CreateModel('Item', fields=[('id', models.BigAutoField(primary_key=True)), \
                  ('n', models.PositiveIntegerField()), ('s', models.CharField(max_length=2, choices=[('a', 'A'), ('b', 'B')]))]),";
    let add = |condition: &str| {
        let change =
            format!("migrations.AddConstraint('item', models.CheckConstraint(condition={condition}, name='c')),");
        effects(models, &change, "postgresql@16").phase()
    };
    assert_eq!(add("Q(n__gte=0)"), "any");
    assert_eq!(add("Q(n__gte=1)"), "post-deploy");
    assert_eq!(add("Q(s__in=['a', 'b', 'c'])"), "any");
    assert_eq!(add("Q(s__in=['a'])"), "post-deploy");
}

#[test]
fn what_is_not_known_makes_the_phase_unknown() {
    let opaque = effects(ITEM, "migrations.RunSQL('DO $$ BEGIN PERFORM 1; END $$'),", "postgresql@16");
    assert_eq!(opaque.phase(), "unknown");
    assert_eq!(opaque.operation(0).unknown.len(), 1);
    let field = effects(ITEM, "migrations.AddField('item', 'phone', PhoneField()),", "postgresql@16");
    assert_eq!(short(&field.operation(0).breaks_old_code), Vec::<String>::new());
    assert!(!field.operation(0).unknown.is_empty());
}

#[test]
fn what_the_migration_made_itself_is_no_loss() {
    let change = "migrations.AddField('item', 'n', models.IntegerField(null=True)), \
                  migrations.RemoveField('item', 'n'), migrations.RemoveField('item', 'name'),";
    let effects = effects(ITEM, change, "postgresql@16");
    assert!(effects.operation(1).loses_data.is_empty());
    assert_eq!(effects.operation(2).loses_data.len(), 1);
}

#[test]
fn a_column_of_the_same_name_is_another_column() {
    let change = "migrations.RemoveField('item', 'name'), \
                  migrations.AddField('item', 'name', models.CharField(max_length=40, null=True)),";
    let effects = effects(ITEM, change, "postgresql@16");
    let broken = effects.operation(1).breaks_old_code;
    assert_eq!(short(&broken), ["item select: certain"]);
    assert_eq!(broken[0].why(), "`shop_item.name` is another column now");
}

#[test]
fn going_back_is_refused_or_fails_on_rows() {
    let models = format!("{ITEM} migrations.AddField('item', 'n', models.IntegerField()),");
    let reversal = |change: &str, database: &str| effects(&models, change, database).reversal.remove(0);
    assert_eq!(reversal("migrations.RunSQL('SELECT 1'),", "postgresql"), Reversal::No);
    assert_eq!(reversal("migrations.RunSQL('SELECT 1', migrations.RunSQL.noop),", "postgresql"), Reversal::Yes);
    let remove = "migrations.RemoveField('item', 'n'),";
    let only = Reversal::OnlyWithoutRows { model: "item".to_owned(), field: "n".to_owned() };
    assert_eq!(reversal(remove, "postgresql"), only);
    assert_eq!(reversal(remove, "mysql"), Reversal::Yes);
}
