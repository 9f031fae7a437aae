//! The measured states under `tests/truth/state`, and the packages that they were measured on.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::GzDecoder;
use serde_json::Value as Json;
use whimbrel::history::Settings;
use whimbrel::migration::{Migration, read_migration};
use whimbrel::python;
use whimbrel::source::SourceFile;

/// What Django made of a project.
pub(crate) struct Truth {
    pub(crate) name: String,
    pub(crate) settings: Settings,
    /// `AUTH_USER_MODEL` in lower case.
    pub(super) user_model: String,
    /// Model states by hash.
    pub(super) models: HashMap<String, Json>,
    pub(super) nodes: Vec<Node>,
}

/// A migration and the models before and after it, by `app.model`, as hashes.
pub(crate) struct Node {
    pub(super) app: String,
    pub(crate) name: String,
    pub(super) file: String,
    /// All that was measured.
    pub(super) line: Json,
    /// Models of all apps in Django's order of migrations; of the own app only for a replaced one.
    pub(super) before: HashMap<String, String>,
    pub(super) after: HashMap<String, String>,
    pub(super) replaced: bool,
    /// Whether the models of the app are the same when only ancestors count.
    pub(super) same_from_ancestors: bool,
}

/// The repository.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of all projects.
pub(crate) fn projects() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("tests/truth/state")).unwrap();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".jsonl.gz").map(str::to_owned))
        .collect();
    names.sort();
    names
}

fn map(value: &Json) -> Option<HashMap<String, String>> {
    let entries = value.as_object()?.iter();
    Some(entries.map(|(model, hash)| (model.clone(), hash.as_str().unwrap().to_owned())).collect())
}

impl Truth {
    pub(crate) fn read(name: &str) -> Truth {
        let path = root().join(format!("tests/truth/state/{name}.jsonl.gz"));
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        let mut truth = Truth {
            name: name.to_owned(),
            settings: Settings::default(),
            user_model: String::new(),
            models: HashMap::new(),
            nodes: Vec::new(),
        };
        for line in text.lines() {
            let line: Json = serde_json::from_str(line).unwrap();
            match line["t"].as_str().unwrap() {
                "meta" => {
                    let user = line["AUTH_USER_MODEL"].as_str().unwrap();
                    truth.settings = Settings::default().with_model("AUTH_USER_MODEL", user);
                    truth.user_model = user.to_lowercase();
                }
                "obj" => {
                    truth.models.insert(line["h"].as_str().unwrap().to_owned(), line["model"].clone());
                }
                "node" => {
                    let node = Node::read(&line, truth.nodes.last());
                    truth.nodes.push(node);
                }
                _ => {}
            }
        }
        truth
    }

    /// The project's migrations, from the packages that `.ci/truth-packages` has fetched.
    pub(crate) fn migrations(&self) -> Vec<Arc<Migration>> {
        self.migrations_of_nodes().into_iter().filter_map(|(_, migration)| migration).collect()
    }

    /// Every node with its migration, as far as that can be read.
    pub(super) fn migrations_of_nodes(&self) -> Vec<(&Node, Option<Arc<Migration>>)> {
        let requirements =
            std::fs::read_to_string(root().join(format!("tests/truth/state/{}.requirements.txt", self.name))).unwrap();
        let packages: Vec<PathBuf> =
            requirements.lines().map(|line| root().join("target/truth-packages").join(line)).collect();
        for package in &packages {
            assert!(package.is_dir(), "{} is missing: run `.ci/truth-packages`", package.display());
        }
        let read = |node: &Node| {
            let path = packages.iter().map(|package| package.join(&node.file)).find(|path| path.is_file());
            let path = path.unwrap_or_else(|| panic!("{} is in none of the packages", node.file));
            let bytes = std::fs::read(path).unwrap();
            let source = SourceFile::new(node.file.clone(), python::decode(&bytes).unwrap());
            read_migration(&source, &node.app, &node.name).ok().flatten().map(Arc::new)
        };
        self.nodes.iter().map(|node| (node, read(node))).collect()
    }
}

impl Node {
    fn read(line: &Json, previous: Option<&Node>) -> Node {
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let before =
            map(&line["before"]).or_else(|| previous.map(|previous| previous.after.clone())).unwrap_or_default();
        let mut after = before.clone();
        for model in line["after"]["del"].as_array().into_iter().flatten() {
            after.remove(model.as_str().unwrap());
        }
        after.extend(map(&line["after"]["set"]).unwrap_or_default());
        Node {
            app: text(&line["key"][0]),
            name: text(&line["key"][1]),
            file: text(&line["file"]),
            line: line.clone(),
            before,
            after,
            replaced: line["mode"].as_str() == Some("replaced"),
            same_from_ancestors: line["anc_equal"].as_bool().unwrap_or(true),
        }
    }
}
