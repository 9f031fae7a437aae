//! How long the replay takes beside the reading: `cargo bench --bench replay`, on the packages that `.ci/truth-packages`
//! has fetched. Medians of several runs, on one thread.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench that fails may stop")]

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use whimbrel::history::{History, Settings, Side};
use whimbrel::migration::{AppFiles, Dependency, Migration, app_label_of, is_migration_path, read_migration};
use whimbrel::python;
use whimbrel::source::SourceFile;

const RUNS: usize = 9;
/// So many of the largest packages are measured.
const PACKAGES: usize = 8;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/truth-packages");
    let Ok(packages) = fs::read_dir(&root) else {
        println!("{} is missing: run .ci/truth-packages", root.display());
        return;
    };
    let mut packages: Vec<(usize, PathBuf, Vec<Arc<SourceFile>>)> = packages
        .map(|entry| {
            let folder = entry.unwrap().path();
            let sources = sources(&folder);
            (sources.iter().map(|source| source.text().len()).sum(), folder, sources)
        })
        .collect();
    packages.sort_by_key(|(bytes, ..)| std::cmp::Reverse(*bytes));
    println!("| package | migrations | kB | reading | final state | state before each | of the reading |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (bytes, folder, sources) in packages.into_iter().take(PACKAGES) {
        let labels = labels(&sources);
        let migrations = read(&sources, &labels);
        let reading = median(|| {
            black_box(read(&sources, &labels));
        });
        let history = || History::new(&migrations, Settings::default());
        let last = median(|| {
            black_box(history().final_state());
        });
        let each = median(|| {
            let history = history();
            for node in history.graph().nodes().collect::<Vec<_>>() {
                black_box(history.before(node, Side::State));
            }
        });
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        println!(
            "| {} | {} | {} | {:.1} ms | {:.1} ms | {:.1} ms | {:.0} % |",
            folder.file_name().unwrap().to_string_lossy(),
            migrations.len(),
            bytes / 1000,
            ms(reading),
            ms(last),
            ms(each),
            100.0 * ms(each) / ms(reading),
        );
    }
}

/// Folder of the app and name of the migration.
fn parts(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.rsplitn(3, '/');
    let name = parts.next()?.strip_suffix(".py")?;
    parts.next()?;
    Some((parts.next()?, name))
}

fn read(sources: &[Arc<SourceFile>], labels: &HashMap<String, String>) -> Vec<Arc<Migration>> {
    let read = |source: &Arc<SourceFile>| {
        let (folder, name) = parts(source.path())?;
        let label = labels.get(folder).map_or("", String::as_str);
        read_migration(source, label, name).ok().flatten().map(Arc::new)
    };
    sources.iter().filter_map(read).collect()
}

/// The labels of the apps, by folder: what the migrations say of each other, for the packages lie there without the rest
/// of their files.
fn labels(sources: &[Arc<SourceFile>]) -> HashMap<String, String> {
    let mut names: HashMap<String, Vec<String>> = HashMap::new();
    let mut dependencies: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for migration in read(sources, &HashMap::new()) {
        let Some((folder, own)) = parts(migration.source.path()) else { continue };
        names.entry(folder.to_owned()).or_default().push(own.to_owned());
        for dependency in &migration.dependencies {
            if let Dependency::Migration { app, name } = &dependency.value
                && name != own
            {
                dependencies.entry(folder.to_owned()).or_default().push((app.clone(), name.clone()));
            }
        }
    }
    let label = |(folder, names): (&String, &Vec<String>)| {
        let pairs = dependencies.get(folder).into_iter().flatten();
        let pairs: Vec<(&str, &str)> = pairs.map(|(app, name)| (app.as_str(), name.as_str())).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let own = folder.rsplit('/').next().unwrap_or(folder);
        let files = AppFiles { folder: own, configs: &[], dependencies: &pairs, names: &names };
        (folder.clone(), app_label_of(&files))
    };
    names.iter().map(label).collect()
}

fn sources(folder: &Path) -> Vec<Arc<SourceFile>> {
    let mut open = vec![folder.to_owned()];
    let mut sources = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let shown = path.to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if is_migration_path(&shown)
                && let Ok(text) = python::decode(&fs::read(&path).unwrap())
            {
                sources.push(SourceFile::new(shown, text));
            }
        }
    }
    sources
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}
