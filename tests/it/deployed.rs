//! What counts as deployed: by git, and by nothing else.

use crate::support::Folder;

/// A migration of an app.
pub(crate) fn migration(dependencies: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = [{dependencies}]\n    operations = [{operations}]\n"
    )
}

const CREATE_ORDER: &str = "migrations.CreateModel('Order', fields=[('id', models.BigAutoField(primary_key=True)), ('state', models.TextField())])";
const ADD_KIND: &str = "migrations.AddField('order', 'kind', models.CharField(max_length=9, default='x'))";
const NOT_NULL: &str = "compat/not-null-column-without-db-default";

fn shop() -> Folder {
    Folder::with(&[("shop/migrations/0001_initial.py", &migration("", CREATE_ORDER))])
}

/// The rules that report something, with the files.
fn reported(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "--format", "json", "--database", "postgresql"];
    all.extend(arguments);
    let run = folder.run(&all);
    assert!(run.err.is_empty() && run.status < 2, "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["undecided"].as_array().map(Vec::len), Some(0), "{}", report["undecided"]);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| format!("{} {}", text(&finding["rule"]), text(&finding["migration"]))).collect()
}

fn not_null(migration: &str) -> Vec<String> {
    vec![format!("{NOT_NULL} {migration}")]
}

/// Rules that ask for the age of what an operation names, and nothing else.
const AGE: &str = "\
rule table-in-use { on AddField when model in deployed require field.null message \"in use\" }
rule column-in-use { forbid RemoveField when field in deployed message \"in use\" }
";

/// The rules of [`AGE`] that report something.
fn in_use(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    folder.write("age.rules", AGE);
    folder.write("whimbrel.toml", "rules = [\"age.rules\"]\n");
    reported(folder, &[&["--select", "age/*"], arguments].concat())
}

#[test]
fn a_committed_table_is_live_and_one_of_the_same_release_is_not() {
    let folder = shop().committed();
    folder.write("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    folder.git(&["add", "--all"]);
    assert_eq!(reported(&folder, &[]), not_null("0002_kind"));

    let folder = Folder::with(&[("README", "")]).committed();
    folder.write("shop/migrations/0001_initial.py", &migration("", CREATE_ORDER));
    folder.write("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    folder.git(&["add", "--all"]);
    assert_eq!(reported(&folder, &[]), [""; 0]);
}

#[test]
fn the_deployed_revision_may_be_an_older_one() {
    let folder = Folder::with(&[("README", "")]).committed();
    folder.git(&["tag", "v1"]);
    folder.git(&["branch", "production"]);
    folder.write("shop/migrations/0001_initial.py", &migration("", CREATE_ORDER));
    folder.commit();
    folder.write("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    folder.git(&["add", "--all"]);
    assert_eq!(reported(&folder, &[]), not_null("0002_kind"));
    assert_eq!(reported(&folder, &["--deployed", "HEAD"]), not_null("0002_kind"));
    assert_eq!(reported(&folder, &["--deployed", "v1"]), [""; 0]);
    assert_eq!(reported(&folder, &["--deployed", "merge-base:production"]), [""; 0]);
    folder.write("whimbrel.toml", "deployed = \"v1\"\n");
    assert_eq!(reported(&folder, &[]), [""; 0]);
    assert_eq!(reported(&folder, &["--deployed", "HEAD"]), not_null("0002_kind"));
}

#[test]
fn a_deployed_migration_is_judged_alone() {
    let folder = shop();
    folder.write("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    let folder = folder.committed();
    assert_eq!(reported(&folder, &["--all"]), not_null("0002_kind"));
    assert_eq!(reported(&folder, &["shop/migrations/0002_kind.py"]), not_null("0002_kind"));
    folder.write("shop/migrations/0003_more.py", &migration("('shop', '0002_kind')", ""));
    assert_eq!(reported(&folder, &["shop"]), not_null("0002_kind"), "what is not committed changes nothing");
}

#[test]
fn the_verdict_does_not_depend_on_the_files_beside() {
    let folder = Folder::with(&[("README", "")]).committed();
    folder.write("shop/migrations/0001_initial.py", &migration("", CREATE_ORDER));
    folder.write("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    assert_eq!(reported(&folder, &["shop/migrations/0002_kind.py"]), [""; 0]);
    assert_eq!(reported(&folder, &["shop/migrations"]), [""; 0]);
}

#[test]
fn a_table_keeps_its_age_through_renames() {
    let rename = |old: &str, new: &str| format!("migrations.RenameModel('{old}', '{new}')");
    let folder = shop().committed();
    folder.write("shop/migrations/0002_rename.py", &migration("('shop', '0001_initial')", &rename("Order", "Sale")));
    let add = ADD_KIND.replace("order", "sale");
    folder.write("shop/migrations/0003_kind.py", &migration("('shop', '0002_rename')", &add));
    assert_eq!(in_use(&folder, &["shop/migrations/0003_kind.py"]), ["age/table-in-use 0003_kind"]);

    let folder = Folder::with(&[("README", "")]).committed();
    folder.write("shop/migrations/0001_initial.py", &migration("", CREATE_ORDER));
    folder.write("shop/migrations/0002_rename.py", &migration("('shop', '0001_initial')", &rename("Order", "Sale")));
    folder.write("shop/migrations/0003_kind.py", &migration("('shop', '0002_rename')", &add));
    assert_eq!(in_use(&folder, &["shop"]), [""; 0]);
}

#[test]
fn a_column_keeps_its_age_through_renames_and_alterations() {
    let folder = shop().committed();
    folder.write(
        "shop/migrations/0002_status.py",
        &migration(
            "('shop', '0001_initial')",
            "migrations.RenameField('order', 'state', 'status'), migrations.AlterField('order', 'status', models.TextField(blank=True))",
        ),
    );
    folder.write(
        "shop/migrations/0003_gone.py",
        &migration("('shop', '0002_status')", "migrations.RemoveField('order', 'status')"),
    );
    assert_eq!(in_use(&folder, &["shop/migrations/0003_gone.py"]), ["age/column-in-use 0003_gone"]);

    folder.write(
        "shop/migrations/0002_status.py",
        &migration("('shop', '0001_initial')", "migrations.AddField('order', 'status', models.TextField(null=True))"),
    );
    assert_eq!(in_use(&folder, &["shop/migrations/0003_gone.py"]), [""; 0], "the release adds it");
}

#[test]
fn a_squashed_migration_of_deployed_ones_is_deployed() {
    let folder = shop();
    folder.write("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    let folder = folder.committed();
    let squash = migration("", &format!("{CREATE_ORDER}, {ADD_KIND}")).replace(
        "    dependencies",
        "    replaces = [('shop', '0001_initial'), ('shop', '0002_kind')]\n    dependencies",
    );
    folder.write("shop/migrations/0001_squashed_0002_kind.py", &squash);
    folder.write(
        "shop/migrations/0003_more.py",
        &migration("('shop', '0001_squashed_0002_kind')", &ADD_KIND.replace("kind", "sort")),
    );
    assert_eq!(
        reported(&folder, &["shop/migrations/0001_squashed_0002_kind.py", "shop/migrations/0003_more.py"]),
        not_null("0003_more")
    );
}

#[test]
fn a_table_that_the_state_only_hears_of_is_there_already() {
    let adopt = format!("migrations.SeparateDatabaseAndState(state_operations=[{CREATE_ORDER}])");
    let folder = Folder::with(&[("README", "")]).committed();
    folder.write("shop/migrations/0001_initial.py", &migration("", &adopt));
    folder.write("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    assert_eq!(in_use(&folder, &["shop"]), ["age/table-in-use 0002_kind"]);
    let both = format!(
        "migrations.SeparateDatabaseAndState(database_operations=[{CREATE_ORDER}], state_operations=[{CREATE_ORDER}])"
    );
    folder.write("shop/migrations/0001_initial.py", &migration("", &both));
    assert_eq!(in_use(&folder, &["shop"]), [""; 0]);
}

#[test]
fn a_table_that_another_app_takes_over_is_not_left_behind() {
    let order = "migrations.CreateModel('Order', fields=[('id', models.BigAutoField(primary_key=True))])";
    let payment = |options: &str| {
        format!(
            "migrations.CreateModel('Payment', fields=[('id', models.BigAutoField(primary_key=True)), ('order', models.ForeignKey('shop.order', models.CASCADE))]{options})"
        )
    };
    let gone = "migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('Payment')])";
    let taken = |options: &str| format!("migrations.SeparateDatabaseAndState(state_operations=[{}])", payment(options));
    let moved = "migrations.SeparateDatabaseAndState(database_operations=[migrations.AlterModelTable('Payment', 'cash_payment')], state_operations=[migrations.DeleteModel('Payment')])";
    let before = || {
        let folder = Folder::with(&[("shop/migrations/0001_initial.py", &migration("", order))]);
        folder.write("card/migrations/0001_initial.py", &migration("('shop', '0001_initial')", &payment("")));
        folder
    };
    let by_table = taken(", options={'db_table': 'card_payment'}");
    let shop = "('shop', '0001_initial')";
    for (give, take, after, left) in [
        (gone, by_table.as_str(), shop, false),
        (moved, taken("").as_str(), "('card', '0002_gone'), ('shop', '0001_initial')", false),
        (gone, taken("").as_str(), shop, true),
    ] {
        let expected = if left { vec!["compat/relation-left-behind 0002_gone".to_owned()] } else { Vec::new() };
        let enter = |folder: &Folder| {
            folder.write("card/migrations/0002_gone.py", &migration("('card', '0001_initial')", give));
            folder.write("cash/migrations/0001_initial.py", &migration(after, take));
        };
        let select = ["--select", "compat/relation-left-behind"];
        let alone = before();
        enter(&alone);
        assert_eq!(reported(&alone, &[&select[..], &["."]].concat()), expected, "{give} {take}, each alone");
        let together = before().committed();
        enter(&together);
        together.git(&["add", "--all"]);
        assert_eq!(reported(&together, &select), expected, "{give} {take}, in one release");
    }
}

#[test]
fn only_what_is_needed_is_read() {
    let folder = shop();
    folder.write("stock/migrations/0001_initial.py", &migration("", ""));
    folder.write("users/migrations/0001_initial.py", &migration("", ""));
    let folder = folder.committed();
    let blob = folder.git(&["rev-parse", "HEAD:stock/migrations/0001_initial.py"]);
    // The same content is one object, so that the file that is needed gets another one.
    folder.write("users/migrations/0001_initial.py", &migration("", "migrations.RunSQL('SELECT 1', '')"));
    folder.commit();
    let (start, rest) = blob.trim().split_at(2);
    std::fs::remove_file(folder.path().join(".git/objects").join(start).join(rest)).unwrap();
    let nullable = "migrations.AddField('order', 'user', models.ForeignKey('users.user', models.CASCADE, null=True, db_index=False, db_constraint=False))";
    folder.write("shop/migrations/0002_user.py", &migration("('shop', '0001_initial')", nullable));
    folder.git(&["add", "shop"]);
    assert_eq!(reported(&folder, &[]), [""; 0], "nobody asks for the migrations of `stock`");
    folder.write(
        "shop/migrations/0002_user.py",
        &migration("('shop', '0001_initial'), ('stock', '0001_initial')", nullable),
    );
    folder.git(&["add", "shop"]);
    let run = folder.run(&["check"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("lacks the object"), "{run:?}");
}

#[test]
fn a_wrong_revision_is_named_with_its_place() {
    let folder = shop().committed();
    let run = folder.run(&["check", "--all", "--deployed", "v9"]);
    assert_eq!((run.status, run.err.contains("git knows no revision `v9` here")), (2, true), "{run:?}");
    folder.write("whimbrel.toml", "deployed = \"v9\"\n");
    let run = folder.run(&["check", "--all"]);
    assert_eq!(run.status, 2, "{run:?}");
    assert!(run.err.contains("whimbrel.toml:1:12") && run.err.contains("no revision `v9`"), "{run:?}");
    let outside = shop().run(&["check", "shop", "--deployed", "v9"]);
    assert_eq!((outside.status, outside.err.contains("no git repository")), (2, true), "{outside:?}");
}

#[test]
fn two_projects_in_one_repository_keep_apart() {
    let folder = Folder::with(&[("README", "")]).committed();
    for project in ["one", "two"] {
        folder.write(&format!("{project}/shop/migrations/0001_initial.py"), &migration("", CREATE_ORDER));
    }
    folder.commit();
    folder.write("one/shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", ADD_KIND));
    folder.write("two/shop/migrations/0002_other.py", &migration("('shop', '0001_initial')", ""));
    assert_eq!(reported(&folder, &["one", "two"]), not_null("0002_kind"));
}

#[test]
fn what_an_earlier_migration_leaves_uncertain_is_decided_or_undecided_and_never_dropped() {
    let folder = Folder::with(&[]);
    let first = migration(
        "",
        "migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True))] + ([('sites', models.TextField())] if models.SITES else [])), \
         migrations.CreateModel('Plain', [('id', models.AutoField(primary_key=True)), ('tags', models.ManyToManyField('shop.Order'))])",
    );
    folder.write("shop/migrations/0001_initial.py", &first);
    let folder = folder.committed();
    let said = |operations: &str| {
        let last = if folder.path().join("shop/migrations/0002_own.py").exists() { "0002_own" } else { "0001_initial" };
        folder.write("shop/migrations/0003_change.py", &migration(&format!("('shop', '{last}')"), operations));
        let select = "compat/not-null-column-without-db-default,compat/table-dropped,compat/many-to-many-removed";
        let select = select.split(',').flat_map(|rule| ["--select", rule]);
        let arguments =
            ["check", "--format", "concise", "-q", "--database", "postgresql", "shop/migrations/0003_change.py"];
        let run = folder.run(&arguments.into_iter().chain(select).collect::<Vec<_>>());
        assert!(run.err.is_empty() && run.status < 2, "{run:?}");
        let names = |line: &str| line.split(['[', ']']).nth(1).map(str::to_owned);
        run.out.lines().filter_map(names).collect::<Vec<_>>()
    };
    // Whatever its fields are, its table is known.
    assert_eq!(said(ADD_KIND), [NOT_NULL]);
    assert_eq!(said("migrations.DeleteModel('Order')"), ["compat/table-dropped"]);
    // Nothing is certain of a model behind an operation of which nobody knows what it does.
    let unknown = migration("('shop', '0001_initial')", "models.Own()");
    folder.write("shop/migrations/0002_own.py", &unknown);
    folder.git(&["add", "--all"]);
    folder.commit();
    let open = ["whimbrel/undecided"];
    assert_eq!(said(ADD_KIND), open);
    assert_eq!(said("migrations.DeleteModel('Order')"), open);
    assert_eq!(said("migrations.DeleteModel('Plain')"), open);
    assert_eq!(said("migrations.RemoveField('Plain', 'tags')"), open);
}

#[test]
fn one_statement_copies_the_table_once() {
    let folder = shop().committed();
    let add = "migrations.AddField('order', 'parent', models.ForeignKey('shop.order', models.CASCADE, null=True))";
    folder.write("shop/migrations/0002_parent.py", &migration("('shop', '0001_initial')", add));
    let run = folder.run(&[
        "check",
        "--format",
        "concise",
        "-q",
        "--database",
        "mariadb@10.11",
        "--select",
        "mysql/table-copied",
        ".",
    ]);
    let said: Vec<&str> = run.out.lines().filter(|line| line.contains("mysql/table-copied")).collect();
    assert!(said.len() == 1 && said[0].contains("ADD CONSTRAINT"), "{said:?}");
}
