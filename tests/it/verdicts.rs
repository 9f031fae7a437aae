//! What rules say of migrations: certain, undecided, silent.

use std::sync::Arc;

use whimbrel::check::{Certainty, Checked, Content, Outcome, Project, Request, Tables, check};
use whimbrel::history::Settings;
use whimbrel::language::RuleSet;
use whimbrel::migration::{Migration, NoModules, read_migration};
use whimbrel::rules;
use whimbrel::source::SourceFile;
use whimbrel::target::{Database, Version};

fn rules(text: &str) -> RuleSet {
    let (rules, diagnostics) = rules::load(&[SourceFile::new("team.rules", text)]);
    assert_eq!(diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    rules
}

fn migration(name: &str, body: &str) -> Arc<Migration> {
    let text = format!(
        "from django.conf import settings\nfrom django.db import migrations, models\nfrom team.operations import CreatePartition, sync\n\n{body}"
    );
    let source = SourceFile::new(format!("shop/migrations/{name}.py"), text);
    Arc::new(read_migration(&source, "shop", name).expect("it is Python").expect("it is a migration"))
}

fn operations(operations: &str) -> Arc<Migration> {
    migration("0002_change", &format!("class Migration(migrations.Migration):\n    operations = [{operations}]\n"))
}

/// The outcome for `judged`, of which nothing is deployed; `others` belong to the same release.
fn outcome(rules: &RuleSet, judged: &Arc<Migration>, others: &[Arc<Migration>], databases: &[&str]) -> Outcome {
    let mut release: Vec<Arc<Migration>> = others.to_vec();
    release.push(Arc::clone(judged));
    let databases: Vec<Database> = databases.iter().map(|name| name.parse().expect("a database")).collect();
    check(Request {
        rules,
        files: &[Checked { content: Content::Migration(Arc::clone(judged)), project: 0, assumptions: Vec::new() }],
        projects: &[Project { present: release, deployed: Some(Vec::new()) }],
        databases: &databases,
        django: Version::new(5, 2),
        tables: &Tables::default(),
        settings: &Settings::default(),
        modules: &NoModules,
    })
}

/// The outcome in a line each: what was found, and what could not be decided.
fn said(rules_text: &str, judged: &Arc<Migration>) -> Vec<String> {
    let rules = rules(rules_text);
    let outcome = outcome(&rules, judged, &[], &["postgresql@16"]);
    let findings = outcome.findings.iter().map(|finding| {
        let possibly = if finding.certainty == Certainty::Possible { "possibly " } else { "" };
        format!("{possibly}{}: {}", finding.rule, finding.message)
    });
    let undecided = outcome.undecided.iter().map(|undecided| {
        let rules: Vec<&str> = undecided.rules.iter().map(|rule| rule.rule.as_str()).collect();
        format!("undecided {}: {}", undecided.cause, rules.join(", "))
    });
    findings.chain(undecided).collect()
}

#[test]
fn a_pattern_in_the_head_is_a_condition() {
    let rule = "rule r { forbid AddField(field is TextField, field.db_comment is not set) when app == \"shop\" message \"say what `{field.name}` holds\" }";
    let bad = operations("migrations.AddField('order', 'note', models.TextField())");
    assert_eq!(said(rule, &bad), ["team/r: say what `note` holds"]);
    let good = operations("migrations.AddField('order', 'note', models.TextField(db_comment='x'))");
    assert_eq!(said(rule, &good), Vec::<String>::new());
}

#[test]
fn one_cause_blocks_several_rules_and_is_said_once() {
    let text = "rule a { on AddField require field.null message \"a\" }\nrule b { on AddField require not field.null message \"b\" }";
    let unknown = operations("migrations.AddField('order', 'note', models.TextField(null=settings.NOTE_NULL))");
    assert_eq!(said(text, &unknown), ["undecided `settings.NOTE_NULL` is not a literal: team/a, team/b"]);
}

#[test]
fn an_argument_that_is_written_is_set_whatever_its_value() {
    let text = "rule r { on AddField require field.max_length is set message \"unlimited\" }\n\
                rule long { forbid AddField when field.max_length is set and field.max_length > 100 message \"long\" }";
    let unknown = operations("migrations.AddField('order', 'x', models.CharField(max_length=settings.LENGTH))");
    assert_eq!(said(text, &unknown), ["undecided `settings.LENGTH` is not a literal: team/long"]);
    let open = operations("migrations.AddField('order', 'x', models.CharField(**settings.OPTIONS))");
    assert_eq!(said(text, &open).len(), 1);
    assert!(said(text, &open)[0].ends_with(": team/long, team/r"), "{:?}", said(text, &open));
}

#[test]
fn a_rule_may_report_or_ignore_what_is_unknown() {
    let unknown = operations("migrations.AddField('order', 'note', models.TextField(null=settings.NOTE_NULL))");
    let report = "rule r { on AddField require field.null unknown report message \"null is {field.null}\" }";
    assert_eq!(said(report, &unknown), ["possibly team/r: null is ⟨settings.NOTE_NULL⟩"]);
    let ignore = "rule r { on AddField require field.null unknown ignore message \"m\" }";
    assert_eq!(said(ignore, &unknown), Vec::<String>::new());
}

#[test]
fn a_group_matches_its_members_and_declared_operations() {
    let custom =
        operations("CreatePartition('order', months=3), migrations.AddField('order', 'x', models.IntegerField())");
    let undeclared = "rule r { forbid SchemaOperation message \"{op.kind}\" }";
    assert_eq!(
        said(undeclared, &custom),
        [
            "team/r: AddField",
            "undecided `team.operations.CreatePartition` is an operation that no rule file declares (`operation \
             CreatePartition(…) like …` in one tells what it does): team/r"
        ]
    );
    let declared = "operation CreatePartition(model_name: str, months: int = 12) like SchemaOperation\n\
                    rule r { forbid SchemaOperation message \"{op.kind}\" }\n\
                    rule long { forbid CreatePartition(months < 6) message \"{months} months\" }";
    assert_eq!(said(declared, &custom), ["team/long: 3 months", "team/r: CreatePartition", "team/r: AddField"]);
}

#[test]
fn arguments_of_a_declared_operation_are_bound_by_position_and_default() {
    let text = "operation CreatePartition(model_name: str, months: int = 12) like SchemaOperation\n\
                rule r { forbid CreatePartition message \"{model_name} {months}\" }";
    assert_eq!(said(text, &operations("CreatePartition('order')")), ["team/r: order 12"]);
    assert_eq!(said(text, &operations("CreatePartition(months=1, model_name='order')")), ["team/r: order 1"]);
}

#[test]
fn what_stands_under_a_condition_is_undecided() {
    let text = "rule r { forbid RunSQL message \"m\" }";
    let conditional = migration(
        "0002_change",
        "class Migration(migrations.Migration):\n    operations = []\n    if settings.FAST:\n        operations += [migrations.RunSQL('SELECT 1')]\n",
    );
    let said = said(text, &conditional);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("undecided") && said[0].ends_with("team/r"), "{said:?}");
}

