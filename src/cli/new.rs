//! `whimbrel new`: starts a rule out of a migration, or a pack.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::Verdict;
use crate::cli::arguments::{ConfigurationArguments, NewCommand, NewPackArguments, NewRuleArguments};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::selection::label_of;
use crate::language;
use crate::migration::{Migration, Operation, read_migration};
use crate::python;
use crate::rules::packs::MANIFEST;
use crate::rules::propose;
use crate::source::SourceFile;

pub(super) fn run(command: &NewCommand) -> Result<Verdict, Failure> {
    match command {
        NewCommand::Rule(arguments) => rule(arguments),
        NewCommand::Pack(arguments) => pack(arguments),
    }
}

fn rule(arguments: &NewRuleArguments) -> Result<Verdict, Failure> {
    if let Some(id) = arguments.id.as_deref().filter(|id| !crate::config::is_pack_name(id)) {
        return Err(Failure::Usage {
            message: format!("`{id}` is no id of a rule"),
            help: "use lower case, digits and hyphens, as in `no-raw-sql`; the file's name is its pack".to_owned(),
        });
    }
    let (path, line) = place(&arguments.from)?;
    let migration = migration(&path)?;
    let Some(operation) = operation_at(&migration, line) else {
        let places: Vec<String> = all_operations(&migration.operations)
            .iter()
            .filter_map(|operation| Some(format!("{} at {}", operation.kind_name()?, lines(&migration, operation).0)))
            .collect();
        return Err(Failure::Usage {
            message: format!("there is no operation at line {line} of `{}`", path.display()),
            help: if places.is_empty() {
                "it has no operations that can be read".to_owned()
            } else {
                format!("its operations: {}", places.join(", "))
            },
        });
    };
    let Some(text) = propose(&migration, operation, arguments.id.as_deref()) else {
        return Err(Failure::Usage {
            message: format!("the operation at line {line} can't be read"),
            help: "name the line of a call such as `migrations.AddField(…)`".to_owned(),
        });
    };
    // The texts that it quotes from the migration may be anything: what can't be formatted is printed as it is.
    let formatted = language::format(&SourceFile::new("proposal", text.as_str())).unwrap_or(text);
    Output::print(&formatted)?;
    Ok(Verdict::Passed)
}

/// `app/migrations/0007_x.py:12`
fn place(written: &str) -> Result<(PathBuf, usize), Failure> {
    let parts = written.rsplit_once(':').and_then(|(path, line)| Some((PathBuf::from(path), line.parse().ok()?)));
    parts.filter(|(path, line)| !path.as_os_str().is_empty() && *line > 0).ok_or_else(|| Failure::Usage {
        message: format!("`{written}` is no place"),
        help: "write a migration and a line of it, such as `shop/migrations/0007_status.py:12`".to_owned(),
    })
}

fn migration(path: &Path) -> Result<Migration, Failure> {
    let shown = path.display().to_string();
    let failed = |source| Failure::File { path: shown.clone(), action: "read", source };
    let bytes = fs::read(path).map_err(failed)?;
    let text = python::decode(&bytes).map_err(|error| failed(std::io::Error::other(error.to_string())))?.into_owned();
    let name = path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // A configuration that is broken says nothing of labels, and is nothing to complain of here.
    let project = Project::discover(&ConfigurationArguments { config: None, isolated: false }).ok();
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let app = project.map_or_else(String::new, |project| label_of(&project, &absolute));
    let app = if app.is_empty() { "app".to_owned() } else { app };
    let source: Arc<SourceFile> = SourceFile::new(shown.as_str(), text);
    match read_migration(&source, &app, &name) {
        Ok(Some(migration)) => Ok(migration),
        Ok(None) => Err(Failure::Usage {
            message: format!("`{shown}` is no migration"),
            help: "name a file with a `class Migration`".to_owned(),
        }),
        Err(error) => Err(Failure::Usage {
            message: format!("`{shown}` can't be read: {error}"),
            help: "it must be valid Python".to_owned(),
        }),
    }
}

fn all_operations(operations: &[Operation]) -> Vec<&Operation> {
    operations
        .iter()
        .flat_map(
            |operation| {
                if operation.children.is_empty() { vec![operation] } else { all_operations(&operation.children) }
            },
        )
        .collect()
}

