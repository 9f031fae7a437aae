//! Code against schemas that are built by hand.

use std::sync::Arc;

use super::*;
use crate::history::{History, ProjectState, Settings};
use crate::migration::read_migration;
use crate::schema::{Schema, Table, Target};
use crate::source::SourceFile;
use crate::sql::{Column, ColumnType, Constraint, ConstraintKind, DatabaseDefault, ForeignKey, Index, Volatility};
use crate::target::Version;

fn target(database: &str, django: Version) -> Target {
    Target { database: database.parse().unwrap(), django }
}

/// The state after creating these models: name and fields.
fn state(models: &[(&str, &str)]) -> ProjectState {
    let operations: Vec<String> =
        models.iter().map(|(name, fields)| format!("migrations.CreateModel('{name}', fields=[{fields}]),")).collect();
    let text = format!(
        "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = [{}]\n",
        operations.join("\n")
    );
    let source = SourceFile::new("shop/migrations/0001_initial.py".to_owned(), text);
    let migration = Arc::new(read_migration(&source, "shop", "0001_initial").unwrap().unwrap());
    let history = History::new(&[migration], Settings::default());
    history.final_state()
}

/// A column from words: `name varchar(50) null`, `id bigint auto key`, `n integer default 0`.
fn column(text: &str) -> Column {
    let mut words = text.split(' ');
    let name = words.next().unwrap().to_owned();
    let written = words.next().unwrap();
    let (type_name, arguments) = written.split_once('(').unwrap_or((written, ""));
    let numbers = arguments.trim_end_matches(')').split(',').filter_map(|number| number.parse().ok());
    let column_type = ColumnType { name: type_name.to_owned(), arguments: numbers.collect(), dimensions: 0 };
    let rest: Vec<&str> = words.collect();
    let default = rest.iter().position(|word| *word == "default").and_then(|at| rest.get(at + 1));
    Column {
        name,
        column_type: Ok(column_type),
        null: rest.contains(&"null"),
        default: default
            .map(|expression| DatabaseDefault { expression: (*expression).to_owned(), volatility: Volatility::Stable }),
        generated: None,
        auto: rest.contains(&"auto"),
        primary_key: rest.contains(&"key"),
        unique: rest.contains(&"unique"),
        check: None,
        references: None,
        collation: None,
        comment: None,
    }
}

fn table(columns: &[&str]) -> Table {
    Table { columns: columns.iter().map(|text| column(text)).collect(), ..Table::default() }
}

fn schema(tables: &[(&str, Table)]) -> Schema {
    Schema {
        tables: tables.iter().map(|(name, table)| ((*name).to_owned(), Arc::new(table.clone()))).collect(),
        ..Schema::default()
    }
}

fn references(columns: &str, parent: &str, on_delete: Option<&str>) -> Constraint {
    let references = ForeignKey {
        table: parent.to_owned(),
        columns: vec!["id".to_owned()],
        deferrable: true,
        on_delete: on_delete.map(str::to_owned),
    };
    Constraint { name: None, kind: ConstraintKind::ForeignKey { columns: vec![columns.to_owned()], references } }
}

const ID: &str = "id bigint auto key";
const ITEM: &str = "('id', models.BigAutoField(primary_key=True)), ('name', models.CharField(max_length=50))";

/// The failures of one model `shop.item` in short: `insert certain shop_item.extra`.
fn said(code: &Code, schema: &Schema) -> Vec<String> {
    let found = failures(code, schema);
    assert!(found.unknown.is_empty(), "{:?}", found.unknown);
    found
        .failures
        .iter()
        .map(|failure| {
            let column = failure.column.as_deref().map(|column| format!(".{column}")).unwrap_or_default();
            let how = format!("{:?} {:?}", failure.certainty, failure.outcome).to_lowercase();
            format!("{} {} {how} {}{column}", failure.model, failure.action.word(), failure.table)
        })
        .collect()
}

fn code(models: &[(&str, &str)], made: Schema, target: Target) -> Code {
    Code::new(&state(models), made, &ModelTables::new(Settings::default(), target))
}

fn item(extra: &str, made: &[&str], target: Target) -> Code {
    let fields = format!("{ITEM}, {extra}");
    let columns: Vec<&str> = [ID, "name varchar(50)"].into_iter().chain(made.iter().copied()).collect();
    let made = schema(&[("shop_item", table(&columns))]);
    code(&[("Item", &fields)], made, target)
}

