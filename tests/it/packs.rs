//! `whimbrel packs`: three repositories, a pack and two services that use it, with the real git.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::hook;
use crate::hook::repository::Framework;
use crate::support::{Folder, Run};

/// A git repository in a folder.
struct Repository<'f> {
    folder: &'f Folder,
    path: PathBuf,
}

impl<'f> Repository<'f> {
    fn new(folder: &'f Folder, name: &str) -> Self {
        let path = folder.path().join(name);
        fs::create_dir_all(&path).unwrap();
        let repository = Self { folder, path };
        repository.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(&self.path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, tag: Option<&str>) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Change"]);
        if let Some(tag) = tag {
            self.git(&["tag", tag]);
        }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.folder.run_in(&self.path, arguments)
    }

    /// The run, which must have gone well.
    fn done(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
        run.out
    }
}

const MIGRATION: &str = "\
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel('Order', [('total', models.FloatField())]),
        migrations.AddField('order', 'note', models.TextField(default='')),
    ]
";

const FLOAT: &str = "\
rule money-is-decimal \"money in a float\" {
  forbid CreateModel.fields
  when field is FloatField
  severity SEVERITY
  message \"`{field.name}` loses cents\"
}
";

const TEXT: &str = "\
setting long_tables: list[str] = [] \"Tables that may hold long texts.\"

rule text-is-limited \"text without a limit\" {
  forbid AddField
  when field is TextField and model.name not in long_tables
  message \"`{field.name}` holds any text\"
}
";

fn manifest(version: &str, more: &str) -> String {
    format!("name = \"acme\"\nversion = \"{version}\"\nedition = 1\nwhimbrel = \">=0.1\"\nlicense = \"MIT\"\n{more}")
}

fn pack(folder: &Folder) -> Repository<'_> {
    let pack = Repository::new(folder, "pack");
    pack.write("pack.toml", &manifest("1.0.0", ""));
    pack.write("rules/money.rules", &FLOAT.replace("SEVERITY", "warning"));
    pack.commit(Some("v1"));
    pack
}

fn service<'f>(folder: &'f Folder, name: &str, more: &str) -> Repository<'f> {
    let service = Repository::new(folder, name);
    let packs = "[packs]\nacme = { git = \"../pack\", rev = \"v1\" }\n";
    service.write("whimbrel.toml", &format!("{more}\n{packs}"));
    service.write("shop/migrations/__init__.py", "");
    service.write("shop/migrations/0001_initial.py", MIGRATION);
    service
}

