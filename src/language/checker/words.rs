//! Words of closed sets, databases and versions.

use crate::diagnostic::Severity;
use crate::language::checker::Checker;
use crate::language::did_you_mean;
use crate::language::rule::{DatabaseScope, Rule, UnknownPolicy, VersionRange};
use crate::language::syntax::{Requirement, Target};
use crate::language::vocabulary::SEVERITIES;
use crate::source::Spanned;
use crate::target::Version;

impl Checker<'_> {
    /// A word out of a closed set.
    pub(super) fn word(
        &mut self,
        word: &Spanned<String>,
        words: &'static [&'static str],
        what: &str,
    ) -> Option<&'static str> {
        if let Some(known) = words.iter().find(|known| **known == word.value) {
            return Some(known);
        }
        let near = did_you_mean(&word.value, words.iter().copied());
        let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let help = near.map_or_else(|| format!("it is one of {listed}"), |near| format!("did you mean `{near}`?"));
        self.report(
            "names::unknown-word",
            format!("there is no {what} `{}`", word.value),
            word.span,
            format!("unknown {what}"),
        )
        .help(help);
        None
    }

    pub(super) fn severity(&mut self, word: &Spanned<String>) -> Option<Severity> {
        let written = word.value.as_str();
        let synonym = match written {
            "warn" => Some("warning"),
            "note" | "advice" => Some("info"),
            "critical" | "fatal" => Some("error"),
            _ => None,
        };
        if let Some(right) = synonym {
            self.report(
                "names::unknown-word",
                format!("there is no severity `{written}`"),
                word.span,
                "unknown severity",
            )
            .help(format!("did you mean `{right}`?"));
            return None;
        }
        Severity::from_word(self.word(word, SEVERITIES, "severity")?)
    }

    /// `severity off`: the rule waits until somebody gives it a severity.
    pub(super) fn off(&self, word: &Spanned<String>, checked: &mut Rule) {
        checked.severity = Severity::Warning;
        checked.on_request = true;
        let reason = "it is a matter of taste or of house rules: give it a severity to switch it on".to_owned();
        checked.disabled = Some(self.override_at(word.span, "severity off", Some(reason)));
    }

    pub(super) fn unknown_policy(&mut self, word: &Spanned<String>) -> Option<UnknownPolicy> {
        const WORDS: &[&str] = &["warn", "report", "ignore"];
        let word = self.word(word, WORDS, "policy for the unknown")?;
        UnknownPolicy::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, policy)| policy)
    }

    pub(super) fn database(&mut self, target: &Target) -> Option<DatabaseScope> {
        let name = match target.name.value.as_str() {
            "postgres" | "pg" | "psql" => {
                self.report(
                    "names::unknown-word",
                    format!("there is no database `{}`", target.name.value),
                    target.name.span,
                    "unknown database",
                )
                .help("did you mean `postgresql`?");
                return None;
            }
            _ => self.word(&target.name, self.vocabulary.databases, "database")?,
        };
        let range = match &target.requirement {
            Some(requirement) => Some(self.range(requirement)?),
            None => None,
        };
        Some(DatabaseScope { name, range })
    }

    pub(super) fn range(&mut self, requirement: &Requirement) -> Option<VersionRange> {
        let version = self.version(&requirement.version)?;
        Some(VersionRange { op: requirement.op.value, version })
    }

    pub(super) fn version(&mut self, text: &Spanned<String>) -> Option<Version> {
        let version = text.value.parse::<Version>().ok();
        if version.is_none() {
            self.report("type::version", format!("`{}` is not a version", text.value), text.span, "not a version")
                .help("write numbers with dots between them: `14`, `5.2`");
        }
        version
    }
}
