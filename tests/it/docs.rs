//! Pages that are made from the program, and what other pages show of it.
//!
//! `INSTA_UPDATE=always cargo test --test it docs` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use whimbrel::check::{HAZARDS, vocabulary};
use whimbrel::language::vocabulary::{Head, Name};
use whimbrel::language::{Rule, RuleSet, Type};
use whimbrel::reference::rule_markdown;
use whimbrel::rules;
use whimbrel::target::Vendor;

use crate::support::Folder;

pub(crate) const NOTE: &str =
    "<!-- made by `INSTA_UPDATE=always cargo test --test it docs`; changes belong into the sources -->\n\n";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a page with what it should say, or writes it.
pub(crate) fn assert_page(path: &str, expected: &str) {
    let file = repository().join(path);
    let actual = fs::read_to_string(&file).unwrap_or_default();
    if actual == expected {
        return;
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, expected).unwrap();
        return;
    }
    let different = actual.lines().zip(expected.lines()).position(|(actual, expected)| actual != expected);
    let line = different.unwrap_or_else(|| actual.lines().count().min(expected.lines().count()));
    panic!(
        "{path}:{} is out of date: `INSTA_UPDATE=always cargo test --test it docs` writes it anew\n  it says:    {}\n  it should:  {}",
        line + 1,
        actual.lines().nth(line).unwrap_or("(nothing)"),
        expected.lines().nth(line).unwrap_or("(nothing)"),
    );
}

const RULES_INTRODUCTION: &str = "\
A page for each built-in rule: when it speaks, why, and what to do instead. `whimbrel explain RULE` prints the same. By what
they warn of: [hazards](../hazards.md). A rule that is off waits until a project gives it a severity.
";

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let (set, diagnostics) = rules::load(&rules::built_in());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let mut index = format!("{NOTE}# Rules\n\n{RULES_INTRODUCTION}");
    let mut pages: Vec<PathBuf> = vec![repository().join("docs/rules/README.md")];
    for pack in set.rules.chunk_by(|left, right| left.pack == right.pack) {
        let head = "| rule | severity | databases | Django | |\n| --- | --- | --- | --- | --- |";
        write!(index, "\n## {}\n\n{head}\n", pack[0].pack).unwrap();
        for rule in pack {
            let path = format!("docs/rules/{}.md", rule.id);
            assert_page(&path, &format!("{NOTE}{}", rule_markdown(rule)));
            pages.push(repository().join(path));
            let django: Vec<String> = rule.django.iter().map(ToString::to_string).collect();
            let django = if django.is_empty() { "all".to_owned() } else { django.join(", ") };
            let (link, name) = (format!("{}.md", rule.id), rule.id.split_once('/').unwrap().1);
            let of_rule = [severity(rule).to_owned(), databases(rule), django, title(rule)].join(" | ");
            writeln!(index, "| [`{name}`]({link}) | {of_rule} |").unwrap();
        }
    }
    index.push_str("\n## By database\n");
    for vendor in Vendor::ALL {
        write!(index, "\n### {}\n\nFor this database, beside those for all of them:\n\n", vendor.word()).unwrap();
        let own = set.rules.iter().filter(|rule| rule.databases.iter().any(|scope| scope.name == vendor.word()));
        for rule in own {
            writeln!(index, "- [`{0}`]({0}.md): {1}", rule.id, title(rule)).unwrap();
        }
    }
    assert_page("docs/rules/README.md", &index);
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![repository().join("docs/rules")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    pages.sort();
    assert_eq!(found, pages);
}

fn severity(rule: &Rule) -> &'static str {
    if rule.disabled.is_some() { "off" } else { rule.severity.word() }
}

fn databases(rule: &Rule) -> String {
    let databases: Vec<String> = rule.databases.iter().map(ToString::to_string).collect();
    if databases.is_empty() { "all".to_owned() } else { databases.join(", ") }
}

fn title(rule: &Rule) -> String {
    rule.title.as_deref().unwrap_or_default().replace('|', "\\|")
}