#[test]
fn a_pack_is_pinned_used_updated_and_regraded_in_one_service() {
    let folder = Folder::with(&[]);
    let pack = pack(&folder);
    let a = service(&folder, "a", "");
    let b = service(&folder, "b", "rules = [\"ci/*.rules\"]");
    b.write(
        "ci/own.rules",
        "use acme\nextend acme/money-is-decimal { severity info  unless app == \"legacy\" because \"ADR 3\" }\n",
    );

    // What is not locked is not used, and the way out is named.
    let run = a.run(&["check", "--all"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("the pack `acme` is not in whimbrel.lock"), "{}", run.err);
    assert!(run.err.contains("run `whimbrel packs lock`"), "{}", run.err);

    for service in [&a, &b] {
        let out = service.done(&["packs", "lock"]);
        assert!(out.starts_with("+ acme 1.0.0 ("), "{out}");
        service.done(&["packs", "lock", "--check"]);
        service.commit(None);
    }
    let locked = fs::read_to_string(a.path.join("whimbrel.lock")).unwrap();
    let commit = pack.git(&["rev-parse", "v1^{commit}"]);
    assert!(locked.contains(&format!("commit = \"{}\"", commit.trim())), "{locked}");
    assert!(locked.contains("hash = \"sha256:"), "{locked}");

    let check =
        |service: &Repository<'_>| service.run(&["check", "--all", "--format", "concise", "--select", "acme/*"]).out;
    assert!(check(&a).contains("warning"), "{}", check(&a));
    assert!(!check(&b).contains("warning") && check(&b).contains("acme/money-is-decimal"), "{}", check(&b));
    let explained = b.done(&["explain", "acme/money-is-decimal"]);
    assert!(explained.contains("severity info in ci/own.rules:2"), "{explained}");
    assert!(explained.contains("acme@1.0.0/rules/money.rules:1"), "{explained}");

    // A new release of the pack: a rule is graded up, another one is new.
    pack.write("pack.toml", &manifest("1.1.0", ""));
    pack.write("rules/money.rules", &FLOAT.replace("SEVERITY", "error"));
    pack.write("rules/text.rules", TEXT);
    pack.commit(None);
    pack.git(&["tag", "--force", "v1"]);

    // A check goes on with what is locked.
    assert!(!check(&a).contains("acme/text-is-limited"), "{}", check(&a));
    let diff = a.run(&["packs", "diff"]);
    assert_eq!(diff.status, 1, "{}{}", diff.out, diff.err);
    assert!(diff.out.contains("~ acme 1.0.0 ("), "{}", diff.out);
    assert!(diff.out.contains("+ rule acme/text-is-limited (error)"), "{}", diff.out);
    assert!(diff.out.contains("~ rule acme/money-is-decimal: warning → error"), "{}", diff.out);
    assert!(diff.out.contains("+ shop/migrations/0001_initial.py:7 error acme/text-is-limited"), "{}", diff.out);
    assert!(diff.out.contains("- shop/migrations/0001_initial.py:6 warning acme/money-is-decimal"), "{}", diff.out);
    assert_eq!(fs::read_to_string(a.path.join("whimbrel.lock")).unwrap(), locked, "diff writes nothing");

    let updated = a.done(&["packs", "update", "acme"]);
    assert!(updated.contains("→ 1.1.0"), "{updated}");
    assert_eq!(a.run(&["check", "--all"]).status, 1);
    assert_eq!(a.run(&["packs", "diff"]).status, 0);
    assert!(!check(&b).contains("acme/text-is-limited"), "the other service has not moved");
}

#[test]
fn a_copy_that_was_tampered_with_is_refused_and_can_be_fetched_again() {
    let folder = Folder::with(&[]);
    let _pack = pack(&folder);
    let a = service(&folder, "a", "");
    a.done(&["packs", "lock"]);
    let copies = a.path.join(".git/whimbrel/packs");
    let copy = fs::read_dir(&copies).unwrap().next().unwrap().unwrap().path();
    fs::write(copy.join("rules/money.rules"), "").unwrap();

    let run = a.run(&["check", "--all"]);
    assert_eq!(run.status, 2);
    let hash = copy.file_name().unwrap().to_string_lossy().into_owned();
    let words: String = run.err.split_whitespace().collect();
    assert!(run.err.contains("is not the one that is locked"), "{}", run.err);
    assert!(words.contains(&format!("sha256:{hash}")), "{}", run.err);
    assert_eq!(words.matches("sha256:").count(), 2, "{}", run.err);
    assert!(a.done(&["packs", "list"]).contains("hash-mismatch"));

    a.done(&["packs", "lock"]);
    assert_eq!(a.run(&["check", "--all", "--format", "concise", "--select", "acme/*"]).status, 0);
}

#[cfg(unix)]
#[test]
fn a_hook_never_fetches() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::with(&[]);
    let pack = pack(&folder);
    let a = service(&folder, "a", "");
    a.done(&["packs", "lock"]);
    a.git(&["add", "--all"]);

    // The pack's repository is gone, and git refuses whatever could reach another one.
    fs::rename(&pack.path, folder.path().join("elsewhere")).unwrap();
    let real = Command::new("sh").args(["-c", "command -v git"]).output().unwrap();
    let real = String::from_utf8(real.stdout).unwrap();
    let wrapper = folder.path().join("bin/git");
    fs::create_dir_all(wrapper.parent().unwrap()).unwrap();
    fs::write(
        &wrapper,
        format!(
            "#!/bin/sh\nfor word in \"$@\"; do case $word in fetch|clone|pull|ls-remote|remote|submodule) \
             echo \"git $*\" >> {log}; exit 99;; esac; done\nexec {} \"$@\"\n",
            real.trim(),
            log = folder.path().join("fetched").display(),
        ),
    )
    .unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();

    let run = folder.run_with_path(&a.path, &wrapper, &["check", "--format", "concise"]);
    assert!(run.out.contains("acme/money-is-decimal"), "{}{}", run.out, run.err);
    assert!(!folder.path().join("fetched").exists());

    // Without its copy it says what to do, and still does not fetch.
    fs::remove_dir_all(a.path.join(".git/whimbrel")).unwrap();
    let run = folder.run_with_path(&a.path, &wrapper, &["check"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("run `whimbrel packs lock` once in this clone"), "{}", run.err);
    assert!(!folder.path().join("fetched").exists());
    let run = folder.run_with_path(&a.path, &wrapper, &["packs", "lock"]);
    assert_eq!(run.status, 2);
    assert!(folder.path().join("fetched").exists(), "the wrapper sees what fetches");
}

#[test]
fn packs_build_on_packs_and_two_that_disagree_are_an_error() {
    let folder = Folder::with(&[]);
    let base = pack(&folder);
    let one = Repository::new(&folder, "one");
    let name = |name: &str, rev: &str| {
        let url = base.path.display();
        format!("name = \"{name}\"\nversion = \"1\"\n[packs]\nacme = {{ git = \"{url}\", rev = \"{rev}\" }}\n")
    };
    one.write("pack.toml", &name("one", "v1"));
    one.write("a.rules", "extend acme/money-is-decimal { severity error }\n");
    one.commit(Some("v1"));
    let two = Repository::new(&folder, "two");
    two.write("pack.toml", &name("two", "main"));
    two.write("b.rules", "edition 1\n");
    two.commit(Some("v1"));

    let a = service(&folder, "a", "");
    a.write("whimbrel.toml", "[packs]\none = { git = \"../one\", rev = \"v1\" }\n");
    let out = a.done(&["packs", "lock"]);
    assert!(out.contains("+ acme 1.0.0") && out.contains("+ one 1 "), "{out}");
    a.git(&["add", "--all"]);
    assert_eq!(a.run(&["check", "--all", "--select", "acme/*"]).status, 1, "graded up by the other pack");

    let both = "[packs]\none = { git = \"../one\", rev = \"v1\" }\ntwo = { git = \"../two\", rev = \"v1\" }\n";
    a.write("whimbrel.toml", both);
    let run = a.run(&["packs", "lock"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("two packs ask for different `acme`"), "{}", run.err);
    assert!(run.err.contains("two@1/pack.toml") && run.err.contains("one@1/pack.toml:"), "{}", run.err);

    // The project decides.
    a.write("whimbrel.toml", &format!("{both}acme = {{ git = \"../pack\", rev = \"v1\" }}\n"));
    a.done(&["packs", "lock"]);
}

#[test]
fn settings_that_a_pack_needs_must_be_configured() {
    let folder = Folder::with(&[
        ("whimbrel.toml", "[packs]\nacme = { path = \"ci/acme\" }\n"),
        ("ci/acme/pack.toml", &manifest("1.0", "settings = [\"long_tables\"]\n")),
        ("ci/acme/text.rules", TEXT),
    ]);
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("the pack `acme` needs the setting `long_tables`"), "{}", run.err);
    folder.write(
        "whimbrel.toml",
        "[packs]\nacme = { path = \"ci/acme\" }\n[settings]\n\"acme/long_tables\" = [\"Note\"]\n",
    );
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("acme/text-is-limited"), "{}", run.out);
}

