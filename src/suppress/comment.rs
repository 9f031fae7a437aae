//! Comments that are addressed to the tool: their words, not yet their meaning.
//!
//! ~~~python
//! # whimbrel: ignore[compat/column-removed, table-locked] nothing reads it, until=2027-03-01
//! # whimbrel: ignore-file[data/*] written before we had rules
//! # whimbrel: assume field.null = False because the setting is False everywhere
//! ~~~

use crate::source::{SourceFile, Span, Spanned};
use crate::suppress::date::Date;

/// A comment to the tool.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    /// From the word `whimbrel` to the end.
    pub(super) span: Span,
    /// What it says.
    pub(super) said: Said,
}

/// What a comment says.
#[derive(Clone, Debug)]
pub(super) enum Said {
    /// `ignore[…]` or `ignore-file[…]`.
    Ignore(Ignore),
    /// `assume … because …`.
    Assume(Assume),
    /// Something that is not understood.
    Mistake(Mistake),
}

/// `ignore[rules] reason until=date`
#[derive(Clone, Debug)]
pub(super) struct Ignore {
    /// Whether the whole file is meant.
    pub(super) file: bool,
    /// Rules as they are written; `None` without brackets.
    pub(super) rules: Option<Vec<Spanned<String>>>,
    /// Why.
    pub(super) reason: Option<String>,
    /// The last day on which it holds.
    pub(super) until: Option<Spanned<Date>>,
}

/// `assume path = value because reason`
#[derive(Clone, Debug)]
pub(super) struct Assume {
    /// `field.null`
    pub(super) path: Spanned<String>,
    /// The text of the value.
    pub(super) value: Spanned<String>,
    /// Why.
    pub(super) reason: Option<String>,
}

/// A comment that is meant for the tool and says nothing that it understands.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    /// Where.
    pub(super) span: Span,
    /// What is wrong.
    pub(super) message: String,
    /// What to write.
    pub(super) help: String,
}

const FORMS: &str = "write `# whimbrel: ignore[pack/rule] reason`, `# whimbrel: ignore-file[pack/rule] reason` or \
                     `# whimbrel: assume field.null = False because …`";

/// What a comment of a Python file says to the tool; `None` when it is for people.
pub(super) fn read(source: &SourceFile, comment: Span) -> Option<Comment> {
    let text = source.slice(comment);
    let Some(start) = addressed(text, "whimbrel:") else { return without_colon(source, comment) };
    // What other tools want to hear may follow.
    let length = text[start..].find(" #").unwrap_or(text.len() - start);
    let span = Span::new(comment.start + start, comment.start + start + text[start..start + length].trim_end().len());
    let mut rest = Rest { source, span: Span::new(span.start + "whimbrel:".len(), span.end) };
    rest.skip_blanks();
    let word = rest.word();
    let said = match source.slice(word) {
        "ignore" => ignore(&mut rest, false),
        "ignore-file" => ignore(&mut rest, true),
        "assume" => assume(&mut rest),
        other => {
            let message = if other.is_empty() {
                "this comment says nothing".to_owned()
            } else {
                format!("`{other}` is no word of such a comment")
            };
            let span = if other.is_empty() { span } else { word };
            Said::Mistake(Mistake { span, message, help: FORMS.to_owned() })
        }
    };
    Some(Comment { span, said })
}

/// Where `name` stands behind a `#`, in any case.
fn addressed(text: &str, name: &str) -> Option<usize> {
    text.match_indices('#').find_map(|(hash, _)| {
        let behind = &text[hash + 1..];
        let start = hash + 1 + (behind.len() - behind.trim_start().len());
        let there = text.as_bytes().get(start..start + name.len())?;
        there.eq_ignore_ascii_case(name.as_bytes()).then_some(start)
    })
}

