//! The hooks, as the pre-commit framework and prek run them, in repositories of their own.

pub(crate) mod repository;
mod source;
mod wheel;

use std::fs;

use repository::{Framework, Repository};

const SAFE: &str = r#"from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("order", "status", models.CharField(max_length=9, db_default="new")),
    ]
"#;

const UNSAFE: &str = r#"from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("order", "status", models.CharField(max_length=9, default="new")),
    ]
"#;

const MIGRATION: &str = "shop/migrations/0002_status.py";

const BLOCKED: &str = "compat/not-null-column-without-db-default";

/// What the framework shows of the finding in [`UNSAFE`], where that is in [`MIGRATION`].
const EXCERPT: &str = "\
   ╭─[shop/migrations/0002_status.py:7:48]
 6 │     operations = [
 7 │         migrations.AddField(\"order\", \"status\", models.CharField(max_length=9, default=\"new\")),
   ·                                                ──────────────────────┬──────────────────────
   ·                                                                      ╰── neither `null=True` nor `db_default=`
 8 │     ]
   ╰────
";

const TEAM_RULE: &str = r#"
rule statuses-are-short "statuses are short" {
  forbid AddField
  when   field.max_length is set and field.max_length > 5
  message "`{field.name}` takes {field.max_length} characters, and five are enough"
}
"#;

#[test]
fn a_bad_migration_blocks_the_commit_and_the_corrected_one_passes() {
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        repository.stage(MIGRATION, UNSAFE);
        let blocked = repository.commit("Add the status");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        for words in [BLOCKED, "help: give the column a database default", "1 error in 1 migration"] {
            assert!(blocked.said().contains(words), "{framework:?} lacks {words}\n{}", blocked.said());
        }
        assert!(blocked.shows(EXCERPT), "{framework:?}: {}", blocked.said());
        assert_eq!(repository.commits(), 1);

        repository.stage(MIGRATION, SAFE);
        let passed = repository.commit("Add the status");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
        assert_eq!(repository.commits(), 2);
    }
}

#[test]
fn a_rule_of_the_team_is_enforced() {
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        repository.stage("whimbrel.toml", "rules = [\"ci/*.rules\"]\n");
        repository.stage("ci/team.rules", TEAM_RULE);
        repository.stage(MIGRATION, SAFE);
        let blocked = repository.commit("Add the status");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        for words in ["team/statuses-are-short", "`status` takes 9 characters, and five are enough"] {
            assert!(blocked.said().contains(words), "{framework:?} lacks {words}\n{}", blocked.said());
        }
    }
}

#[test]
fn a_broken_rule_file_blocks_and_is_shown() {
    let broken = TEAM_RULE.replace("field.max_length is set", "field.maxlength is set");
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        repository.stage("whimbrel.toml", "rules = [\"ci/*.rules\"]\n");
        repository.stage("ci/team.rules", &broken);
        // The commit has no migration: the hook for rule files speaks.
        let blocked = repository.commit("Add a rule");
        for words in ["ci/team.rules:4:16", "did you mean `field.max_length`?"] {
            assert!(blocked.said().contains(words), "{framework:?} lacks {words}\n{}", blocked.said());
        }
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());

        // It is in the repository all the same: no migration passes as long as it is broken.
        repository.git(&["commit", "--quiet", "--no-verify", "--message", "Add a rule"]);
        repository.stage(MIGRATION, SAFE);
        let blocked = repository.commit("Add the status");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        assert!(blocked.said().contains("did you mean `field.max_length`?"), "{framework:?}: {}", blocked.said());
    }
}

#[test]
fn the_examples_of_a_changed_rule_file_are_run() {
    let example = "bad ```\n  migrations.AddField(\"order\", \"kind\", models.CharField(max_length=3))\n  ```";
    let rule = TEAM_RULE.replace("\n}", &format!("\n  {example}\n}}"));
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        repository.stage("ci/team.rules", &rule);
        let blocked = repository.commit("Add a rule");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        assert!(blocked.said().contains("`team/statuses-are-short` must report this example"), "{}", blocked.said());
    }
}

#[test]
fn unstaged_edits_do_not_count() {
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        repository.stage(MIGRATION, UNSAFE);
        repository.write(MIGRATION, SAFE);
        let blocked = repository.commit("Add the status");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        assert!(blocked.said().contains(BLOCKED), "{framework:?}: {}", blocked.said());
        assert_eq!(repository.read(MIGRATION), SAFE);

        repository.stage(MIGRATION, SAFE);
        repository.write(MIGRATION, UNSAFE);
        let passed = repository.commit("Add the status");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
        assert_eq!(repository.read(MIGRATION), UNSAFE);
    }
}

#[test]
fn a_path_may_have_spaces_and_letters_of_any_script() {
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        fs::create_dir(repository.path().join("Größe und Maß")).unwrap();
        repository.git(&["mv", "shop", "Größe und Maß/shop"]);
        repository.git(&["commit", "--quiet", "--no-verify", "--message", "Move the shop"]);
        repository.stage("Größe und Maß/shop/migrations/0002_größe.py", UNSAFE);
        let blocked = repository.commit("Add the size");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        let place = "[Größe und Maß/shop/migrations/0002_größe.py:7:48]";
        assert!(blocked.said().contains(place), "{framework:?}: {}", blocked.said());
        repository.stage("Größe und Maß/shop/migrations/0002_größe.py", SAFE);
        let passed = repository.commit("Add the size");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
    }
}

#[test]
fn only_migrations_and_rule_files_start_a_hook() {
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        repository.stage("shop/models.py", "x = 1\n");
        repository.stage("shop/migrations/README.txt", "none\n");
        let passed = repository.commit("Change a model");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
        assert_eq!(passed.said().matches("Skipped").count(), 2, "{framework:?}: {}", passed.said());
    }
}

#[test]
fn every_file_of_a_repository_can_be_checked() {
    for framework in Framework::ALL {
        let repository = Repository::new(framework);
        repository.stage(MIGRATION, UNSAFE);
        repository.git(&["commit", "--quiet", "--no-verify", "--message", "Add the status"]);
        let run = repository.framework(&["run", "--all-files", "whimbrel"]);
        assert_eq!(run.status, 1, "{framework:?}: {}", run.said());
        assert!(run.said().contains("1 error in 2 migrations (2 operations)"), "{framework:?}: {}", run.said());

        let run = repository.framework(&["run", "whimbrel", "--from-ref", "HEAD~1", "--to-ref", "HEAD"]);
        assert_eq!(run.status, 1, "{framework:?}: {}", run.said());
        assert!(run.said().contains("1 error in 1 migration (1 operation)"), "{framework:?}: {}", run.said());
    }
}
