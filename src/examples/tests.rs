use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::rules;

/// The report on one rule file; holes are warnings.
fn report(text: &str) -> Report {
    let source = SourceFile::new("team.rules", text);
    let files = [source];
    let (_, diagnostics) = rules::load(&files);
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error), "{diagnostics:?}");
    test(&rules::load_as_written(&files), |_| Some(Severity::Warning))
}

/// A complete rule with these conditions and examples.
fn rule(head: &str, examples: &str) -> String {
    format!("rule r {{\n  {head}\n  message \"m\"\n  see \"https://e.org\"\n  why ```\n  w\n  ```\n{examples}}}\n")
}

fn example(options: &str, code: &str) -> String {
    let code: Vec<&str> = code.lines().collect();
    format!("  {options} ```\n  {}\n  ```\n", code.join("\n  "))
}

/// Code, first underlined text and help of each diagnostic.
fn said<'d>(diagnostics: &'d [Diagnostic]) -> Vec<(&'d str, &'d str, &'d str)> {
    let one = |diagnostic: &'d Diagnostic| {
        (diagnostic.code.as_str(), diagnostic.underlined(), diagnostic.help.as_deref().unwrap_or_default())
    };
    diagnostics.iter().map(one).collect()
}

const REMOVE: &str = "migrations.RemoveField('order', 'note')";

#[test]
fn a_snippet_may_be_statements_a_tuple_or_a_class_with_what_it_needs() {
    let snippets = [
        REMOVE.to_owned(),
        "RemoveField('order', 'note')".to_owned(),
        format!("{REMOVE},\n"),
        format!("AddIndex('order', GinIndex(fields=['a'], name='a')), {REMOVE}"),
        format!("AddField('order', 'a', ArrayField(models.TextField()))\n# and\n{REMOVE}  # this; one"),
        "NAME = 'note'\nmigrations.RemoveField(\n    'order',\n    NAME,\n)".to_owned(),
        format!("from django.db import migrations as m\n\nclass Migration(m.Migration):\n    operations = [{REMOVE}]"),
        "def model():\n    pass\n\nRunPython(model)\nx = 1; RemoveField('order', 'note')".to_owned(),
    ];
    for snippet in snippets {
        let report = report(&rule("forbid RemoveField", &(example("bad", &snippet) + &example("good", "RunSQL('')"))));
        assert_eq!((report.examples, said(&report.failures)), (2, vec![]), "{snippet}");
    }
}

#[test]
fn places_lead_back_into_the_rule_file() {
    let code = "X = 1\nAddField('order', 'é', models.TextField())\n\nRemoveField(\n    'order', 'note'\n)";
    let text = rule("forbid RemoveField(name == \"note\")", &example("good", code)).replace('\n', "\r\n");
    let report = report(&text);
    let [failure] = report.failures.as_slice() else { panic!("{:?}", report.failures) };
    assert_eq!(failure.underlined(), "RemoveField(\r\n      'order', 'note'\r\n  )");
    assert_eq!(failure.source.position(failure.labels[0].span.start).line, 12);
}

#[test]
fn a_hole_says_which_example_is_missing() {
    let bad = example("bad", REMOVE);
    let good = example("good", "migrations.RemoveField('order', 'name')");
    let holes = |head: &str, examples: &str| {
        let report = report(&rule(head, examples));
        assert_eq!(said(&report.failures), vec![]);
        let holes =
            report.holes.iter().map(|hole| (hole.underlined().to_owned(), hole.help.clone().unwrap_or_default()));
        holes.collect::<Vec<_>>()
    };
    let quiet = |answer: &str| format!("add a `good` example to `team/r` that is quiet only because this is {answer}");
    let loud = |answer: &str| format!("add a `bad` example to `team/r` that is reported because this is {answer}");
    let note = "name == \"note\"";
    assert_eq!(holes(&format!("forbid RemoveField({note})"), &(bad.clone() + &good)), vec![]);
    assert_eq!(
        holes(&format!("forbid RemoveField when {note} and app == \"shop\""), &(bad.clone() + &good)),
        [("app == \"shop\"".to_owned(), quiet("false"))]
    );
    assert_eq!(
        holes(&format!("forbid RemoveField when {note} unless app == \"old\""), &(bad.clone() + &good)),
        [("app == \"old\"".to_owned(), quiet("true"))]
    );
    assert_eq!(
        holes(&format!("forbid RemoveField when {note} or name == \"x\""), &(bad.clone() + &good)),
        [("name == \"x\"".to_owned(), loud("true"))]
    );
}

