//! SQL that a function of the migration sends: on which databases it is judged, and where that stays open.

use std::sync::Arc;

use whimbrel::check::{Checked, Content, Project, Request, Tables, check};
use whimbrel::history::Settings;
use whimbrel::migration::{NoModules, read_migration};
use whimbrel::rules;
use whimbrel::source::SourceFile;
use whimbrel::target::{Vendor, Version};

/// What a rule that forbids DROP TABLE says of `DROP` in a function: for PostgreSQL, MySQL, MariaDB and SQLite, `+`
/// found, `-` not, `?` undecided.
fn drops(body: &str) -> String {
    let function = format!("def forwards(apps, schema_editor):\n{}", indented(body));
    drops_in(&function)
}

fn indented(body: &str) -> String {
    let drop = "schema_editor.execute(\"DROP TABLE shop_order\")";
    format!("    {}\n", body.replace("DROP", drop).replace('\n', "\n    "))
}

fn drops_in(functions: &str) -> String {
    let (rules, mistakes) =
        rules::load(&[SourceFile::new("team.rules", "rule r { forbid schema.DropTable message \"gone\" }")]);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let text = format!(
        "from django.db import connection, migrations, transaction\n\n{functions}\n\
         class Migration(migrations.Migration):\n    operations = [migrations.RunPython(forwards)]\n"
    );
    let source = SourceFile::new("shop/migrations/0001_change.py", text);
    let migration = Arc::new(read_migration(&source, "shop", "0001_change").expect("Python").expect("a migration"));
    let said = |vendor: Vendor| {
        let outcome = check(Request {
            rules: &rules,
            files: &[Checked {
                content: Content::Migration(Arc::clone(&migration)),
                project: 0,
                assumptions: Vec::new(),
            }],
            projects: &[Project { present: vec![Arc::clone(&migration)], deployed: Some(Vec::new()) }],
            databases: &[vendor.word().parse().expect("a database")],
            django: Version::new(5, 2),
            tables: &Tables::default(),
            settings: &Settings::default(),
            modules: &NoModules,
        });
        match (outcome.findings.len(), outcome.undecided.len()) {
            (0, 0) => '-',
            (0, _) => '?',
            _ => '+',
        }
    };
    Vendor::ALL.into_iter().map(said).collect()
}

#[test]
fn what_always_runs_is_judged() {
    for body in [
        "DROP",
        "with transaction.atomic():\n    DROP",
        "try:\n    DROP\nfinally:\n    pass",
        "try:\n    pass\nexcept ValueError:\n    pass\nelse:\n    DROP",
        "try:\n    pass\nfinally:\n    DROP",
        "if apps:\n    pass\nDROP",
        "if not apps:\n    raise ValueError\nDROP",
        "for row in apps:\n    continue\nDROP",
        "def inner():\n    return\nDROP",
        "x = DROP",
    ] {
        assert_eq!(drops(body), "++++", "{body}");
    }
}

#[test]
fn what_may_not_run_stays_open() {
    for body in [
        "if apps:\n    DROP",
        "if not apps:\n    return\nDROP",
        "for row in apps:\n    DROP",
        "for row in apps:\n    if row:\n        return\nDROP",
        "while apps:\n    DROP",
        "try:\n    pass\nexcept ValueError:\n    DROP",
        "try:\n    apps()\nexcept ValueError:\n    return\nDROP",
        "try:\n    raise ValueError\n    pass\nexcept ValueError:\n    pass\nDROP",
        "def inner():\n    DROP",
        "x = lambda: DROP",
        "x = [DROP for row in apps]",
        "apps and DROP",
        "DROP if apps else None",
        "match apps:\n    case 1:\n        DROP",
        "if connection.vendor == apps:\n    DROP",
        "if connection.alias == 'postgresql':\n    DROP",
        "vendor = connection.vendor\nvendor = apps\nif vendor == 'postgresql':\n    DROP",
    ] {
        assert_eq!(drops(body), "????", "{body}");
    }
    assert_eq!(drops("return\nDROP"), "----");
}

#[test]
fn the_vendor_of_the_connection_decides() {
    for (body, expected) in [
        ("if schema_editor.connection.vendor == 'postgresql':\n    DROP", "+---"),
        ("if 'postgresql' != schema_editor.connection.vendor:\n    return\nDROP", "+---"),
        ("if connection.vendor in ('mysql', 'sqlite'):\n    DROP", "-+++"),
        ("if connection.vendor not in ['mysql', 'sqlite']:\n    DROP", "+---"),
        ("if connection.vendor.startswith('postgres'):\n    pass\nelse:\n    DROP", "-+++"),
        ("if 'postgres' in connection.vendor:\n    DROP", "+---"),
        ("if connection.vendor == 'mysql' and connection.mysql_is_mariadb:\n    DROP", "--+-"),
        ("if connection.vendor == 'mysql' and not connection.mysql_is_mariadb:\n    DROP", "-+--"),
        ("if connection.vendor == 'postgresql' and apps:\n    DROP", "?---"),
        ("if connection.vendor == 'postgresql' or apps:\n    DROP", "+???"),
        ("conn = schema_editor.connection\nif conn.vendor == 'sqlite':\n    DROP", "---+"),
        ("vendor = connection.vendor\nif vendor == 'sqlite':\n    DROP", "---+"),
        ("other = connection.vendor != 'sqlite'\nif other:\n    return\nDROP", "---+"),
        ("if connection.vendor == 'sqlite':\n    raise ValueError\nDROP", "+++-"),
        (
            "if connection.vendor == 'sqlite':\n    pass\nelif connection.vendor == 'mysql':\n    DROP\nelse:\n    raise ValueError",
            "-++-",
        ),
        ("if connection.vendor == 'sqlite':\n    if apps:\n        return\nDROP", "+++?"),
        ("DROP if connection.vendor == 'sqlite' else None", "---+"),
    ] {
        assert_eq!(drops(body), expected, "{body}");
    }
}

#[test]
fn a_function_of_the_file_runs_where_it_is_called() {
    let helper = "def helper(editor):\n    if editor.connection.vendor != 'mysql':\n        editor.execute(\"DROP TABLE shop_order\")\n\n";
    let forwards = |body: &str| format!("{helper}def forwards(apps, schema_editor):\n{}", indented(body));
    assert_eq!(drops_in(&forwards("helper(schema_editor)")), "+--+");
    assert_eq!(drops_in(&forwards("if connection.vendor == 'sqlite':\n    helper(schema_editor)")), "---+");
    assert_eq!(drops_in(&forwards("if apps:\n    helper(schema_editor)")), "?--?");
    let decorated =
        "@sometimes\ndef forwards(apps, schema_editor):\n    schema_editor.execute(\"DROP TABLE shop_order\")\n";
    assert_eq!(drops_in(decorated), "????");
}
