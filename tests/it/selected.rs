//! Which files are judged: what git says of them, in all the states that a repository can be in.

use crate::repository::Repository;

const RULES: &str = "rule seen { on Migration require app == \"none\" message \"{migration.name} is seen\" }\n\
    rule live { forbid RemoveField when field in deployed message \"`{field.name}` is live\" }\n";

fn migration(dependency: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [{dependency}]\n    operations = [{operations}]\n"
    )
}

fn initial() -> String {
    migration(
        "",
        "migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)), ('code', models.IntegerField())])",
    )
}

fn second(operations: &str) -> String {
    migration("('shop', '0001_initial')", operations)
}

const SECOND: &str = "shop/migrations/0002_more.py";

/// A repository whose branch `main` has one migration.
fn project() -> Repository {
    let repository = Repository::with(&[
        ("whimbrel.toml", "rules = [\"team.rules\"]\n"),
        ("team.rules", RULES),
        ("shop/__init__.py", ""),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", &initial()),
    ]);
    repository.commit();
    repository
}

/// The findings of the team's rules, by `path message`.
fn seen_with(repository: &Repository, arguments: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
    let all = [&["check", "--select", "team/*", "--format", "concise", "-q"], arguments].concat();
    let run = repository.run_in(repository.path(), &all, environment);
    assert!(run.status < 2 && run.err.is_empty(), "{}", run.err);
    run.out.lines().map(|line| line.split("[team/").nth(1).unwrap_or(line).to_owned()).collect()
}

fn seen(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    seen_with(repository, arguments, &[])
}

#[test]
fn since_judges_what_was_added_or_changed_on_this_branch() {
    let repository = project();
    repository.write("other/migrations/0001_old.py", migration("", ""));
    repository.commit();
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.write(SECOND, second("migrations.RemoveField('order', 'code')"));
    repository.commit();
    // What comes later on main is not ours.
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("late/migrations/0001_late.py", migration("", ""));
    repository.commit();
    repository.git(&["checkout", "--quiet", "feature"]);
    assert_eq!(seen(&repository, &["--since", "main"]), ["seen] 0002_more is seen", "live] `code` is live"]);
    // Changes that are not committed count, what is untracked does not.
    repository.write("other/migrations/0001_old.py", migration("", "migrations.RunSQL('SELECT 1')"));
    repository.write("shop/migrations/0003_untracked.py", migration("('shop', '0002_more')", ""));
    assert_eq!(
        seen(&repository, &["--since", "main"]),
        ["seen] 0001_old is seen", "seen] 0002_more is seen", "live] `code` is live"]
    );
    // Without `--since`, the migration counts as deployed, and its own effect is judged alone.
    assert_eq!(seen(&repository, &[SECOND]), ["seen] 0002_more is seen", "live] `code` is live"]);
}

#[test]
fn since_takes_the_merge_base_for_deployed() {
    let repository = project();
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.write(SECOND, second("migrations.AddField('order', 'x', models.IntegerField(null=True))"));
    repository.write(
        "shop/migrations/0003_drop.py",
        migration("('shop', '0002_more')", "migrations.RemoveField('order', 'x')"),
    );
    repository.commit();
    // `x` is new on this branch: no running code has it.
    assert_eq!(seen(&repository, &["--since", "main"]), ["seen] 0002_more is seen", "seen] 0003_drop is seen"]);
    let deployed = ["--since", "main", "--deployed", "HEAD"];
    assert!(seen(&repository, &deployed).contains(&"live] `x` is live".to_owned()));
}