#[test]
fn an_example_is_judged_where_its_rule_applies() {
    let good = example("good on postgresql", REMOVE);
    for scope in ["database mysql", "database mysql >= 8.1", "database sqlite < 3.40, mysql", "database mariadb > 10"] {
        let alone = report(&rule(&format!("forbid RemoveField\n  {scope}"), &(example("bad", REMOVE) + &good)));
        let second = scope.split(", ").nth(1).map(|second| {
            let help = format!("add `bad … on {second}`: what is sent, and what it does, differs between databases");
            ("coverage::database".to_owned(), help)
        });
        let holes: Vec<_> =
            said(&alone.holes).into_iter().map(|(code, _, help)| (code.to_owned(), help.to_owned())).collect();
        assert_eq!((said(&alone.failures), holes), (vec![], second.into_iter().collect()), "{scope}");
    }
    let both = example("bad", REMOVE) + &example("bad on mysql", REMOVE) + &good;
    let shown = report(&rule("forbid RemoveField\n  database sqlite < 3.40, mysql", &both));
    assert_eq!((said(&shown.failures), said(&shown.holes)), (vec![], vec![]));
    for scope in ["django < 4.0", "django >= 6.0", "django == 9.9", "django >= 4.2"] {
        let good = example("good", "RunSQL('')");
        let report = report(&rule(&format!("forbid RemoveField\n  {scope}"), &(example("bad", REMOVE) + &good)));
        assert_eq!((said(&report.failures), said(&report.holes)), (vec![], vec![]), "{scope}");
    }
}

#[test]
fn models_must_be_python_with_a_class() {
    let bad = example("bad", REMOVE) + &example("good", "RunSQL('')");
    let failures = |models: &str| {
        let report = report(&rule("forbid RemoveField", &(bad.clone() + &example("given", models))));
        report.failures.iter().map(|failure| failure.code.clone()).collect::<Vec<_>>()
    };
    assert!(failures("class Order(models.Model):\n    name = models.TextField()").is_empty());
    assert_eq!(failures("class Order(models.Model)"), ["example::syntax"]);
    assert_eq!(failures("x = 1"), ["example::models"]);
}

#[test]
fn a_class_that_is_no_migration_is_no_example() {
    let report = report(&rule("forbid RemoveField", &example("bad", "class Migration:\n    operations = []")));
    assert_eq!(said(&report.failures)[0].0, "example::no-migration");
}

proptest! {
    #[test]
    fn whatever_stands_in_an_example_is_answered(
        code in "(AddField|RunSQL|class Migration|def f|x|\\(|\\)|,|:|'|\"|\\n|\\r|    |é|#|;|=|\\\\|\\[|lambda){0,20}",
    ) {
        let source = SourceFile::new("team.rules", rule("forbid RemoveField", &example("good", &code)));
        let files = [Arc::clone(&source)];
        let report = test(&rules::load_as_written(&files), |_| Some(Severity::Warning));
        for label in report.failures.iter().chain(&report.holes).flat_map(|diagnostic| &diagnostic.labels) {
            prop_assert!(source.text().get(label.span.range()).is_some(), "{label:?}");
        }
    }
}

#[test]
fn a_guard_may_stand_anywhere_in_what_must_hold_together() {
    let long = example("bad", "AddField('order', 'a', models.CharField(max_length=9))");
    let quiet = example("good", "AddField('order', 'a', models.CharField(max_length=5))")
        + &example("good \"none\"", "AddField('order', 'a', models.TextField())");
    let order = "field.max_length > 5";
    let guard = "field.max_length is set";
    for head in [
        format!("forbid AddField when {order} and {guard}"),
        format!("forbid AddField({order}, {guard})"),
        format!("forbid AddField({order}) when {guard}"),
        format!("forbid AddField({guard}) when {order}"),
        format!("forbid AddField when {order}  when {guard}"),
        format!("on AddField when {guard}  require field.max_length <= 5"),
        "on AddField require field.max_length <= 5  unless field.max_length is not set".to_owned(),
        "on AddField require field.max_length <= 5 or field.max_length is not set".to_owned(),
        format!("forbid AddField({order}), CreateModel.fields when {guard}"),
        format!("forbid AddField({guard}), CreateModel.fields({guard}) when {order}"),
    ] {
        let report = report(&rule(&head, &(long.clone() + &quiet)));
        assert_eq!((said(&report.failures), said(&report.holes)), (vec![], vec![]), "{head}");
    }
    // What is settled for one head alone is not settled for the other.
    let source = SourceFile::new(
        "team.rules",
        rule(&format!("forbid AddField({guard}), CreateModel.fields when {order}"), &(long + &quiet)),
    );
    let (_, diagnostics) = rules::load(&[source]);
    assert_eq!(said(&diagnostics)[0].0, "type::maybe-unset");
}
