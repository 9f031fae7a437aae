//! How fast it is: `cargo bench`. Each figure is the median of several runs, the fastest in brackets.
//!
//! The project is made up: 20 apps with 50 migrations each, in the form and the proportions that `makemigrations`
//! writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench that fails may stop")]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use whimbrel::migration::read_migration;
use whimbrel::rules;
use whimbrel::source::SourceFile;

const APPS: usize = 20;
const MIGRATIONS: usize = 50;
const RUNS: usize = 15;

fn main() {
    let project = TempDir::new().unwrap();
    let files = write_project(project.path());
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    println!("{} migrations in {APPS} apps, {} kB\n", files.len(), bytes / 1000);

    let sources: Vec<_> = files.iter().map(|(path, text)| SourceFile::new(path.as_str(), text.as_str())).collect();
    let reading = figure("read all migrations, one thread", || {
        for source in &sources {
            black_box(read_migration(source, "app", "name").unwrap());
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "a figure to look at")]
    let speed = bytes as f64 / 1e6 / reading.as_secs_f64();
    println!("{:44} {speed:>8.1} MB/s", "");
    figure("load the built-in rules", || {
        black_box(rules::load(&rules::built_in()));
    });

    let whimbrel = |arguments: &[&str]| {
        let status = Command::new(env!("CARGO_BIN_EXE_whimbrel"))
            .args(arguments)
            .current_dir(project.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(matches!(status.code(), Some(0 | 1)), "{arguments:?}: {status}");
    };
    figure("whimbrel --version", || whimbrel(&["--version"]));
    figure("whimbrel rules (start, git, rules)", || whimbrel(&["rules"]));
    figure("whimbrel check . (all 1,000)", || whimbrel(&["check", ".", "--format", "concise"]));
    figure("whimbrel check --all", || whimbrel(&["check", "--all", "--format", "concise"]));
    figure("whimbrel check . --format full", || whimbrel(&["check", ".", "--format", "full"]));
    figure("whimbrel check, one file", || whimbrel(&["check", "app_00/migrations/0050_step.py"]));
    fs::write(project.path().join("app_00/migrations/0051_step.py"), migration("app_00", 51)).unwrap();
    git(project.path(), &["add", "--all"]);
    figure("whimbrel check, one file is staged", || whimbrel(&["check"]));
}

/// Runs it several times and prints how long it took.
fn figure(name: &str, mut run: impl FnMut()) -> Duration {
    run();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    let (fastest, median) = (times[0], times[RUNS / 2]);
    println!("{name:44} {:>8.1} ms  ({:.1})", median.as_secs_f64() * 1000.0, fastest.as_secs_f64() * 1000.0);
    median
}

fn write_project(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for app in 0..APPS {
        let app = format!("app_{app:02}");
        fs::create_dir_all(root.join(&app).join("migrations")).unwrap();
        for number in 1..=MIGRATIONS {
            let name = if number == 1 { "0001_initial".to_owned() } else { format!("{number:04}_step") };
            let path = format!("{app}/migrations/{name}.py");
            let text = migration(&app, number);
            fs::write(root.join(&path), &text).unwrap();
            files.push((path, text));
        }
    }
    git(root, &["init", "--quiet"]);
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--message", "Begin"]);
    files
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(arguments)
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(status.success(), "git {arguments:?}");
}

/// A migration as Django writes it: the first creates models, later ones change them.
fn migration(app: &str, number: usize) -> String {
    let mut text = "import uuid\n\nimport django.db.models.deletion\nfrom django.conf import settings\nfrom django.db import migrations, models\n\n\ndef forwards(apps, schema_editor):\n    Model = apps.get_model(\"APP\", \"Model1\")\n    for row in Model.objects.filter(field_1=None).iterator():\n        row.field_1 = str(row.pk)\n        row.save(update_fields=[\"field_1\"])\n\n\nclass Migration(migrations.Migration):\n\n"
        .replace("APP", app);
    if number == 1 {
        text.push_str("    initial = True\n\n    dependencies = [\n        migrations.swappable_dependency(settings.AUTH_USER_MODEL),\n    ]\n\n    operations = [\n");
        for model in 1..=6 {
            let _ = write!(
                text,
                "        migrations.CreateModel(\n            name=\"Model{model}\",\n            fields=[\n                (\"id\", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name=\"ID\")),\n                (\"uuid\", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),\n"
            );
            for field in 1..=8 {
                let _ = writeln!(
                    text,
                    "                (\"field_{field}\", models.CharField(blank=True, choices=[(\"a\", \"First\"), (\"b\", \"Second\")], help_text=\"What the user sees here.\", max_length=200, null=True)),"
                );
            }
            text.push_str("                (\"owner\", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name=\"+\", to=settings.AUTH_USER_MODEL)),\n            ],\n            options={\"ordering\": [\"-id\"], \"verbose_name\": \"a model\"},\n        ),\n");
        }
    } else {
        let before = if number == 2 { "0001_initial".to_owned() } else { format!("{:04}_step", number - 1) };
        let _ = write!(text, "    dependencies = [\n        (\"{app}\", \"{before}\"),\n    ]\n\n    operations = [\n");
        let model = number % 6 + 1;
        match number % 5 {
            0 => text.push_str("        migrations.RunPython(forwards, migrations.RunPython.noop),\n"),
            1 => {
                let _ = writeln!(
                    text,
                    "        migrations.AddIndex(\n            model_name=\"model{model}\",\n            index=models.Index(fields=[\"field_1\", \"field_2\"], name=\"{app}_index_{number}\"),\n        ),"
                );
            }
            2 | 3 => {
                let _ = writeln!(
                    text,
                    "        migrations.AddField(\n            model_name=\"model{model}\",\n            name=\"added_{number}\",\n            field=models.IntegerField(default=0, help_text=\"A number of things.\"),\n        ),\n        migrations.AlterField(\n            model_name=\"model{model}\",\n            name=\"field_1\",\n            field=models.CharField(blank=True, max_length={}, null=True),\n        ),",
                    200 + number
                );
            }
            _ => {
                let _ = writeln!(
                    text,
                    "        migrations.AlterModelOptions(\n            name=\"model{model}\",\n            options={{\"ordering\": [\"id\"]}},\n        ),\n        migrations.RemoveField(\n            model_name=\"model{model}\",\n            name=\"added_{}\",\n        ),",
                    number - 1
                );
            }
        }
    }
    text.push_str("    ]\n");
    text
}