#[test]
fn the_framework_s_refs_are_honoured() {
    let repository = project();
    let from = repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repository.write(SECOND, second("migrations.AddField('order', 'x', models.IntegerField(null=True))"));
    repository.commit();
    repository.write(
        "shop/migrations/0003_drop.py",
        migration("('shop', '0002_more')", "migrations.RemoveField('order', 'x')"),
    );
    repository.commit();
    let refs = [("PRE_COMMIT_FROM_REF", from.as_str()), ("PRE_COMMIT_TO_REF", "HEAD")];
    let both = ["seen] 0002_more is seen", "seen] 0003_drop is seen"];
    assert_eq!(seen_with(&repository, &[], &refs), both);
    // With files, as the framework names them, the refs say what is deployed.
    assert_eq!(seen_with(&repository, &[SECOND, "shop/migrations/0003_drop.py"], &refs), both);
    assert_eq!(seen_with(&repository, &["shop/migrations/0003_drop.py"], &refs), both[1..]);
    assert!(seen(&repository, &["shop/migrations/0003_drop.py"]).contains(&"live] `x` is live".to_owned()));
    assert_eq!(seen_with(&repository, &[], &[("PRE_COMMIT_FROM_REF", ""), ("PRE_COMMIT_TO_REF", "")]), [""; 0]);
}

#[test]
fn partly_staged_files_are_judged_as_they_are_staged() {
    let repository = project();
    repository.write(SECOND, second("migrations.RemoveField('order', 'code')"));
    repository.git(&["add", "--all"]);
    repository.write(SECOND, second(""));
    assert_eq!(seen(&repository, &[]), ["seen] 0002_more is seen", "live] `code` is live"]);
    assert_eq!(seen(&repository, &[SECOND]), ["seen] 0002_more is seen"]);
}

#[test]
fn renamed_migrations_are_judged_and_deleted_ones_are_gone() {
    let repository = project();
    repository.write(SECOND, second("migrations.RunSQL('SELECT 1')"));
    repository.commit();
    repository.git(&["mv", SECOND, "shop/migrations/0002_better.py"]);
    assert_eq!(seen(&repository, &[]), ["seen] 0002_better is seen"]);
    assert_eq!(seen(&repository, &["--since", "HEAD"]), ["seen] 0002_better is seen"]);
    repository.git(&["rm", "--quiet", "--force", "shop/migrations/0002_better.py"]);
    assert_eq!(seen(&repository, &[]), [""; 0]);
    assert_eq!(seen(&repository, &["--since", "HEAD"]), [""; 0]);
}

#[test]
fn a_linked_work_tree_and_a_submodule_are_repositories_of_their_own() {
    let repository = project();
    let linked = repository.file("../linked-of-whimbrel");
    let linked = linked.parent().unwrap().canonicalize().unwrap().join(format!("linked-{}", std::process::id()));
    repository.git(&["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap()]);
    std::fs::write(linked.join(SECOND), second("")).unwrap();
    repository.git_in(&linked, &["add", "--all"]);
    let run = repository.run_in(&linked, &["check", "--select", "team/seen", "--format", "concise", "-q"], &[]);
    assert!(run.out.contains("0002_more is seen"), "{} {}", run.out, run.err);
    std::fs::remove_dir_all(&linked).unwrap();

    let outer = Repository::with(&[("README", "")]);
    let inner = repository.path().to_str().unwrap().to_owned();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &inner, "lib/inner"]);
    outer.commit();
    let inside = outer.file("lib/inner");
    std::fs::write(inside.join(SECOND), second("")).unwrap();
    outer.git_in(&inside, &["add", "--all"]);
    let run = outer.run_in(&inside, &["check", "--select", "team/seen", "--format", "concise", "-q"], &[]);
    assert!(run.out.starts_with("shop/migrations/0002_more.py:4:1"), "{} {}", run.out, run.err);
    // From outside, a submodule is one entry, and no file.
    let run = outer.run_in(outer.path(), &["check", "--all", "--format", "concise"], &[]);
    assert_eq!(run.out, "no problems in 0 migrations (0 operations)\n");
}

