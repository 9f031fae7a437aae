//! `docs/guide.md` and `docs/cookbook.md`: whatever they show works.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use whimbrel::diagnostic::Severity;
use whimbrel::examples;
use whimbrel::rules;
use whimbrel::source::SourceFile;

use crate::support::Folder;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The blocks of a page that hold rules.
fn blocks(page: &str) -> Vec<&str> {
    page.split("\n~~~rules\n").skip(1).filter_map(|rest| rest.split_once("~~~\n").map(|(block, _)| block)).collect()
}

#[test]
fn the_rules_of_the_guide_load_and_their_examples_pass() {
    let page = read("docs/guide.md");
    let blocks = blocks(&page);
    assert!(blocks.len() > 8, "{}", blocks.len());
    let mut examples_seen = 0;
    for block in blocks {
        let mut files = rules::built_in();
        files.push(SourceFile::new("team.rules", block));
        let (set, diagnostics) = rules::load(&files);
        assert!(diagnostics.is_empty(), "{block}\n{diagnostics:#?}");
        let report = examples::test(&set, |file| (file.path() == "team.rules").then_some(Severity::Warning));
        assert!(report.failures.is_empty(), "{block}\n{:#?}", report.failures);
        // What has examples has enough of them.
        let conditions = report.holes.iter().filter(|hole| hole.code == "coverage::condition");
        assert!(report.examples == 0 || conditions.count() == 0, "{block}\n{:#?}", report.holes);
        examples_seen += report.examples;
    }
    assert!(examples_seen >= 8, "{examples_seen}");
}

#[test]
fn the_walk_through_is_the_policy_that_is_tested() {
    let page = read("docs/guide.md");
    assert!(page.contains("no new foreign key to `auth.User` without `db_constraint=False` on tables listed as hot"));
    assert!(blocks(&page).iter().any(|block| block.contains("rule no-user-constraint-on-hot-tables")));
}

/// Whoever does what the walk-through says has the policy, with the configuration that stands below it.
#[test]
fn the_walk_through_works_in_a_project() {
    let page = read("docs/guide.md");
    let (_, section) = page.split_once("\n## A walk through").unwrap();
    let rule = blocks(section)[0];
    let configuration = section.split("\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = Folder::with(&[
        ("whimbrel.toml", configuration),
        ("ci/rules/team.rules", rule),
        (
            "shop/migrations/0001_initial.py",
            "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = [\n        \
             migrations.CreateModel('Order', [('total', models.IntegerField())]),\n        \
             migrations.CreateModel('Note', [('text', models.TextField())]),\n    ]\n",
        ),
        (
            "shop/migrations/0002_owner.py",
            "from django.conf import settings\nfrom django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    \
             dependencies = [('shop', '0001_initial')]\n    operations = [\n        \
             migrations.AddField('note', 'owner', models.ForeignKey('auth.User', models.CASCADE, null=True)),\n        \
             migrations.AddField('order', 'owner', models.ForeignKey('auth.User', models.CASCADE, null=True)),\n    ]\n",
        ),
    ]);
    let tested = folder.run(&["test", "--strict", "ci/rules"]);
    assert_eq!((tested.status, tested.out.as_str()), (0, "1 rule, 4 examples: all pass\n"), "{}", tested.err);
    let run = folder.run(&["check", "--format", "concise", "--select", "team/*", "shop"]);
    assert_eq!(run.status, 1, "{}", run.err);
    assert!(run.out.starts_with("shop/migrations/0002_owner.py:8:"), "{}", run.out);
    assert_eq!(run.out.matches("team/no-user-constraint-on-hot-tables").count(), 1, "{}", run.out);
}

#[test]
fn the_cookbook_is_made_from_the_tested_policies() {
    let source = read("tests/policies/cookbook.rules");
    let file = SourceFile::new("cookbook.rules", source.as_str());
    let (set, _) = rules::load(&[file]);
    let mut page = String::from(
        "<!-- made by `INSTA_UPDATE=always cargo test --test it guide`; changes belong into tests/policies/cookbook.rules -->\n\n\
         # Cookbook\n\nPolicies that teams write for themselves, each with examples that are run. Take what fits; the settings \
         they ask for:\n\n~~~rules\n",
    );
    for line in source.lines().filter(|line| line.starts_with("setting ")) {
        page.push_str(line);
        page.push('\n');
    }
    page.push_str("~~~\n");
    let mut recipes = 0;
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let Some(id) = line.strip_prefix("rule ").and_then(|rest| rest.split(' ').next()) else { continue };
        let rule = set.rules.iter().find(|rule| rule.id == format!("cookbook/{id}")).unwrap();
        let title = rule.title.as_deref().unwrap();
        let (first, rest) = title.split_at(1);
        write!(page, "\n## {}{rest}\n\n{}\n\n~~~rules\n{line}\n", first.to_uppercase(), rule.why.as_deref().unwrap())
            .unwrap();
        for line in lines.by_ref() {
            page.push_str(line);
            page.push('\n');
            if line == "}" {
                break;
            }
        }
        page.push_str("~~~\n");
        recipes += 1;
    }
    assert!(recipes >= 25, "{recipes}");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cookbook.md"), &page).unwrap();
    }
    assert!(read("docs/cookbook.md") == page, "docs/cookbook.md is out of date");
}