#[test]
fn an_installed_python_package_brings_its_pack() {
    let folder = Folder::with(&[
        ("whimbrel.toml", "[packs]\nacme = { python = \"Acme.Rules\" }\n"),
        (
            "venv/lib/python3.12/site-packages/acme_rules-1.0.dist-info/entry_points.txt",
            "[whimbrel.rules]\nacme = acme_rules.data\n",
        ),
        ("venv/lib/python3.12/site-packages/acme_rules/data/pack.toml", &manifest("1.0", "")),
        ("venv/lib/python3.12/site-packages/acme_rules/data/text.rules", TEXT),
    ]);
    let venv = folder.path().join("venv").display().to_string();
    let run = |arguments: &[&str]| folder.run_with(folder.path(), &[("VIRTUAL_ENV", &venv)], arguments);
    assert_eq!(folder.run(&["packs", "lock"]).status, 2, "no environment, no pack");
    let locked = run(&["packs", "lock"]);
    assert_eq!(locked.status, 0, "{}", locked.err);
    assert!(folder.read("whimbrel.lock").contains("python = \"Acme.Rules\""));
    assert!(run(&["rules"]).out.contains("acme/text-is-limited"));

    // Another version was installed meanwhile.
    folder.write("venv/lib/python3.12/site-packages/acme_rules/data/pack.toml", &manifest("2.0", ""));
    let changed = run(&["rules"]);
    assert_eq!(changed.status, 2);
    assert!(changed.err.contains("the installed pack `acme` is not the one that is locked"), "{}", changed.err);
    assert!(run(&["packs", "update"]).out.contains("1.0"));
    assert_eq!(run(&["rules"]).status, 0);
}