#[test]
fn a_shallow_clone_says_what_is_missing_and_what_to_type() {
    let origin = project();
    origin.git(&["checkout", "--quiet", "-b", "feature"]);
    origin.write(SECOND, second("migrations.RemoveField('order', 'code')"));
    origin.commit();
    let url = format!("file://{}", origin.path().display());
    let clone = Repository::with(&[]);
    let folder = clone.file("clone");
    clone.git(&["clone", "--quiet", "--depth", "1", "--branch", "feature", &url, "clone"]);
    let check = |arguments: &[&str]| clone.run_in(&folder, arguments, &[]);

    let run = check(&["check", "--since", "origin/main"]);
    assert_eq!(run.status, 2);
    let fetch = "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main";
    assert!(run.err.contains("this clone is shallow and lacks `origin/main`"), "{}", run.err);
    assert!(run.err.contains(fetch) && run.err.contains("fetch-depth: 0"), "{}", run.err);
    assert!(check(&["check", "--all", "--deployed", "v1"]).err.contains("`git fetch --unshallow --tags origin`"));

    // A branch without the history that joins it is no better.
    clone.git_in(&folder, &["fetch", "--quiet", "--depth", "1", "origin", "+refs/heads/main:refs/remotes/origin/main"]);
    let run = check(&["check", "--since", "origin/main"]);
    assert!(run.err.contains(fetch), "{}", run.err);

    // What it says to type helps.
    let words: Vec<&str> = fetch.split(' ').skip(1).chain(["--quiet"]).collect();
    clone.git_in(&folder, &words);
    let run = check(&["check", "--since", "origin/main", "--select", "team/*", "--format", "concise", "-q"]);
    assert!(run.out.contains("`code` is live"), "{} {}", run.out, run.err);
}

#[test]
fn a_revision_that_is_none_is_named_and_no_repository_is_told() {
    let repository = project();
    for arguments in [["--since", "mian"], ["--deployed", "mian"]] {
        let run = repository.run(&[&["check"][..], &arguments].concat());
        assert_eq!(run.status, 2);
        assert!(
            run.err.contains("git knows no revision `mian` here") && run.err.contains("git branch --all"),
            "{}",
            run.err
        );
    }
    let outside = tempfile::tempdir().unwrap();
    for arguments in [&["check"][..], &["check", "--since", "main"]] {
        let run = repository.run_in(outside.path(), arguments, &[]);
        assert_eq!(run.status, 2);
        assert!(
            run.err.contains("not in a git repository") && run.err.contains("whimbrel check shop/migrations"),
            "{}",
            run.err
        );
    }
    let no_git = [("PATH", "")];
    let run = repository.run_in(repository.path(), &["check"], &no_git);
    assert!(run.err.contains("git is not installed"), "{}", run.err);
    let run = repository.run_in(
        repository.path(),
        &["check", "shop", "--select", "team/seen", "--format", "concise", "-q"],
        &no_git,
    );
    assert!(run.out.contains("0001_initial is seen"), "{} {}", run.out, run.err);
}

#[test]
fn a_path_may_be_named_from_another_folder() {
    let repository = project();
    repository.write(SECOND, second(""));
    repository.git(&["add", "--all"]);
    let folder = repository.file("shop");
    for path in ["migrations", "migrations/0002_more.py", "../shop/migrations/0002_more.py"] {
        let run =
            repository.run_in(&folder, &["check", path, "--select", "team/seen", "--format", "concise", "-q"], &[]);
        assert!(run.out.contains("shop/migrations/0002_more.py:4:1"), "{path}: {} {}", run.out, run.err);
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let path = repository.file(SECOND);
    let run = repository.run_in(
        elsewhere.path(),
        &["check", path.to_str().unwrap(), "--isolated", "--format", "concise"],
        &[],
    );
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.ends_with("in 1 migration (0 operations)\n"), "{}", run.out);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let repository = project();
    repository.write("team.rules", format!("\u{feff}{}", RULES.replace('\n', "\r\n")));
    repository.write("whimbrel.toml", "rules = [\"team.rules\"]\r\n");
    let text =
        second("\n# whimbrel: ignore[live] no reader\nmigrations.RemoveField('order', 'code')").replace('\n', "\r\n");
    repository.write(SECOND, format!("\u{feff}{text}"));
    repository.git(&["add", "--all"]);
    let run = repository.run(&["check", "--select", "team/*", "--format", "concise"]);
    assert_eq!(
        run.out,
        "shop/migrations/0002_more.py:4:1: error[team/seen] 0002_more is seen\n1 error, 1 suppressed (1 by comment) in 1 migration (1 operation)\n",
        "{}",
        run.err
    );
}