const PG: (&str, Version) = ("postgresql@15", Version::new(5, 2));

#[test]
fn code_fits_the_schema_that_is_made_for_it() {
    let code = item("('n', models.IntegerField(db_default=0))", &["n integer default 0"], target(PG.0, PG.1));
    assert_eq!(said(&code, &code.schema.clone()), Vec::<String>::new());
}

#[test]
fn a_column_that_is_gone_breaks_all_that_names_it() {
    let code = item("('n', models.IntegerField())", &["n integer"], target(PG.0, PG.1));
    let without = schema(&[("shop_item", table(&[ID, "name varchar(50)"]))]);
    assert_eq!(
        said(&code, &without),
        ["select", "insert", "update", "delete"].map(|action| format!("shop.item {action} certain error shop_item.n"))
    );
}

#[test]
fn a_column_that_insert_does_not_name_must_be_filled_by_the_database() {
    let code = item("", &[], target(PG.0, PG.1));
    let with = |extra: &str| schema(&[("shop_item", table(&[ID, "name varchar(50)", extra]))]);
    assert_eq!(said(&code, &with("n integer")), ["shop.item insert certain error shop_item.n"]);
    for filled in ["n integer null", "n integer default 0", "n integer auto"] {
        assert_eq!(said(&code, &with(filled)), Vec::<String>::new(), "{filled}");
    }
}

#[test]
fn sqlite_gets_the_database_default_from_django_until_5_2() {
    let made = &["n integer default 0"];
    let field = "('n', models.IntegerField(db_default=0))";
    let dropped = schema(&[("shop_item", table(&[ID, "name varchar(50)", "n integer"]))]);
    let old = item(field, made, target("sqlite", Version::new(5, 2)));
    assert_eq!(said(&old, &dropped), Vec::<String>::new());
    let new = item(field, made, target("sqlite", Version::new(6, 0)));
    assert_eq!(said(&new, &dropped), ["shop.item insert certain error shop_item.n"]);
    let mariadb = item(field, made, target("mariadb", Version::new(5, 2)));
    assert_eq!(said(&mariadb, &dropped), ["shop.item insert certain error shop_item.n"]);
    let python = item("('n', models.IntegerField(db_default=0, default=1))", made, target(PG.0, PG.1));
    assert_eq!(said(&python, &dropped), Vec::<String>::new());
}

#[test]
fn sqlite_enforces_no_lengths() {
    let shorter = schema(&[("shop_item", table(&[ID, "name varchar(20)"]))]);
    let on = |database: &str| said(&item("", &[], target(database, Version::new(5, 2))), &shorter);
    assert_eq!(on("sqlite"), Vec::<String>::new());
    let values = ["insert", "update"].map(|action| format!("shop.item {action} possible error shop_item.name"));
    assert_eq!(on("postgresql"), values);
    assert_eq!(on("mysql"), values);
}

#[test]
fn an_upsert_needs_something_unique_over_its_columns() {
    let field = "('code', models.IntegerField(unique=True))";
    let on = |database: &str, own: Table| {
        said(
            &item(field, &["code integer unique"], target(database, Version::new(5, 2))),
            &schema(&[("shop_item", own)]),
        )
    };
    let plain = table(&[ID, "name varchar(50)", "code integer"]);
    assert_eq!(on("postgresql", plain.clone()), ["shop.item upsert certain error shop_item.code"]);
    assert_eq!(on("mariadb", plain.clone()), ["shop.item upsert certain silent shop_item.code"]);
    let mut indexed = plain;
    indexed.indexes.push(Index {
        name: None,
        columns: vec!["code".to_owned()],
        unique: true,
        method: None,
        condition: None,
        expressions: false,
        include: Vec::new(),
    });
    assert_eq!(on("postgresql", indexed.clone()), Vec::<String>::new());
    indexed.indexes[0].condition = Some("code > 5".to_owned());
    assert_eq!(on("postgresql", indexed), ["shop.item upsert certain error shop_item.code"]);
}