#[test]
fn an_operation_that_is_not_a_call_is_never_dropped() {
    let text =
        "rule r { forbid RunSQL message \"m\" }\nrule other { forbid RunSQL when app == \"billing\" message \"m\" }";
    let said = said(text, &operations("*sync()"));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("undecided") && said[0].ends_with("team/r"), "{said:?}");
}

#[test]
fn the_halves_of_separate_database_and_state_are_told_apart() {
    let text = "rule both { forbid RemoveField message \"any\" }\n\
                rule in-state { forbid state.RemoveField message \"state\" }\n\
                rule in-database { forbid database.RemoveField message \"database\" }";
    let halves = |state: &str, database: &str| {
        operations(&format!(
            "migrations.SeparateDatabaseAndState(state_operations=[{state}], database_operations=[{database}])"
        ))
    };
    let remove = "migrations.RemoveField('order', 'note')";
    assert_eq!(said(text, &halves(remove, "")), ["team/in-state: state"]);
    assert_eq!(said(text, &halves("", remove)), ["team/both: any", "team/in-database: database"]);
    assert_eq!(said(text, &operations(remove)), ["team/both: any"]);
}

#[test]
fn each_field_of_a_new_model_is_a_subject() {
    let text = "rule r { forbid CreateModel.fields when field is CharField and field.max_length is not set message \"{model.name}.{field.name}\" }";
    let create = operations(
        "migrations.CreateModel('Order', fields=[('a', models.CharField()), ('b', models.CharField(max_length=1)), ('c', models.SlugField())])",
    );
    assert_eq!(said(text, &create), ["team/r: order.a"]);
}