/// `# whimbrel ignore[…]` is meant for the tool; `# whimbrel ignores this` is not.
fn without_colon(source: &SourceFile, comment: Span) -> Option<Comment> {
    let text = source.slice(comment);
    let start = addressed(text, "whimbrel ")?;
    let said = text[start + "whimbrel ".len()..].trim_start();
    if !["ignore[", "ignore-file[", "assume "].iter().any(|word| said.starts_with(word)) {
        return None;
    }
    let span = Span::new(comment.start + start, comment.start + start + "whimbrel".len());
    let message = "a colon is missing behind `whimbrel`, so this comment does nothing".to_owned();
    Some(Comment { span, said: Said::Mistake(Mistake { span, message, help: FORMS.to_owned() }) })
}

/// What is not read yet.
struct Rest<'s> {
    source: &'s SourceFile,
    span: Span,
}

impl<'s> Rest<'s> {
    fn text(&self) -> &'s str {
        self.source.slice(self.span)
    }

    fn skip(&mut self, length: usize) {
        self.span.start += length;
    }

    fn skip_blanks(&mut self) {
        let text = self.text();
        self.skip(text.len() - text.trim_start().len());
    }

    /// Letters and hyphens.
    fn word(&mut self) -> Span {
        let text = self.text();
        let length = text.find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').unwrap_or(text.len());
        let word = Span::new(self.span.start, self.span.start + length);
        self.skip(length);
        word
    }

    /// The part of `text` (of this source) at an offset, without blanks around it.
    fn trimmed(&self, start: usize, end: usize) -> Spanned<String> {
        let text = self.source.slice(Span::new(start, end));
        let from = start + (text.len() - text.trim_start().len());
        let text = text.trim();
        Spanned::new(text.to_owned(), Span::new(from, from + text.len()))
    }
}

fn ignore(rest: &mut Rest<'_>, file: bool) -> Said {
    rest.skip_blanks();
    let rules = if rest.text().starts_with('[') {
        let Some(close) = rest.text().find(']') else {
            return Said::Mistake(Mistake {
                span: rest.span,
                message: "the bracket is never closed".to_owned(),
                help: FORMS.to_owned(),
            });
        };
        let mut rules = Vec::new();
        let mut start = rest.span.start + 1;
        for part in rest.text()[1..close].split(',') {
            let rule = rest.trimmed(start, start + part.len());
            start += part.len() + 1;
            if !rule.value.is_empty() {
                rules.push(rule);
            }
        }
        rest.skip(close + 1);
        Some(rules)
    } else {
        None
    };
    let (until, reason) = match until(rest) {
        Ok(found) => found,
        Err(mistake) => return Said::Mistake(mistake),
    };
    Said::Ignore(Ignore { file, rules, reason: said(&reason), until })
}

/// The date in `until=…`, and the text without it.
fn until(rest: &Rest<'_>) -> Result<(Option<Spanned<Date>>, String), Mistake> {
    const KEY: &str = "until=";
    let text = rest.text();
    let Some(at) = text.find(KEY) else { return Ok((None, text.to_owned())) };
    let value = &text[at + KEY.len()..];
    let length = value.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')')).unwrap_or(value.len());
    let start = rest.span.start + at;
    let span = Span::new(start, start + KEY.len() + length);
    let date = value[..length].parse::<Date>().map_err(|error| Mistake {
        span,
        message: error.to_string(),
        help: "write year, month and day: `until=2027-03-01`".to_owned(),
    })?;
    let without = format!("{} {}", text[..at].trim_end(), value[length..].trim_start());
    Ok((Some(Spanned::new(date, span)), without))
}

/// A reason without the signs that people set it off with.
fn said(text: &str) -> Option<String> {
    let reason =
        text.trim().trim_start_matches(['-', '–', '—', ':', ',', '(']).trim_end_matches([',', ';', ')']).trim();
    (!reason.is_empty()).then(|| reason.to_owned())
}