#[test]
fn mistakes_in_the_table_of_packs_are_explained() {
    let folder = Folder::with(&[(
        "whimbrel.toml",
        "[packs]\nA = { path = \"x\" }\nb = { git = \"x\" }\nc = {}\nd = { path = \"x\", rev = \"1\" }\n\
         e = { git = \"x\", tag = \"1\" }\nf = { git = \"--upload-pack=x\", rev = \"1\" }\n",
    )]);
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    for words in [
        "`A` is no name of a pack",
        "nothing says which revision of `b` is meant",
        "nothing says where `c` comes from",
        "`rev` belongs to a pack from git",
        "write `rev`",
        "`--upload-pack=x` is no `git`",
    ] {
        assert!(run.err.contains(words), "{words}: {}", run.err);
    }
}

#[test]
fn rules_are_tested_under_the_name_of_the_pack_around_them() {
    let folder = Folder::with(&[
        ("pack.toml", &manifest("1.0", "")),
        ("rules/text.rules", TEXT),
        ("rules/more.rules", "extend acme/text-is-limited { severity info }\n"),
    ]);
    let run = folder.run(&["test", "rules"]);
    assert!(run.out.contains("acme/text-is-limited"), "{}{}", run.out, run.err);
}

#[test]
fn the_project_wins_and_two_of_one_weight_that_disagree_are_an_error() {
    let strict = "name = \"strict\"\nversion = \"1\"\n[packs]\nacme = { path = \"../acme\" }\n";
    let lax = strict.replace("strict", "lax");
    let packs = "[packs]\nacme = { path = \"acme\" }\nstrict = { path = \"strict\" }\nlax = { path = \"lax\" }\n";
    let folder = Folder::with(&[
        ("whimbrel.toml", packs),
        ("acme/pack.toml", &manifest("1.0", "")),
        ("acme/text.rules", TEXT),
        ("strict/pack.toml", strict),
        ("strict/a.rules", "extend acme/text-is-limited { severity error }\n"),
        ("lax/pack.toml", &lax),
        ("lax/a.rules", "extend acme/text-is-limited { severity info }\n"),
        ("ci/own.rules", "extend acme/text-is-limited { severity warning  set long_tables = [\"Note\"] }\n"),
    ]);
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`acme/text-is-limited` is given two severities"), "{}", run.err);
    assert!(run.err.contains("lax/a.rules:1") && run.err.contains("strict/a.rules:1"), "{}", run.err);

    // Packs must agree; what the project says is not for them to agree with.
    folder.write("lax/a.rules", "edition 1\n");
    folder.write("whimbrel.toml", &format!("rules = [\"ci/own.rules\"]\n{packs}"));
    let page = folder.run(&["explain", "acme/text-is-limited"]).out;
    assert!(page.contains("severity warning in ci/own.rules:1"), "{page}");
    assert!(page.contains("severity error in strict/a.rules:1"), "{page}");
    assert!(page.contains("acme/long_tables: list[str]") && page.contains("[\"Note\"] (in ci/own.rules:1)"), "{page}");

    let both = format!("[rules]\nfiles = [\"ci/own.rules\"]\n\"acme/text-is-limited\" = \"error\"\n{packs}");
    folder.write("whimbrel.toml", &both);
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("is given two severities") && run.err.contains("ci/own.rules:1"), "{}", run.err);

    folder
        .write("whimbrel.toml", &format!("rules = [\"ci/own.rules\"]\n{packs}[settings]\nlong_tables = [\"Other\"]\n"));
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`acme/long_tables` is given two values"), "{}", run.err);
}