#[test]
fn a_foreign_key_that_the_code_does_not_know_holds_rows_back_later() {
    let code = item("", &[], target(PG.0, PG.1));
    let part = |column: &str, on_delete: Option<&str>| {
        let mut part = table(&[ID, column]);
        part.constraints.push(references("item_id", "shop_item", on_delete));
        schema(&[("shop_item", table(&[ID, "name varchar(50)"])), ("shop_part", part)])
    };
    assert_eq!(said(&code, &part("item_id bigint", None)), ["shop.item delete later error shop_item.item_id"]);
    assert_eq!(said(&code, &part("item_id bigint", Some("CASCADE"))), Vec::<String>::new());
}

#[test]
fn deleting_asks_for_the_columns_of_relations() {
    let fields = "('id', models.BigAutoField(primary_key=True)), \
                  ('item', models.ForeignKey('shop.Item', models.CASCADE)), ('note', models.TextField())";
    let mut part = table(&[ID, "item_id bigint", "note text"]);
    part.constraints.push(references("item_id", "shop_item", None));
    let both = schema(&[("shop_item", table(&[ID, "name varchar(50)"])), ("shop_part", part.clone())]);
    let code = code(&[("Item", ITEM), ("Part", fields)], both.clone(), target(PG.0, PG.1));
    assert_eq!(said(&code, &both), Vec::<String>::new());
    let mut without_table = both.clone();
    without_table.tables.remove("shop_part");
    let item = |said: Vec<String>| said.into_iter().filter(|line| line.starts_with("shop.item")).collect::<Vec<_>>();
    assert_eq!(item(said(&code, &without_table)), ["shop.item delete certain error shop_part"]);
    // A fast deletion does not look at the other columns.
    let mut without_note = both;
    without_note.table_mut("shop_part").unwrap().columns.pop();
    assert_eq!(item(said(&code, &without_note)), Vec::<String>::new());
}

#[test]
fn a_many_to_many_table_with_more_columns_fails_aloud_only_on_postgresql() {
    let fields = format!("{ITEM}, ('tags', models.ManyToManyField('shop.Tag'))");
    let tag = "('id', models.BigAutoField(primary_key=True))";
    let on = |database: &str, link: Table| {
        let link_made = table(&[ID, "item_id bigint", "tag_id bigint"]);
        let tables = |link| {
            schema(&[
                ("shop_item", table(&[ID, "name varchar(50)"])),
                ("shop_tag", table(&[ID])),
                ("shop_item_tags", link),
            ])
        };
        let code = code(&[("Tag", tag), ("Item", &fields)], tables(link_made), target(database, Version::new(5, 2)));
        said(&code, &tables(link))
    };
    let more = table(&[ID, "item_id bigint", "tag_id bigint", "weight integer"]);
    assert_eq!(on("postgresql", more.clone()), ["shop.item m2m certain error shop_item_tags.weight"]);
    assert_eq!(on("sqlite", more), ["shop.item m2m certain silent shop_item_tags.weight"]);
    let renamed = table(&[ID, "thing_id bigint null", "tag_id bigint"]);
    assert_eq!(
        on("postgresql", renamed),
        ["shop.item delete certain error shop_item_tags.item_id", "shop.item m2m certain error shop_item_tags.item_id"]
    );
}

#[test]
fn what_is_not_known_is_neither_safe_nor_an_error() {
    let code = item("('place', models.IntegerField())", &["place integer"], target(PG.0, PG.1));
    let mut other = code.schema.clone();
    let unknown = crate::python::Unknown {
        text: "geo.PointField".to_owned(),
        span: crate::source::Span::new(0, 1),
        reason: "is not one of Django's own field classes".to_owned(),
    };
    other.table_mut("shop_item").unwrap().columns[2].column_type = Err(unknown.clone());
    let found = failures(&code, &other);
    assert_eq!(found.failures, Vec::new());
    assert_eq!(found.unknown, [("shop_item".to_owned(), unknown)]);
}

#[test]
fn the_type_of_a_literal_is_no_cast_of_a_value() {
    use crate::effects::compat::table::may_raise;
    assert!(!may_raise("(CASE WHEN prerelease = ''::text THEN 1 ELSE 0 END)"));
    assert!(!may_raise("upper((slug)::text)"));
    assert!(may_raise("(price::integer)"));
    assert!(may_raise("(total / quantity)"));
}