#[test]
fn a_deployed_migration_that_says_something_else_is_edited() {
    let repository = project();
    repository.write("team.rules", "rule edited { forbid Migration when migration.edited message \"edited\" }\n");
    repository.write(SECOND, second("migrations.RemoveField('order', 'code')"));
    repository.commit();
    let first = "shop/migrations/0001_initial.py";
    // As a formatter would have it, with a comment.
    let formatted = initial().replace('\'', "\"").replace(")])", "),\n# why\n],\n)").replace("Order\", ", "Order\",\n");
    assert_ne!(formatted, initial());
    repository.write(first, formatted);
    assert_eq!(seen(&repository, &["--all"]), [""; 0]);
    repository.write(first, initial().replace("'code'", "'codes'"));
    assert_eq!(seen(&repository, &["--all"]), ["edited] edited"]);
    repository.git(&["add", "--all"]);
    assert_eq!(seen(&repository, &[]), ["edited] edited"]);
    // What is new can't be edited.
    repository.write("shop/migrations/0003_new.py", migration("('shop', '0002_more')", ""));
    assert_eq!(seen(&repository, &["shop/migrations/0003_new.py"]), [""; 0]);
    assert_eq!(seen(&repository, &["--all", "--deployed", "HEAD~1"]), ["edited] edited"]);
}