#[test]
fn a_pack_changes_only_what_it_says_it_builds_on() {
    let folder = Folder::with(&[
        ("whimbrel.toml", "[packs]\nacme = { path = \"acme\" }\nother = { path = \"other\" }\n"),
        ("acme/pack.toml", &manifest("1.0", "")),
        ("acme/text.rules", TEXT),
        ("other/pack.toml", "name = \"other\"\nversion = \"1\"\n"),
        (
            "other/a.rules",
            "disable acme/text-is-limited because \"we know better\"\ndisable compat/column-renamed because \"x\"\n",
        ),
    ]);
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    let words = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the pack `other` changes a rule of `acme`"), "{}", run.err);
    assert_eq!(run.err.matches("override::").count(), 1, "{}", run.err);
    folder.write("other/pack.toml", "name = \"other\"\nversion = \"1\"\n[packs]\nacme = { path = \"../acme\" }\n");
    assert_eq!(folder.run(&["rules"]).status, 0);
}

/// The migration that adds bills, with their total as this field.
fn bills(class: &str) -> String {
    format!(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [('shop', '0001_initial')]\n    operations = [\n        \
         migrations.CreateModel('Bill', [('id', models.BigAutoField(primary_key=True)), ('total', {class})]),\n    ]\n"
    )
}

const BILLS: &str = "shop/migrations/0002_bill.py";

#[test]
fn the_frameworks_run_a_pinned_pack_in_two_services_without_a_network() {
    for framework in Framework::ALL {
        let folder = Folder::with(&[]);
        let pack = Repository::new(&folder, "pack");
        pack.write("pack.toml", &manifest("1.0.0", ""));
        pack.write("rules/money.rules", &FLOAT.replace("SEVERITY", "error"));
        pack.commit(Some("v1"));

        // Both services pin the pack, and one takes it less seriously.
        let [a, b] = [
            "",
            "use acme\nextend acme/money-is-decimal { severity warning  unless app == \"legacy\" because \"ADR 3\" }\n",
        ]
        .map(|own| {
            let service = hook::repository::Repository::new(framework).offline();
            let files = if own.is_empty() { "" } else { "rules = [\"ci/*.rules\"]\n" };
            let packs = format!("[packs]\nacme = {{ git = \"{}\", rev = \"v1\" }}\n", pack.path.display());
            service.stage("whimbrel.toml", &format!("{files}{packs}"));
            if !own.is_empty() {
                service.stage("ci/own.rules", own);
            }
            let locked = folder.run_in(service.path(), &["packs", "lock"]);
            assert_eq!(locked.status, 0, "{}", locked.err);
            service.git(&["add", "whimbrel.lock"]);
            let pinned = service.commit("Pin the pack");
            assert_eq!(pinned.status, 0, "{framework:?}: {}", pinned.said());
            service
        });

        // Nobody can reach the pack any more, neither by its path nor by a network.
        let gone = folder.path().join("gone");
        fs::rename(&pack.path, &gone).unwrap();
        a.stage(BILLS, &bills("models.FloatField()"));
        let blocked = a.commit("Add bills");
        assert_eq!(blocked.status, 1, "{framework:?}: {}", blocked.said());
        assert!(blocked.said().contains("acme/money-is-decimal"), "{framework:?}: {}", blocked.said());
        b.stage(BILLS, &bills("models.FloatField()"));
        let passed = b.commit("Add bills");
        assert_eq!(passed.status, 0, "{framework:?}: the service that grades it down: {}", passed.said());

        // A copy that somebody changed is refused, whatever it says.
        let copies = a.path().join(".git/whimbrel/packs");
        let copy = fs::read_dir(&copies).unwrap().next().unwrap().unwrap().path().join("rules/money.rules");
        let honest = fs::read_to_string(&copy).unwrap();
        fs::write(&copy, honest.replace("severity error", "severity off")).unwrap();
        let refused = a.commit("Add bills");
        assert_eq!(refused.status, 1, "{framework:?}: {}", refused.said());
        let words = refused.said().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("is not the one that is locked"), "{framework:?}: {words}");
        fs::write(&copy, honest).unwrap();

        // A release of the pack: taken by one service, on purpose, and not by the other.
        fs::rename(&gone, &pack.path).unwrap();
        pack.write("pack.toml", &manifest("1.1.0", ""));
        pack.write("rules/money.rules", &FLOAT.replace("SEVERITY", "info"));
        pack.write("rules/text.rules", TEXT);
        pack.commit(None);
        pack.git(&["tag", "--force", "v1"]);
        let still = a.commit("Add bills");
        assert_eq!(still.status, 1, "{framework:?}: what is locked counts: {}", still.said());
        let diff = folder.run_in(a.path(), &["packs", "diff"]);
        assert_eq!(diff.status, 1, "{}{}", diff.out, diff.err);
        assert!(diff.out.contains("~ rule acme/money-is-decimal: error → info"), "{}", diff.out);
        assert!(diff.out.contains("+ rule acme/text-is-limited (error)"), "{}", diff.out);
        let updated = folder.run_in(a.path(), &["packs", "update"]);
        assert!(updated.out.contains("→ 1.1.0"), "{}{}", updated.out, updated.err);
        fs::rename(&pack.path, &gone).unwrap();
        a.git(&["add", "whimbrel.lock"]);
        let passed = a.commit("Update the pack, and add bills");
        assert_eq!(passed.status, 0, "{framework:?}: {}", passed.said());
        let text = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
                    dependencies = [('shop', '0002_bill')]\n    operations = [\n        \
                    migrations.AddField('bill', 'note', models.TextField(null=True)),\n    ]\n";
        for (service, status) in [(&a, 1), (&b, 0)] {
            service.stage("shop/migrations/0003_note.py", text);
            let run = service.commit("Add a note");
            assert_eq!(run.status, status, "{framework:?}: {}", run.said());
            assert_eq!(run.said().contains("acme/text-is-limited"), status == 1, "{framework:?}: {}", run.said());
        }
    }
    // Where the network can't be taken away, `a_hook_never_fetches` shows as much with a git that refuses.
    println!("without a network: {}", hook::repository::can_go_offline());
}