#[test]
fn quantifiers_and_captures_speak_of_siblings() {
    let text = "rule r { forbid RunPython when count(o for o in siblings if o is SchemaOperation) > 1\n\
                let first_one = first(o for o in siblings if o is SchemaOperation)\n\
                message \"{first_one.kind} of {first_one.model.name}\" }";
    let mixed = operations(
        "migrations.RunPython(None), migrations.RemoveField('a', 'x'), migrations.AddField('b', 'y', models.TextField())",
    );
    assert_eq!(said(text, &mixed), ["team/r: RemoveField of a"]);
    assert_eq!(
        said(text, &operations("migrations.RunPython(None), migrations.RemoveField('a', 'x')")),
        Vec::<String>::new()
    );
}

#[test]
fn a_count_is_compared_as_far_as_it_is_certain() {
    let text =
        "rule r { forbid RunPython when count(o for o in siblings if o is SchemaOperation) >= 2 message \"two\" }";
    let with =
        |others: &str| operations(&format!("migrations.RunPython(None), migrations.RemoveField('a', 'x'), {others}"));
    assert_eq!(said(text, &with("other.Operation(), migrations.RemoveField('a', 'y')")), ["team/r: two"]);
    assert_eq!(said(text, &with("migrations.RunSQL('')")), Vec::<String>::new());
    let undecided = outcome(&rules(text), &with("other.Operation()"), &[], &["postgresql"]);
    assert!(undecided.findings.is_empty() && undecided.undecided.len() == 1);
}

#[test]
fn settings_and_overrides_change_what_is_said() {
    let text = "setting big: list[str] = [\"order\"]\n\
                rule r { forbid AddField when model.name in big message \"{model.name} is big\" }\n\
                extend team/r { severity warning unless field.null because \"cheap\" }";
    let rules = rules(text);
    let not_null = operations("migrations.AddField('order', 'x', models.IntegerField())");
    let found = outcome(&rules, &not_null, &[], &["postgresql"]);
    assert_eq!(found.findings[0].severity.word(), "warning");
    let nullable = operations("migrations.AddField('order', 'x', models.IntegerField(null=True))");
    assert!(outcome(&rules, &nullable, &[], &["postgresql"]).findings.is_empty());
    let other = operations("migrations.AddField('item', 'x', models.IntegerField())");
    assert!(outcome(&rules, &other, &[], &["postgresql"]).findings.is_empty());
}

#[test]
fn a_table_of_the_same_release_is_not_deployed() {
    let rules = rules("rule r { forbid AddField when model in deployed message \"m\" }");
    let create = migration(
        "0002_create",
        "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel('Order', fields=[])]\n",
    );
    let add = migration(
        "0003_add",
        "class Migration(migrations.Migration):\n    dependencies = [('shop', '0002_create')]\n    operations = [migrations.AddField('Order', 'x', models.IntegerField())]\n",
    );
    assert_eq!(outcome(&rules, &add, &[], &["postgresql"]).findings.len(), 1, "the table is older");
    assert!(
        outcome(&rules, &add, &[Arc::clone(&create)], &["postgresql"]).findings.is_empty(),
        "the release creates it"
    );
    let deployed = check(Request {
        rules: &rules,
        files: &[Checked { content: Content::Migration(Arc::clone(&add)), project: 0, assumptions: Vec::new() }],
        projects: &[Project { present: vec![create, Arc::clone(&add)], deployed: Some(vec![add]) }],
        databases: &["postgresql".parse().expect("a database")],
        django: Version::new(5, 2),
        tables: &Tables::default(),
        settings: &Settings::default(),
        modules: &NoModules,
    });
    assert_eq!(deployed.findings.len(), 1, "a deployed migration is judged alone");
}

