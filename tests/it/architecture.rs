//! `ARCHITECTURE.md` is true: it names every module, and modules use only those above them in its map.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules in the order of the map.
fn map() -> Vec<String> {
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let section = text.split("\n## Map\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The module of a file below `src`.
fn module_of(file: &Path) -> String {
    let below = file.strip_prefix(repository().join("src")).unwrap();
    below.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn the_map_names_every_module() {
    let mut files = Vec::new();
    rust_files(&repository().join("src"), &mut files);
    let modules: BTreeSet<String> =
        files.iter().map(|file| module_of(file)).filter(|module| module != "lib" && module != "main").collect();
    assert_eq!(map().into_iter().collect::<BTreeSet<String>>(), modules);
}

#[test]
fn modules_use_only_those_above_them_in_the_map() {
    let map = map();
    let level = |module: &str| map.iter().position(|known| known == module);
    let mut files = Vec::new();
    rust_files(&repository().join("src"), &mut files);
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| file.file_name().is_none_or(|name| name != "tests.rs")) {
        let module = module_of(file);
        let text = fs::read_to_string(file).unwrap();
        // Tests at the end of a file may use what they like.
        let text = text.split("#[cfg(test)]").next().unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for used in code.flat_map(|line| line.split("crate::").skip(1)) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if used != module && level(&used).is_some_and(|used| Some(used) > level(&module)) {
                wrong.push(format!("{module} uses {used}: {}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