fn assume(rest: &mut Rest<'_>) -> Said {
    const BECAUSE: &str = " because";
    let text = rest.text();
    let mistake = |message: &str| {
        Said::Mistake(Mistake {
            span: rest.span,
            message: message.to_owned(),
            help: "write `# whimbrel: assume field.null = False because …`".to_owned(),
        })
    };
    let Some(equals) = text.find('=') else { return mistake("an assumption needs a value") };
    let (end, reason) = match text.find(BECAUSE) {
        Some(at) if at > equals => (at, said(&text[at + BECAUSE.len()..])),
        _ => (text.len(), None),
    };
    let path = rest.trimmed(rest.span.start, rest.span.start + equals);
    // `==` is how rules write it.
    let value_at = equals + 1 + usize::from(text[equals + 1..].starts_with('='));
    if path.value.is_empty() || value_at > end {
        return mistake("an assumption needs a fact and a value");
    }
    let value = rest.trimmed(rest.span.start + value_at, rest.span.start + end);
    if value.value.is_empty() {
        return mistake("an assumption needs a value");
    }
    Said::Assume(Assume { path, value, reason })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let source = SourceFile::new("a.py", text);
        let Some(comment) = read(&source, Span::new(0, text.len())) else { return "nothing".to_owned() };
        match comment.said {
            Said::Ignore(ignore) => format!(
                "ignore{} {:?} {:?} {:?}",
                if ignore.file { "-file" } else { "" },
                ignore.rules.map(|rules| rules.iter().map(|rule| rule.value.clone()).collect::<Vec<_>>()),
                ignore.reason,
                ignore.until.map(|until| until.value.to_string()),
            ),
            Said::Assume(assume) => {
                format!("assume {} = {} because {:?}", assume.path.value, assume.value.value, assume.reason)
            }
            Said::Mistake(mistake) => format!("{}: {}", source.slice(mistake.span), mistake.message),
        }
    }

    #[test]
    fn rules_reason_and_date_are_told_apart() {
        for (text, expected) in [
            ("# whimbrel: ignore[a/b] we roll forward", r#"ignore Some(["a/b"]) Some("we roll forward") None"#),
            ("#whimbrel:ignore[ a/b ,c ]", r#"ignore Some(["a/b", "c"]) None None"#),
            (
                "# Whimbrel: ignore-file[a/*] - old, until=2027-03-01",
                r#"ignore-file Some(["a/*"]) Some("old") Some("2027-03-01")"#,
            ),
            (
                "# whimbrel: ignore[a/b] until=2027-03-01 soon gone",
                r#"ignore Some(["a/b"]) Some("soon gone") Some("2027-03-01")"#,
            ),
            ("# noqa: E501  # whimbrel: ignore[a/b] why  # type: ignore", r#"ignore Some(["a/b"]) Some("why") None"#),
            ("# whimbrel: ignore", "ignore None None None"),
            ("# whimbrel: ignore[]", "ignore Some([]) None None"),
            ("# whimbrel is a bird", "nothing"),
            ("# a whimbrel: a bird", "nothing"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn assumptions_have_a_fact_a_value_and_a_reason() {
        assert_eq!(
            shown("# whimbrel: assume field.null = False because it is False everywhere"),
            r#"assume field.null = False because Some("it is False everywhere")"#
        );
        assert_eq!(shown("# whimbrel: assume db.version == 16"), "assume db.version = 16 because None");
        assert_eq!(shown("# whimbrel: assume field.null"), " field.null: an assumption needs a value");
        assert_eq!(shown("# whimbrel: assume = False"), " = False: an assumption needs a fact and a value");
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        assert_eq!(shown("# whimbrel: ingore[a/b]"), "ingore: `ingore` is no word of such a comment");
        assert_eq!(shown("# whimbrel:"), "whimbrel:: this comment says nothing");
        assert_eq!(shown("# whimbrel: ignore[a/b until"), "[a/b until: the bracket is never closed");
        assert_eq!(shown("# whimbrel: ignore[a/b] until=tomorrow"), "until=tomorrow: `tomorrow` is no date");
    }

    proptest! {
        #[test]
        fn no_comment_panics(text in "# ?(whimbrel|WHIMBREL): ?(ignore|ignore-file|assume)?[\\PC]{0,40}") {
            let _ = shown(&text);
        }
    }
}