#[test]
fn the_names_that_rules_may_use_have_a_page() {
    let vocabulary = vocabulary();
    let mut page = format!("{NOTE}# Names in rules\n");
    page.push_str(
        "\nA type with `?` may be unset. `whimbrel explain --names HEAD` shows the names of one head alone.\n",
    );
    page.push_str("\n## In every rule\n\n");
    names(&mut page, &vocabulary.everywhere);
    let group = |head: &Head| match (head.namespace, head.part, &*head.kind) {
        (None, None, "Migration" | "DeletedMigration") => "Other heads",
        (None, None, _) => "Operations",
        (Some("schema"), ..) => "Changes of the schema",
        _ => "Other heads",
    };
    for title in ["Operations", "Changes of the schema", "Other heads"] {
        let own = |head: &&Head| !matches!(head.namespace, Some("state" | "database")) && group(head) == title;
        let heads: Vec<&Head> = vocabulary.heads.iter().filter(own).collect();
        let told = |name: &Name| (name.name.clone(), name.slot.to_string(), name.doc.clone());
        let in_all = |name: &&Name| heads.iter().all(|head| head.names.iter().any(|other| told(other) == told(name)));
        let shared: Vec<Name> = heads[0].names.iter().filter(in_all).cloned().collect();
        write!(page, "\n## {title}\n").unwrap();
        if !shared.is_empty() {
            page.push_str("\nAll of them have these names:\n\n");
            names(&mut page, &shared);
        }
        for head in heads {
            write!(page, "\n### {}\n\n{}\n", head.written(), head.doc).unwrap();
            let is_own = |name: &&Name| !shared.iter().any(|other| told(other) == told(name));
            let own: Vec<Name> = head.names.iter().filter(is_own).cloned().collect();
            if !own.is_empty() {
                page.push('\n');
                names(&mut page, &own);
            }
        }
    }
    page.push_str("\n## By type\n");
    for entity in &vocabulary.entities {
        write!(page, "\n### {}\n\n{}\n\n", entity.name, entity.doc).unwrap();
        names(&mut page, &entity.attributes);
        if !entity.kinds.is_empty() {
            let kinds: Vec<String> = entity.kinds.iter().map(|kind| format!("`{}`", kind.name)).collect();
            write!(page, "\n`is` may ask for: {}.\n", kinds.join(", ")).unwrap();
        }
        if !entity.contains.is_empty() {
            write!(page, "\n`in` may ask for: a {}.\n", entity.contains.join(", a ")).unwrap();
        }
    }
    assert_page("docs/names.md", &page);
}

/// The ids of built-in rules that a page names between backticks.
fn ids_on(page: &str, set: &RuleSet) -> Vec<String> {
    let packs: Vec<&str> = set.rules.iter().map(|rule| rule.pack.as_str()).collect();
    let text = fs::read_to_string(repository().join(page)).unwrap();
    // Every other piece between backticks is code.
    let code = text.split('`').skip(1).step_by(2);
    let is_id = |code: &&str| {
        code.split_once('/').is_some_and(|(pack, name)| packs.contains(&pack) && !name.contains(['*', '.']))
    };
    code.filter(is_id).map(str::to_owned).collect()
}

#[test]
fn pages_name_rules_that_exist() {
    let (set, _) = rules::load(&rules::built_in());
    for page in ["docs/coming-from.md", "docs/hazard-catalogue.md", "docs/precision.md"] {
        let ids = ids_on(page, &set);
        for id in &ids {
            assert!(set.rules.iter().any(|rule| rule.id == *id), "{page} names `{id}`, which is no rule");
        }
        assert!(ids.len() > 30, "{page}: {}", ids.len());
    }
}

#[test]
fn the_catalogue_names_every_rule() {
    let (set, _) = rules::load(&rules::built_in());
    let ids = ids_on("docs/hazard-catalogue.md", &set);
    // Those of the graph have a page that is made.
    for rule in set.rules.iter().filter(|rule| rule.pack != "graph") {
        assert!(ids.contains(&rule.id), "docs/hazard-catalogue.md does not name `{}`", rule.id);
    }
}

const HAZARDS_INTRODUCTION: &str = "\
What a migration can do to a system that stays up, and the built-in rules that look for it. Each rule's page says why, and
what to do instead.

The severity follows what happens, not how a change looks:

- **error**: running code certainly fails, the migration certainly fails, or requests certainly wait for work that grows
  with the table.
- **warning**: the same, but only for some values or some sizes; or there is no way back.
- **info**: advice.
- **off**: a matter of taste or of house rules, or true and seldom worth a reviewer's time. A project gives such a rule a
  severity to switch it on.

A rule stays silent about tables and columns that no running code uses. [The catalogue](hazard-catalogue.md) goes through
every hazard with the rule that speaks of it, or why none does; [precision](precision.md) tells how often the rules are
right on real projects.

## Which rule speaks

Two rules never report one cause on one operation:

- What code can't do any more has one cause each (`cause` of a [failure](names.md#failure)), and each cause belongs to one
  rule of the pack `compat`: a column that is renamed is not also one that is missing.
- Of what a statement does to a table, the graver speaks: writing all rows anew before reading them or building an index,
  work under a lock before the lock itself, and a lock that readers wait for before one that only writers wait for.
- What several operations do together is said once, at the migration.
- Where something else makes an operation fail anyway, what follows from that is not listed as well.

One operation may still have several findings, for the running code and for the locks, or for two statements that each
need a remedy of their own. A test goes through all measured cases and holds a list of such pairs, with the reason for
each.
";