#[test]
fn a_rule_sees_the_field_as_it_was_and_as_it_will_be() {
    let rules = rules(
        "rule was-altered { forbid AlterField when old.null != new.null or old.class != new.class message \"{old.class} {old.null} to {new.class} {new.null}\" }\n\
         rule was-removed { forbid RemoveField when field is CharField message \"{field.class} {field.max_length}\" }\n\
         rule was-renamed { forbid RenameField when field.null message \"{field.column} may be NULL\" }",
    );
    let create = migration(
        "0001_initial",
        "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel('Order', fields=[('note', models.CharField(max_length=9, null=True)), ('state', models.TextField())])]\n",
    );
    let said = |operations: &str| {
        let body = format!(
            "class Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n    operations = [{operations}]\n"
        );
        let found = outcome(&rules, &migration("0002_change", &body), &[Arc::clone(&create)], &["postgresql"]);
        assert!(found.undecided.is_empty(), "{:?}", found.undecided);
        found.findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(
        said("migrations.AlterField('order', 'note', models.TextField())"),
        ["CharField True to TextField False"]
    );
    assert_eq!(
        said("migrations.AlterField('order', 'note', models.CharField(max_length=9, null=True, blank=True))"),
        [""; 0]
    );
    assert_eq!(
        said(
            "migrations.RenameField('order', 'note', 'memo'), migrations.AlterField('order', 'memo', models.CharField(max_length=5)), migrations.RemoveField('order', 'memo')"
        ),
        ["note may be NULL", "CharField True to CharField False", "CharField 5"]
    );
    assert_eq!(said("migrations.RemoveField('order', 'state')"), [""; 0]);
}

#[test]
fn a_finding_for_several_databases_is_given_once() {
    let rules = rules("rule r { forbid AddIndex database postgresql >= 14, mysql message \"m\" }");
    let index = operations("migrations.AddIndex('order', models.Index(fields=['x'], name='i'))");
    let found = outcome(&rules, &index, &[], &["postgresql@16", "mysql@8.0", "sqlite", "postgresql@13"]);
    assert_eq!(found.findings.len(), 1);
    assert_eq!(found.findings[0].databases, ["postgresql@16", "mysql@8.0"]);
}

#[test]
fn a_fingerprint_survives_moved_lines() {
    let rules = rules("rule r { forbid RemoveField message \"m\" }");
    let body = "class Migration(migrations.Migration):\n    operations = [migrations.RemoveField('a', 'x'), migrations.RemoveField('a', 'y')]\n";
    let fingerprints = |body: &str| {
        let found = outcome(&rules, &migration("0002_change", body), &[], &["postgresql"]);
        found.findings.into_iter().map(|finding| finding.fingerprint).collect::<Vec<_>>()
    };
    let before = fingerprints(body);
    assert_eq!(before, fingerprints(&format!("\n\n# moved\n{body}")));
    assert_ne!(before[0], before[1]);
}

#[test]
fn sql_that_nobody_can_read_leaves_every_rule_about_sql_open_but_what_its_table_decides() {
    let text = "rule dropped { forbid schema.DropColumn when live message \"`{column}` of `{table}`\" }\n\
                rule emptied { forbid schema.Truncate message \"`{table}`\" }\n\
                rule other { forbid AddField message \"m\" }";
    let imported = operations("migrations.RunSQL(sync)");
    assert_eq!(said(text, &imported), ["undecided `team.operations.sync` is imported: team/dropped, team/emptied"]);
    let returned = operations("migrations.RunSQL(sync('order'), migrations.RunSQL.noop)");
    let cause = "`team.operations.sync` is what a call returns";
    assert_eq!(said(text, &returned), [format!("undecided {cause}: team/dropped, team/emptied")]);
    let opaque = operations("migrations.RunSQL('DO $$ BEGIN PERFORM 1; END $$')");
    assert_eq!(said(text, &opaque).len(), 1);
    // Nobody uses a table that the release makes.
    let new = operations(
        "migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)), ('code', models.IntegerField())]), \
         migrations.AlterField('order', 'code', sync.Field())",
    );
    assert!(!said(text, &new).join("").contains("team/dropped"), "{:?}", said(text, &new));
    assert!(said(text, &operations("migrations.RunSQL('ANALYZE')")).is_empty());
}