#[test]
fn what_is_configured_of_a_table_reaches_the_rules() {
    let repository = project();
    repository.write(
        "team.rules",
        "rule big { on RemoveField require model.rows is not set or model.rows < 1000 message \"`{model.owner}` has {model.rows} rows\" }\n\
         rule hot { forbid RemoveField when model.hot message \"hot\" }\n\
         rule sent { forbid schema.DropColumn when table_hot message \"{table_rows} rows of `{table_owner}`\" }\n",
    );
    repository.write(SECOND, second("migrations.RemoveField('order', 'code')"));
    repository.git(&["add", "--all"]);
    assert_eq!(seen(&repository, &[]), [""; 0]);
    let tables = "[tables.shop_order]\nrows = 40_000_000\nhot = true\nowner = \"checkout\"\n";
    repository.write("whimbrel.toml", format!("rules = [\"team.rules\"]\n{tables}"));
    let said = ["big] `checkout` has 40000000 rows", "hot] hot", "sent] 40000000 rows of `checkout`"];
    assert_eq!(seen(&repository, &[]), said);
    repository.write("whimbrel.toml", format!("rules = [\"team.rules\"]\n{}", tables.replace("shop_order", "other")));
    assert_eq!(seen(&repository, &[]), [""; 0]);
    repository.write("whimbrel.toml", "[tables.a]\nrow = 1\nrows = -1\nhot = 1\n");
    let run = repository.run(&["check"]);
    assert_eq!(run.status, 2);
    for words in ["did you mean `rows`?", "`rows` must be a whole number", "`hot` must be `true` or `false`"] {
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
}

/// What a run that judges nothing says of it on standard error, in two lines.
fn nothing(repository: &Repository, arguments: &[&str]) -> [String; 2] {
    let run = repository.run(&[&["check", "--format", "concise"], arguments].concat());
    assert_eq!((run.status, run.out.as_str()), (0, "no problems in 0 migrations (0 operations)\n"), "{}", run.err);
    let quiet = repository.run(&[&["check", "--format", "concise", "-q"], arguments].concat());
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    // A plan is about the same files, and says the same.
    assert_eq!(repository.run(&[&["plan"], arguments].concat()).err, run.err);
    let (message, help) = run.err.split_once('\n').unwrap();
    [message.strip_prefix("whimbrel: ").unwrap().to_owned(), help.strip_prefix("  help: ").unwrap().trim().to_owned()]
}

const WHAT: &str =
    "a migration is a Python file directly in a folder whose name holds `migrations`, and defines a class `Migration`";

#[test]
fn a_run_that_judges_nothing_says_why_and_what_to_type() {
    let repository = project();
    let all = "`--all` takes every migration of the repository, `--since origin/main` what a branch changes; or name files or folders";
    assert_eq!(nothing(&repository, &[]), ["nothing is staged", all]);
    repository.write("shop/models.py", "x = 1\n");
    repository.git(&["add", "--all"]);
    assert_eq!(nothing(&repository, &[]), ["no migration is staged, only 1 other file", all]);
    // What `git add` has not seen is the first guess.
    repository.write(SECOND, second(""));
    let unstaged = "`shop/migrations/0002_more.py` is not staged: `git add` it, or name it";
    assert_eq!(nothing(&repository, &[])[1], unstaged);
    let head = repository.git(&["rev-parse", "--short=12", "HEAD"]);
    let since = nothing(&repository, &["--since", "HEAD"]);
    assert_eq!(since, [format!("no migration was added or changed since {}", head.trim()), unstaged.to_owned()]);
    repository.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(nothing(&repository, &["--since", "HEAD"]), since);

    repository.git(&["rm", "--quiet", "--cached", "shop/migrations/0001_initial.py"]);
    std::fs::remove_file(repository.file("shop/migrations/0001_initial.py")).unwrap();
    std::fs::remove_file(repository.file(SECOND)).unwrap();
    assert_eq!(nothing(&repository, &[])[0], "what is staged deletes 1 migration, which leaves nothing to judge");
    assert_eq!(nothing(&repository, &["--all"]), ["git tracks no migration here", WHAT]);
}

#[test]
fn named_files_and_folders_that_hold_no_migration_are_told() {
    let repository = project();
    repository.write("shop/models.py", "x = 1\n");
    repository.write("shop/migrations/helpers.py", "x = 1\n");
    repository.write("shop/migrations/more.py", "x = 1\n");
    for (arguments, message) in [
        (&["shop/models.py"][..], "`shop/models.py` is no migration by its name and folder"),
        (&["shop/migrations/__init__.py"], "`shop/migrations/__init__.py` is no migration by its name and folder"),
        (&["shop/migrations/helpers.py"], "`shop/migrations/helpers.py` defines no `Migration`"),
        (
            &["shop/migrations/helpers.py", "shop/migrations/more.py"],
            "none of 2 files is a migration: `shop/migrations/helpers.py`, `shop/migrations/more.py`",
        ),
    ] {
        assert_eq!(nothing(&repository, arguments), [message, WHAT]);
    }
    repository.write("empty/README", "");
    assert_eq!(nothing(&repository, &["empty"]), ["no migration lies in `empty`", WHAT]);

    repository.write("whimbrel.toml", "exclude = [\"shop\"]\n");
    repository.write(SECOND, second(""));
    repository.git(&["add", "--all"]);
    let help = "files that are named are judged all the same, unless `--force-exclude` is given";
    for (arguments, what) in [
        (&[][..], "every staged migration"),
        (&["--all"], "every migration of this repository"),
        (&["--since", "HEAD"], "every migration that changed"),
        (&["shop"], "every migration in `shop`"),
        (&[SECOND, "--force-exclude"], "every migration in `shop/migrations/0002_more.py`"),
    ] {
        let message = format!("`include` and `exclude` of whimbrel.toml leave out {what}");
        assert_eq!(nothing(&repository, arguments), [message.as_str(), help]);
    }
}

#[test]
fn a_path_that_does_not_exist_is_an_error() {
    let repository = project();
    for command in ["check", "plan"] {
        let run = repository.run(&[command, "shop/none/0001.py"]);
        assert_eq!(run.status, 2);
        assert!(run.err.starts_with("whimbrel: `shop/none/0001.py` does not exist\n  help: name files"), "{}", run.err);
        let run = repository.run_in(&repository.file("shop"), &[command, "shop/migrations"], &[]);
        assert!(run.status == 2 && run.err.contains("paths start from the current folder"), "{}", run.err);
    }
}

#[test]
fn a_repository_without_a_work_tree_says_so() {
    let origin = project();
    let folder = Repository::with(&[]);
    let url = format!("file://{}", origin.path().display());
    folder.git(&["clone", "--quiet", "--bare", &url, "bare"]);
    for arguments in [&["check"][..], &["check", "--since", "main"], &["plan"]] {
        let run = folder.run_in(&folder.file("bare"), arguments, &[]);
        assert_eq!(run.status, 2);
        assert!(
            run.err.contains("this repository has no work tree") && run.err.contains("git worktree add"),
            "{}",
            run.err
        );
    }
}

#[test]
fn check_plan_and_state_work_with_the_same_settings() {
    let repository = Repository::with(&[
        ("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_of.settings')\n"),
        (
            "site_of/settings.py",
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql'}}\nAUTH_USER_MODEL = 'people.Person'\n\
             DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\nMIGRATION_MODULES = {'shop': 'parts.migrations_of_shop'}\n",
        ),
        ("requirements.txt", "Django==3.2.25\n"),
        ("parts/__init__.py", ""),
        ("parts/migrations_of_shop/__init__.py", ""),
        (
            "parts/migrations_of_shop/0001_initial.py",
            &migration(
                "migrations.swappable_dependency(settings.AUTH_USER_MODEL)",
                "migrations.CreateModel('Tag', [('by', models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)), ('tags', models.ManyToManyField('shop.Tag'))]), migrations.AddField('tag', 'up', models.ForeignKey('shop.Tag', models.CASCADE))",
            )
            .replace("from django.db", "from django.conf import settings\nfrom django.db"),
        ),
        ("people/__init__.py", ""),
        ("people/migrations/__init__.py", ""),
        (
            "people/migrations/0001_initial.py",
            &migration("", "migrations.CreateModel('Person', [('id', models.BigAutoField(primary_key=True))])"),
        ),
    ]);
    repository.git(&["add", "--all"]);
    let json = |arguments: &[&str]| -> serde_json::Value {
        let run = repository.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}", run.err))
    };
    let target = &json(&["check"])["target"];
    assert_eq!((&target["databases"][0], &target["django"]), (&"mysql".into(), &"3.2".into()));
    let plan = json(&["plan"]);
    let tag = plan["migrations"].as_array().unwrap().iter().find(|migration| migration["app"] == "shop").unwrap();
    assert_eq!((&tag["database"], &tag["django"]), (&"mysql".into(), &"3.2".into()));
    let up = |plan: &serde_json::Value| {
        let shop = plan["migrations"].as_array().unwrap().iter().find(|migration| migration["app"] == "shop").unwrap();
        let steps: Vec<&str> =
            shop["steps"].as_array().unwrap().iter().filter_map(|step| step["sql"].as_str()).collect();
        steps.into_iter().find(|sql| sql.contains("ADD COLUMN up_id")).unwrap().to_owned()
    };
    assert!(up(&plan).contains("up_id bigint NOT NULL"), "{}", up(&plan));
    assert!(tag["steps"].to_string().contains("people_person"), "{tag}");
    let state = json(&["state", "shop"]);
    // Old versions of Django keep the case of what a field points to.
    assert!(state.to_string().contains("\"shop.Tag\""), "{state}");

    repository.write(
        "site_of/settings.py",
        "DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'\nMIGRATION_MODULES = {'shop': 'parts.migrations_of_shop'}\n",
    );
    let plan = json(&["plan", "parts", "--database", "mysql"]);
    assert!(up(&plan).contains("up_id integer NOT NULL"), "{}", up(&plan));
}