#[test]
fn every_hazard_has_its_rules_on_a_page() {
    let (set, _) = rules::load(&rules::built_in());
    let mut page = format!("{NOTE}# Hazards\n\n{HAZARDS_INTRODUCTION}");
    for (hazard, sentence) in HAZARDS {
        let rules: Vec<_> = set.rules.iter().filter(|rule| rule.hazards.contains(&hazard)).collect();
        write!(page, "\n## {hazard}\n\n{sentence}.\n\n| rule | severity | databases | |\n| --- | --- | --- | --- |\n")
            .unwrap();
        for rule in rules {
            let of_rule = [severity(rule).to_owned(), databases(rule), title(rule)].join(" | ");
            writeln!(page, "| [`{0}`](rules/{0}.md) | {of_rule} |", rule.id).unwrap();
        }
    }
    for rule in &set.rules {
        assert!(!rule.hazards.is_empty(), "{} says nothing of what it warns of", rule.id);
    }
    assert_page("docs/hazards.md", &page);
}

fn names(page: &mut String, names: &[Name]) {
    if names.is_empty() {
        page.push_str("Only the names of every rule.\n");
        return;
    }
    page.push_str("| name | type | |\n| --- | --- | --- |\n");
    for name in names {
        let ty = match &name.slot.ty {
            // So many words are better read in the sentence beside them.
            Type::Word(words) if words.len() > 4 => "word".to_owned(),
            _ => name.slot.to_string().replace('|', "\\|"),
        };
        writeln!(page, "| `{}` | {ty} | {} |", name.name, name.doc.replace('|', "\\|")).unwrap();
    }
}

#[test]
fn the_help_of_every_command_has_a_page() {
    let folder = Folder::with(&[]);
    let help = |arguments: &[&str]| {
        let run = folder.run(&[arguments, &["--help"]].concat());
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        run.out
    };
    let commands_in = |text: &str| -> Vec<String> {
        let lines = text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
    };
    let main = help(&[]);
    let mut page = format!("{NOTE}# The command line\n\n```text\n{main}```\n");
    for command in commands_in(&main) {
        let text = help(&[&command]);
        write!(page, "\n## whimbrel {command}\n\n```text\n{text}```\n").unwrap();
        for below in commands_in(&text) {
            let text = help(&[&command, &below]);
            write!(page, "\n### whimbrel {command} {below}\n\n```text\n{text}```\n").unwrap();
        }
    }
    assert_page("docs/cli.md", &page);
}

/// Blocks like this one are what the program says:
///
/// ~~~markdown
/// <!-- in examples/shop: whimbrel check . -->
///
/// ```text
/// …
/// ```
/// ~~~
#[test]
fn pages_show_what_the_program_says() {
    let mut shown = 0;
    for path in [
        "README.md",
        "docs/rule-language.md",
        "docs/configuration.md",
        "docs/ci.md",
        "docs/suppression.md",
        "examples/README.md",
    ] {
        let Ok(text) = fs::read_to_string(repository().join(path)) else { panic!("{path} is missing") };
        let mut page = String::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find("<!-- in ") {
            let (before, marked) = rest.split_at(start);
            let (place, after) = marked.split_once(" -->\n\n```text\n").expect("a block of text follows the marker");
            let (_, after) = after.split_once("\n```\n").expect("the block ends");
            let (folder, command) = place["<!-- in ".len()..].split_once(": whimbrel ").expect("folder and command");
            write!(page, "{before}{place} -->\n\n```text\n{}\n```\n", said(folder, command)).unwrap();
            rest = after;
            shown += 1;
        }
        page.push_str(rest);
        assert_page(path, &page);
    }
    assert!(shown > 0);
}

/// The blocks of a page between `~~~language` and `~~~`.
fn blocks(path: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(path)).unwrap();
    let opening = format!("~~~{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split_once("~~~").unwrap().0.to_owned()).collect()
}

#[test]
fn rules_on_pages_load_and_pass_their_examples() {
    let pages = ["README.md", "docs/rule-language.md"];
    let blocks: Vec<String> = pages.iter().flat_map(|page| blocks(page, "rules")).collect();
    assert!(blocks.len() > pages.len());
    for block in blocks {
        let run = Folder::with(&[("team.rules", &block)]).run(&["test", "team.rules"]);
        assert_eq!(run.status, 0, "{}{}", run.err, run.out);
    }
}

#[test]
fn configurations_on_pages_are_accepted() {
    let blocks = blocks("docs/configuration.md", "toml");
    assert!(blocks.len() > 1);
    for block in blocks {
        let name = if block.contains("[tool.whimbrel]") { "pyproject.toml" } else { "whimbrel.toml" };
        let rules = "setting big_tables: list[str] = [] \"Large ones.\"\n";
        let folder = Folder::with(&[(name, &block), ("ci/rules/team.rules", rules), ("backend/shop_core/x.py", "")]);
        let run = folder.run(&["rules"]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{block}");
    }
}

/// Standard output and standard error of a command in a copy of a folder of the repository, outside of git.
fn said(folder: &str, command: &str) -> String {
    let root = repository().join(folder);
    let mut files: Vec<(String, String)> = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.push((path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), text));
            }
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let run = Folder::with(&files).run(&command.split_whitespace().collect::<Vec<_>>());
    format!("{}{}", run.err, run.out).trim_end().to_owned()
}
