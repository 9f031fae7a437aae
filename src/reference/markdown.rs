//! The rules as a page of Markdown, for a site or a repository.

use std::fmt::Write as _;

use crate::language::{Example, Fix, FixBody, Rule};
use crate::reference::rule::{conditions, edit, example_facts, facts, fix_title, template};

/// The rules, which are sorted by id: pack by pack, each with all that it says of itself.
#[must_use]
pub fn rules_markdown(rules: &[Rule]) -> String {
    let mut page = String::new();
    for pack in rules.chunk_by(|left, right| left.pack == right.pack) {
        if !page.is_empty() {
            page.push('\n');
        }
        let _ = writeln!(page, "# {}\n", pack.first().map_or("", |rule| &rule.pack));
        page.push_str("| rule | severity | |\n| --- | --- | --- |\n");
        for rule in pack {
            let (name, severity) = (name(rule), severity(rule));
            let _ = writeln!(
                page,
                "| [`{name}`](#{name}) | {severity} | {} |",
                inline(rule.title.as_deref().unwrap_or(""))
            );
        }
        for rule in pack {
            let _ = writeln!(page, "\n## {}\n", name(rule));
            body(&mut page, rule, "###");
        }
    }
    page
}

/// A rule as a page of its own.
#[must_use]
pub fn rule_markdown(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n", rule.id);
    body(&mut page, rule, "##");
    page
}

/// The id without its pack. It is the heading, so that a link to it can be guessed.
fn name(rule: &Rule) -> &str {
    rule.id.rsplit('/').next().unwrap_or(&rule.id)
}

fn severity(rule: &Rule) -> &'static str {
    if rule.disabled.is_some() { "off" } else { rule.severity.word() }
}

/// All that a rule says of itself; `heading` starts the line of a heading below its own.
fn body(page: &mut String, rule: &Rule, heading: &str) {
    if let Some(title) = &rule.title {
        let _ = writeln!(page, "**{}**\n", inline(title));
    }
    // Without lines: the page should change when the rule does, not when it moves.
    let unplaced = |text: String| {
        rule.disabled.iter().chain(&rule.overrides).fold(text, |text, change| {
            text.replace(&change.place, change.place.rsplit_once(':').map_or("", |(path, _)| path))
        })
    };
    for (name, text) in facts(rule) {
        let _ = writeln!(page, "- {name}: {}", inline(&unplaced(text)));
    }
    let _ = writeln!(page, "- defined: `{}`", rule.source.path());
    page.push('\n');
    let rows = conditions(rule);
    let width = rows.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    let text: Vec<String> = rows.iter().map(|(word, text)| format!("{word:width$} {text}")).collect();
    fence(page, "", &text.join("\n"));
    let _ = writeln!(page, "\n> {}", inline(&template(rule, &rule.message)));
    if let Some(why) = &rule.why {
        let _ = writeln!(page, "\n{}", why.trim_end());
    }
    if !rule.fixes.is_empty() {
        let _ = writeln!(page, "\n{heading} Instead");
        for fix in &rule.fixes {
            self::fix(page, rule, fix);
        }
    }
    for (word, examples) in [("Reported", &rule.bad), ("Not reported", &rule.good)] {
        for example in examples {
            self::example(page, word, example);
        }
    }
    if !rule.see.is_empty() {
        page.push_str("\nSee also:\n\n");
        for url in &rule.see {
            let _ = writeln!(page, "- <{url}>");
        }
    }
}

fn fix(page: &mut String, rule: &Rule, fix: &Fix) {
    let title = inline(&fix_title(rule, fix));
    let text = match &fix.body {
        FixBody::None => None,
        FixBody::Steps(steps) => Some(template(rule, steps)),
        FixBody::Edits(edits) => Some(edits.iter().map(|edit| self::edit(rule, edit)).collect::<Vec<_>>().join("\n")),
    };
    let _ = writeln!(page, "\n{title}{}", if text.is_some() { ":\n" } else { "." });
    if let Some(text) = text {
        fence(page, "", &text);
    }
}

fn example(page: &mut String, word: &str, example: &Example) {
    let facts = example_facts(example);
    let facts = if facts.is_empty() { String::new() } else { format!(" ({facts})") };
    let title = example.title.as_ref().map_or_else(String::new, |title| format!(", {}", inline(title)));
    let _ = writeln!(page, "\n{word}{title}{facts}:\n");
    fence(page, "python", &example.code.value);
}

/// Code between fences that are longer than any in it.
fn fence(page: &mut String, language: &str, code: &str) {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(page, "{fence}{language}\n{}\n{fence}", code.trim_end());
}

/// Text as Markdown reads it: nothing outside of code spans is markup, nothing ends a cell of a table.
fn inline(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        in_code ^= c == '`';
        match c {
            '|' => result.push_str("\\|"),
            '<' | '>' | '*' | '_' | '[' | ']' | '\\' if !in_code => {
                result.push('\\');
                result.push(c);
            }
            c => result.push(c),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        assert_eq!(inline("a_b  < `c_d | e`\n*f*"), r"a\_b \< `c_d \| e` \*f\*");
    }

    #[test]
    fn a_fence_is_longer_than_those_in_the_code() {
        let mut page = String::new();
        fence(&mut page, "python", "````\n``\n");
        assert_eq!(page, "`````python\n````\n``\n`````\n");
    }
}