#[test]
fn a_plan_keeps_to_what_the_framework_says_and_names_what_it_lacks() {
    let repository = project();
    let from = repository.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repository.write(SECOND, second("migrations.AddField('order', 'x', models.IntegerField(null=True))"));
    repository.commit();
    let refs = [("PRE_COMMIT_FROM_REF", from.as_str()), ("PRE_COMMIT_TO_REF", "HEAD")];
    let run = repository.run_in(repository.path(), &["plan"], &refs);
    assert!(run.out.starts_with(SECOND) && !run.out.contains("0001_initial"), "{} {}", run.out, run.err);
    assert_eq!(run.status, 0);
    repository.write(SECOND, "class Migration(");
    let run = repository.run(&["plan", "shop"]);
    assert_eq!(run.status, 1);
    assert!(
        run.err.starts_with("shop/migrations/0002_more.py:1: not in the plan: this file can't be judged"),
        "{}",
        run.err
    );
    assert!(run.out.contains("0001_initial"), "{}", run.out);
}

/// Two apps without an AppConfig: the label of the one that the other depends on is not the name of its folder.
fn folders_with_other_names() -> Vec<(&'static str, String)> {
    let base = "migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)), ('code', models.IntegerField())])";
    let child = "migrations.CreateModel('Ticket', [('id', models.AutoField(primary_key=True))])";
    let plugin =
        |dependency: &str, operations: &str| migration(&format!("('shopbase', '0002_more'), {dependency}"), operations);
    vec![
        ("site_of/__init__.py", String::new()),
        ("site_of/base/__init__.py", String::new()),
        ("site_of/base/migrations/0001_initial.py", migration("", base)),
        ("site_of/base/migrations/0002_more.py", migration("('shopbase', '0001_initial')", "")),
        ("site_of/plugins/__init__.py", String::new()),
        ("site_of/plugins/ticket/__init__.py", String::new()),
        ("site_of/plugins/ticket/migrations/0001_initial.py", plugin("", child)),
        (
            "site_of/plugins/ticket/migrations/0002_order.py",
            plugin(
                "('ticket', '0001_initial')",
                "migrations.RunSQL('ALTER TABLE shopbase_order DROP COLUMN code', '')",
            ),
        ),
    ]
}

#[test]
fn a_file_is_judged_alike_alone_and_among_others_whatever_its_app_is_called() {
    let files = folders_with_other_names();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let repository = Repository::with(&files);
    let file = "site_of/plugins/ticket/migrations/0002_order.py";
    repository.commit();
    let found = |folder: &std::path::Path, path: &str| -> Vec<String> {
        let arguments = ["check", path, "--isolated", "--database", "postgresql@16", "--format", "concise", "-q"];
        let run = repository.run_in(folder, &arguments, &[]);
        assert!(run.status < 2 && run.err.is_empty(), "{}", run.err);
        run.out.lines().filter(|line| line.starts_with(file)).map(str::to_owned).collect()
    };
    let alone = found(repository.path(), file);
    assert!(alone.iter().any(|line| line.contains("column-removed")), "{alone:?}");
    assert_eq!(found(repository.path(), "."), alone);
    assert_eq!(found(repository.path(), "site_of/plugins"), alone);
    // The same without git.
    let elsewhere = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = elsewhere.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    assert_eq!(found(elsewhere.path(), "."), alone);
    assert_eq!(found(elsewhere.path(), file), alone);
}