fn lines(migration: &Migration, operation: &Operation) -> (usize, usize) {
    let line = |offset: usize| migration.source.position(offset).line;
    (line(operation.span.start), line(operation.span.end.saturating_sub(1)))
}

/// The innermost operation whose lines hold this one; of a SeparateDatabaseAndState, what it does is meant.
fn operation_at(migration: &Migration, line: usize) -> Option<&Operation> {
    let holds = |operation: &&Operation| {
        let (first, last) = lines(migration, operation);
        (first..=last).contains(&line)
    };
    let inner = all_operations(&migration.operations).into_iter().find(holds);
    inner.or_else(|| all_operations(std::slice::from_ref(migration.operations.iter().find(holds)?)).into_iter().next())
}

fn pack(arguments: &NewPackArguments) -> Result<Verdict, Failure> {
    let name = &arguments.name;
    if !crate::config::is_pack_name(name) {
        return Err(Failure::Usage {
            message: format!("`{name}` is no name of a pack"),
            help: "use lower case, digits and hyphens, as in `acme-money`: it starts the ids of the pack's rules"
                .to_owned(),
        });
    }
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from(name));
    let files = [
        (MANIFEST.to_owned(), pack_manifest(name)),
        (format!("rules/{name}.rules"), FIRST_RULE.to_owned()),
        ("README.md".to_owned(), pack_readme(name)),
    ];
    for (path, _) in &files {
        let path = folder.join(path);
        if path.exists() {
            return Err(Failure::Usage {
                message: format!("`{}` is there already", path.display()),
                help: "name another folder with `--folder`, or remove it; nothing was written".to_owned(),
            });
        }
    }
    let mut told = String::new();
    for (path, text) in &files {
        let path = folder.join(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|source| Failure::File { path: path.display().to_string(), action: "written", source })?;
        told.push_str("written: ");
        told.push_str(&path.display().to_string());
        told.push('\n');
    }
    told.push_str("next: `whimbrel test ");
    told.push_str(&folder.display().to_string());
    told.push_str("`\n");
    Output::print(&told)?;
    Ok(Verdict::Passed)
}

fn pack_manifest(name: &str) -> String {
    format!(
        "name = \"{name}\"\nversion = \"0.1.0\"\nedition = 1\nwhimbrel = \">={}\"\nlicense = \"MIT\"\n\
         description = \"Rules for migrations\"\nrules = [\"rules/*.rules\"]\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn pack_readme(name: &str) -> String {
    format!(
        "# {name}\n\nRules for Django migrations, for [whimbrel](https://pypi.org/project/whimbrel/).\n\n\
         Use it: add this to `whimbrel.toml`, run `whimbrel packs lock`, and commit `whimbrel.lock`.\n\n\
         ```toml\n[packs]\n{name} = {{ git = \"https://…\", rev = \"v0.1.0\" }}\n```\n\n\
         Work on it: `whimbrel test rules --strict` runs the examples in the rules, `whimbrel fmt rules` formats them.\n"
    )
}

const FIRST_RULE: &str = r#"# The rules of this pack. `whimbrel explain --names AddField` lists what a rule may say about AddField.

edition 1

setting money_names: list[str] = ["amount", "price", "total"] "Names of fields that hold money."

rule money-is-decimal "money in a binary float" {
  forbid AddField, CreateModel.fields
  when   field is FloatField and field.name in money_names

  severity error
  hazard   policy
  message  "`{field.name}` loses cents: a float can't hold most decimal fractions"
  label    field "use a DecimalField"

  why ```
  A float is a binary fraction, and most amounts of money are none: sums drift by cents.
  ```
  fix "use `models.DecimalField(max_digits=12, decimal_places=2)`"

  bad ```
  migrations.AddField("order", "total", models.FloatField(default=0))
  ```
  bad "in a new table" ```
  migrations.CreateModel("Bill", fields=[("price", models.FloatField())])
  ```
  good "a decimal" ```
  migrations.AddField("order", "total", models.DecimalField(max_digits=12, decimal_places=2, default=0))
  ```
  good "no money" ```
  migrations.AddField("order", "weight", models.FloatField(default=0))
  ```
}
"#;