#[test]
fn a_network_that_is_taken_away_is_missed() {
    if !hook::repository::can_go_offline() {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connects = |prefix: &[&str]| {
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}");
        let words = [prefix, &["bash", "-c", &script]].concat();
        Command::new(words[0]).args(&words[1..]).output().unwrap().status.success()
    };
    assert!(connects(&[]));
    assert!(!connects(&hook::repository::WITHOUT_NETWORK));
}

#[test]
fn a_pack_may_be_a_folder_at_a_branch_or_a_short_commit() {
    let folder = Folder::with(&[]);
    let rules = Repository::new(&folder, "rules");
    rules.write("packs/acme/pack.toml", &manifest("1.0", ""));
    rules.write("packs/acme/a.rules", TEXT);
    rules.write("other.rules", "this is no rule file of the pack");
    rules.commit(None);
    let commit = rules.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let a = service(&folder, "a", "");
    for rev in ["main", &commit[..9], &commit] {
        a.write(
            "whimbrel.toml",
            &format!("[packs]\nacme = {{ git = \"../rules\", rev = \"{rev}\", folder = \"packs/acme\" }}\n"),
        );
        a.done(&["packs", "lock"]);
        assert!(folder.read("a/whimbrel.lock").contains(&format!("commit = \"{commit}\"")));
        assert!(a.done(&["rules"]).contains("acme/text-is-limited"));
    }
    let whole = "[packs]\nacme = { git = \"../rules\", rev = \"main\" }\n";
    a.write("whimbrel.toml", whole);
    let run = a.run(&["packs", "lock"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("has no `pack.toml`") && run.err.contains("`folder = \"…\"`"), "{}", run.err);
    a.write("whimbrel.toml", &whole.replace("main", "v9"));
    let run = a.run(&["packs", "lock"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("has no revision `v9`"), "{}", run.err);
    let json = a.run(&["packs", "list", "--format", "json"]).out;
    assert!(json.contains("\"state\": \"not-locked\""), "{json}");
}

#[test]
fn packs_that_build_on_each_other_are_refused() {
    let manifest = |name: &str, on: &str| {
        format!("name = \"{name}\"\nversion = \"1\"\n[packs]\n{on} = {{ path = \"../{on}\" }}\n")
    };
    let folder = Folder::with(&[
        ("whimbrel.toml", "[packs]\none = { path = \"one\" }\n"),
        ("one/pack.toml", &manifest("one", "two")),
        ("one/a.rules", "edition 1\n"),
        ("two/pack.toml", &manifest("two", "three")),
        ("two/b.rules", "edition 1\n"),
        ("three/pack.toml", &manifest("three", "one")),
        ("three/c.rules", "edition 1\n"),
    ]);
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("the packs `three` and `one` build on each other"), "{}", run.err);
    assert!(run.err.contains("three/pack.toml:4:1"), "{}", run.err);
    assert_eq!(run.err.matches("pack::cycle").count(), 1, "{}", run.err);
    folder.write("three/pack.toml", &manifest("three", "three"));
    assert!(folder.run(&["rules"]).err.contains("the pack `three` builds on itself"));
    folder.write("three/pack.toml", "name = \"three\"\nversion = \"1\"\n");
    assert_eq!(folder.run(&["rules"]).status, 0);
}

#[test]
fn a_pack_that_is_not_there_says_where_it_was_asked_for() {
    let folder = Folder::with(&[]);
    let _pack = pack(&folder);
    let a = service(&folder, "a", "");
    a.write("whimbrel.toml", "[packs]\nacme = { git = \"../elsewhere\", rev = \"v1\" }\n");
    let run = a.run(&["packs", "lock"]);
    assert_eq!(run.status, 2);
    let words = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the pack `acme` can't be fetched"), "{}", run.err);
    assert!(run.err.contains("whimbrel.toml:2:1"), "{}", run.err);
    a.write("whimbrel.toml", "[packs]\nacme = { path = \"../elsewhere\" }\n");
    let run = a.run(&["rules"]);
    assert!(run.err.contains("it is looked for beside `whimbrel.toml`"), "{}", run.err);
    a.write("whimbrel.toml", "[packs]\nacme = { path = \".\" }\n");
    let run = a.run(&["rules"]);
    let words = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("or write one: `whimbrel new pack NAME` shows what it holds"), "{}", run.err);
}

