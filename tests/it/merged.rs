//! Migrations that running code has: squashed, edited, deleted and renamed ones, in a real repository.

use crate::deployed::migration;
use crate::support::Folder;

const CREATE: &str = "migrations.CreateModel('Order', fields=[('id', models.BigAutoField(primary_key=True))])";
const KIND: &str = "migrations.AddField('order', 'kind', models.CharField(max_length=9, default='x'))";
const SORT: &str = "migrations.AddField('order', 'sort', models.CharField(max_length=9, default='x'))";
const SQUASH: &str = "shop/migrations/0002_squashed_0003_sort.py";

/// Three migrations of `shop` and one of `web`, all of them committed.
fn shop() -> Folder {
    Folder::with(&[
        ("shop/migrations/0001_initial.py", &migration("", CREATE)),
        ("shop/migrations/0002_kind.py", &migration("('shop', '0001_initial')", KIND)),
        ("shop/migrations/0003_sort.py", &migration("('shop', '0002_kind')", SORT)),
        ("web/migrations/0001_initial.py", &migration("", &CREATE.replace("Order", "Page"))),
    ])
    .committed()
}

fn squash() -> String {
    let replaces = "    replaces = [('shop', '0002_kind'), ('shop', '0003_sort')]\n    dependencies";
    migration("('shop', '0001_initial')", &format!("{KIND}, {SORT}")).replace("    dependencies", replaces)
}

/// `rule migration` of what is reported.
fn reported(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let run = folder.run(&[&["check", "--format", "json", "--database", "postgresql"], arguments].concat());
    assert!(run.err.is_empty() && run.status < 2, "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.map(|finding| format!("{} {}", text(finding, "rule"), text(finding, "migration"))).collect()
}

#[test]
fn a_squashed_migration_of_deployed_ones_reports_no_operation_again() {
    let folder = shop();
    folder.write(SQUASH, &squash());
    folder.git(&["add", "--all"]);
    assert_eq!(reported(&folder, &[]), [""; 0]);
    assert_eq!(reported(&folder, &[SQUASH]), [""; 0]);
    // Of what it replaces, one has not run: that one is judged, and runs in its place.
    folder.git(&["reset", "--quiet", "--hard"]);
    folder.git(&["rm", "--quiet", "shop/migrations/0003_sort.py"]);
    folder.commit();
    folder.write("shop/migrations/0003_sort.py", &migration("('shop', '0002_kind')", SORT));
    folder.write(SQUASH, &squash());
    assert_eq!(reported(&folder, &[SQUASH]), [""; 0]);
    assert_eq!(
        reported(&folder, &["shop/migrations/0003_sort.py"]),
        ["compat/not-null-column-without-db-default 0003_sort"]
    );
}

#[test]
fn what_a_squashed_migration_replaces_may_go_once_that_is_deployed() {
    let folder = shop();
    folder.write(SQUASH, &squash());
    for replaced in ["0002_kind", "0003_sort"] {
        folder.git(&["rm", "--quiet", &format!("shop/migrations/{replaced}.py")]);
    }
    folder.git(&["add", "--all"]);
    let early = ["graph/replaced-too-early 0002_kind", "graph/replaced-too-early 0003_sort"];
    for scope in [&[][..], &["."], &["shop"], &["--all"], &["--since", "HEAD"]] {
        assert_eq!(reported(&folder, &[&["--select", "graph/*"], scope].concat()), early, "{scope:?}");
    }
    assert_eq!(reported(&folder, &["web", "--select", "graph/*"]), [""; 0]);

    let folder = shop();
    folder.write(SQUASH, &squash());
    folder.commit();
    for replaced in ["0002_kind", "0003_sort"] {
        folder.git(&["rm", "--quiet", &format!("shop/migrations/{replaced}.py")]);
    }
    // Django's instructions: take `replaces` out of the squashed migration then.
    folder.write(SQUASH, &migration("('shop', '0001_initial')", &format!("{KIND}, {SORT}")));
    folder.git(&["add", "--all"]);
    let gone = reported(&folder, &["--select", "graph/*"]);
    assert_eq!(gone, [""; 0]);
}

#[test]
fn a_deleted_migration_is_reported_with_the_text_that_it_had() {
    let folder = shop();
    folder.git(&["rm", "--quiet", "shop/migrations/0003_sort.py"]);
    let deleted = ["graph/deleted-migration 0003_sort"];
    assert_eq!(reported(&folder, &[]), deleted);
    let run = folder.run(&["check", "--database", "postgresql"]);
    assert!(run.out.contains("shop/migrations/0003_sort.py:4") && run.out.contains("class Migration"), "{run:?}");
    assert_eq!(run.status, 1);
    folder.commit();
    assert_eq!(reported(&folder, &["--all", "--select", "graph/*"]), [""; 0]);
    assert_eq!(reported(&folder, &["--all", "--deployed", "HEAD~1", "--select", "graph/*"]), deleted);
    assert_eq!(reported(&folder, &["--since", "HEAD~1"]), deleted);
}

#[test]
fn a_renamed_file_is_missed_and_a_moved_or_removed_app_is_not() {
    let folder = shop();
    folder.git(&["mv", "web/migrations/0001_initial.py", "web/migrations/0001_first.py"]);
    assert_eq!(reported(&folder, &["--select", "graph/*"]), ["graph/deleted-migration 0001_initial"]);
    folder.git(&["reset", "--quiet", "--hard"]);
    folder.git(&["mv", "web", "site"]);
    assert_eq!(reported(&folder, &["--select", "graph/*"]), [""; 0]);
    folder.git(&["reset", "--quiet", "--hard"]);
    folder.git(&["rm", "--quiet", "-r", "web"]);
    let run = folder.run(&["check", "--database", "postgresql"]);
    assert!(run.status == 0 && !run.out.contains("deleted"), "{run:?}");
}

#[test]
fn an_edited_migration_is_reported_unless_only_its_place_has_changed() {
    let folder = shop();
    let path = "shop/migrations/0003_sort.py";
    let graph = ["--select", "graph/*"];
    folder.write(path, &migration("('shop', '0002_kind')", &SORT.replace("=9", "=8")));
    folder.git(&["add", "--all"]);
    assert_eq!(reported(&folder, &graph), ["graph/edited-migration 0003_sort"]);
    folder.write(
        path,
        &migration("(\"shop\", \"0001_initial\"),", SORT).replace("    operations", "    # why\n    operations"),
    );
    folder.git(&["add", "--all"]);
    assert_eq!(reported(&folder, &graph), ["graph/conflicting-migrations 0003_sort"]);
}