#[test]
fn a_setting_without_its_pack_is_the_one_that_the_project_declares() {
    // The built-in pack `policy` has a setting of that name, too.
    let folder = Folder::with(&[
        ("whimbrel.toml", "rules = [\"team.rules\"]\n[settings]\nhot_tables = [\"shop_order\"]\n"),
        (
            "team.rules",
            "setting hot_tables: list[str] = []\nrule x { forbid AddField when table in hot_tables message \"m\" }\n",
        ),
    ]);
    let page = folder.run(&["explain", "team/x"]);
    assert!(page.out.contains("[\"shop_order\"] (in whimbrel.toml:3)"), "{}{}", page.out, page.err);
    folder.write("whimbrel.toml", "rules = [\"team.rules\"]\n[settings]\nhot_tables = \"shop_order\"\n");
    let run = folder.run(&["rules"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`team/hot_tables` is of the type list[str]"), "{}", run.err);
    assert!(run.err.contains("write a list: `hot_tables = [\"…\"]`"), "{}", run.err);
}

#[test]
fn whatever_changes_a_rule_gives_a_reason() {
    let folder = Folder::with(&[("whimbrel.toml", "rules = [\"team.rules\"]\n")]);
    for (text, words) in [
        ("disable compat/column-renamed\n", "is disabled without a reason"),
        ("disable compat/column-renamed because \" \"\n", "is disabled without a reason"),
        ("extend compat/column-renamed { unless app == \"x\" }\n", "is narrowed without a reason"),
        ("extend nopack/x { severity info }\n", "no rules of a pack `nopack` are loaded"),
    ] {
        folder.write("team.rules", text);
        let run = folder.run(&["rules"]);
        assert_eq!(run.status, 2, "{text}");
        assert!(run.err.contains(words) && run.err.contains("team.rules:1"), "{text}: {}", run.err);
    }
}
