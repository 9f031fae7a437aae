//! What is said about text that fits no shape.

use std::sync::Arc;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::cursor::{Operands, plain_word};
use super::grammar::{Grammar, Rule};
use super::lowering::Lowering;
use super::outline::DEPTH_LIMIT;
use super::table::{self, CLAUSE_WORDS, Place};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// Operators that need something on their right, and what.
const UNFINISHED: &[(&str, &str)] = &[
    ("and", "a condition"),
    ("or", "a condition"),
    ("not", "a condition"),
    ("in", "a list or a collection"),
    ("is", "a kind, `set` or `known`"),
    ("matches", "a pattern"),
    ("because", "a text"),
    ("&&", "a condition"),
    ("||", "a condition"),
    ("!", "a condition"),
    ("==", "a value"),
    ("!=", "a value"),
    ("<", "a value"),
    ("<=", "a value"),
    (">", "a value"),
    (">=", "a value"),
    ("=", "a value"),
];

/// Brackets that nest too deeply.
pub(super) fn too_deep(source: &Arc<SourceFile>, span: Span) -> Diagnostic {
    let bracket = Span::new(span.start, span.start + 1);
    let message = format!("brackets nest more than {DEPTH_LIMIT} levels deep");
    Diagnostic::error(source, "syntax::too-deep", message, bracket, "too deep")
        .with_help("give a part of the condition a name with `let`")
}

/// A section that the grammar could not read at all.
pub(super) fn unreadable(source: &Arc<SourceFile>, span: Span) -> Diagnostic {
    let head = source.slice(span).trim_end().lines().next().unwrap_or_default();
    let head = Span::new(span.start, span.start + head.len());
    Diagnostic::error(source, "syntax::too-deep", "this declaration is too complex to be read", head, "")
        .with_help("give parts of its conditions names with `let`")
}

impl Lowering<'_> {
    /// Reports that the next operand is not what the clause wants, or that there is none.
    pub(super) fn expected(&mut self, operands: &Operands<'_>, wanted: &str) {
        let help = format!("write it like `{}`", operands.sample);
        let Some(next) = operands.peek() else {
            let last = self.first_line(operands.last);
            let message = format!("`{}` needs {wanted} behind it", self.slice(last));
            let label = format!("expected {wanted} behind this");
            let error = self.error("syntax::missing-operand", message, last, label);
            self.fail(error.with_help(help));
            return;
        };
        let defines = matches!(operands.word, "let" | "setting" | "set" | "operation" | "fieldclass");
        if is_trouble(next) || (defines && operands.end == operands.keyword.end) {
            self.trouble(operands, next);
            return;
        }
        let span = self.first_line(self.span(next));
        let message = format!("`{}` takes {wanted}, found {}", operands.word, self.quoted(span));
        let error = self.error("syntax::unexpected", message, span, format!("expected {wanted}"));
        self.fail(error.with_help(help));
    }

    /// Reports the operands that a clause did not take.
    pub(super) fn left_over(&mut self, operands: &Operands<'_>, place: Place) {
        let mut left = operands.left().skip_while(|operand| is_comma(operand)).peekable();
        let Some(first) = left.next() else { return };
        let span = self.first_line(self.span(first));
        // `if` takes what follows it along.
        let guard = (first.as_rule() == Rule::guard).then(|| first.clone().into_inner().next()).flatten();
        let follows = guard.is_some() || left.peek().is_some();
        let plain = guard.or_else(|| plain_word(first));
        let word = plain.as_ref().map_or(span, |word| self.span(word));
        let intended = table::intended_clause(self.slice(word), place);
        if (plain.is_some() && self.begins_line(span.start)) || (intended.is_some() && follows) {
            self.unknown_clause(self.slice(word), word, place, left);
            return;
        }
        if self.swallowed_clause(operands, span, place) {
            return;
        }
        if is_trouble(first) {
            self.trouble(operands, first);
            return;
        }
        let error = if first.as_rule() == Rule::block {
            let message = format!("`{}` has no block", operands.word);
            let brace = Span::new(span.start, span.start + 1);
            self.error("syntax::unexpected", message, brace, "opened here").with_help("remove the braces")
        } else {
            let message = format!("{} is too much for `{}`", self.quoted(span), operands.word);
            let error = self.error("syntax::unexpected", message, span, "not expected here");
            if self.slice(span).starts_with("not ") {
                error.with_help("write `not in` for a list, `is not` for a kind, or `and not` for another condition")
            } else {
                error.with_help(format!("write it like `{}`", operands.sample))
            }
        };
        self.fail(error);
    }

    /// `when field.null and` + newline + `severty error` took `severty` for a condition: what is left over behind a
    /// word that begins its line tells.
    fn swallowed_clause(&mut self, operands: &Operands<'_>, next: Span, place: Place) -> bool {
        let line = self.slice(Span::new(self.line_start(next.start), next.start));
        let word = line.trim();
        let start = self.line_start(next.start) + line.len() - line.trim_start().len();
        let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_word || start <= operands.keyword.start {
            return false;
        }
        let Some(intended) = table::intended_clause(word, place) else { return false };
        let span = Span::new(start, start + word.len());
        let unfinished = self.text.get(..start).unwrap_or_default().trim_end().len();
        let error = self
            .error("syntax::unknown-clause", format!("there is no clause `{word}`"), span, "not a clause")
            .with_label(Span::new(operands.keyword.start, unfinished), "not finished")
            .with_help(format!("did you mean `{intended}`? The clause above it is not finished"));
        self.fail(error);
        true
    }

    /// Reports a word that starts no clause, and further ones that begin a line among what follows it.
    pub(super) fn unknown_clause<'p, 'i: 'p>(
        &mut self,
        word: &str,
        span: Span,
        place: Place,
        following: impl Iterator<Item = &'p Pair<'i, Rule>>,
    ) {
        let error = if let Some(entry) = table::clause(word) {
            let places: Vec<_> = entry.places.iter().map(|place| place.describe()).collect();
            let message = format!("`{word}` does not belong in {}", place.describe());
            let error = self.error("syntax::unknown-clause", message, span, "not here");
            error.with_help(format!("`{word}` belongs in {}", places.join(" or ")))
        } else {
            let message = format!("there is no clause `{word}`");
            let error = self.error("syntax::unknown-clause", message, span, "not a clause");
            match table::intended_clause(word, place) {
                Some(intended) => error.with_help(format!("did you mean `{intended}`?")),
                None => error.with_help(format!("the clauses of {} are {}", place.describe(), clause_list(place))),
            }
        };
        self.fail(error);
        for next in following.filter_map(plain_word) {
            let span = self.span(&next);
            let intended = table::intended_clause(next.as_str(), place);
            if let Some(intended) = intended.filter(|_| self.begins_line(span.start)) {
                let message = format!("there is no clause `{}`", next.as_str());
                let error = self.error("syntax::unknown-clause", message, span, "not a clause");
                self.fail(error.with_help(format!("did you mean `{intended}`?")));
            }
        }
    }

    /// Reports a `fix` whose opening brace is missing.
    pub(super) fn fix_without_brace(&mut self, end: usize, edit: Span) {
        let message = "this `fix` lacks its opening brace";
        let error = self.error("syntax::open-block", message, edit, "an edit without braces");
        self.fail(
            error.with_label(Span::at(end), "expected `{` behind this").with_help("write `{` in front of the edits"),
        );
        self.mute();
    }

    /// Reports a block without its closing brace.
    pub(super) fn open_block(&mut self, what: &str, open: usize, last: usize) {
        let message = format!("{what} is not closed");
        let error = self.error("syntax::open-block", message, Span::new(open, open + 1), "opened here");
        let error = error.with_label(Span::at(last), "expected `}` behind this");
        self.fail(error.with_help("close the block with `}`"));
    }

    /// Reports something that stands alone, outside of any clause.
    pub(super) fn stray(&mut self, pair: &Pair<'_, Rule>) {
        let diagnostic = self.stray_diagnostic(pair);
        self.fail(diagnostic);
    }

    /// Explains an operand that no clause takes.
    fn trouble(&mut self, operands: &Operands<'_>, operand: &Pair<'_, Rule>) {
        let diagnostic = match self.reparsed(operands) {
            Some(diagnostic) => diagnostic,
            None if self.span(operand).start == self.next_token(operands.keyword.end)
                && matches!(operand.as_str(), "=" | ":" | "==") =>
            {
                let message = format!("`{}` needs no `{}` behind it", operands.word, operand.as_str());
                let error = self.error("syntax::unexpected", message, self.span(operand), "not needed");
                error.with_help(format!("remove it: write it like `{}`", operands.sample))
            }
            None => self.stray_diagnostic(operand),
        };
        self.fail(diagnostic);
    }

    /// Where the token behind `offset` starts.
    fn next_token(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        offset + rest.len() - rest.trim_start().len()
    }

    /// Explains a stray by itself.
    fn stray_diagnostic(&self, pair: &Pair<'_, Rule>) -> Diagnostic {
        let span = self.first_line(self.span(pair));
        let written = self.slice(span);
        let unexpected = |help: String| {
            self.error("syntax::unexpected", format!("`{written}` is not expected here"), span, "").with_help(help)
        };
        match pair.as_rule() {
            Rule::open_string => {
                let quote = Span::new(span.start, span.start + 1);
                let last = span.start + written.trim_end().len();
                let help = if self.slice(Span::new(span.start.saturating_sub(2), span.start + 1)) == "\"\"\"" {
                    "a text of several lines stands in a fence of three backticks".to_owned()
                } else {
                    let quote = self.slice(quote);
                    format!(
                        "close the text with `{quote}` on the same line; several lines stand in a fence of three backticks"
                    )
                };
                let error = self.error("syntax::open-string", "this text is not closed", quote, "opened here");
                return error.with_label(Span::at(last), "expected before this").with_help(help);
            }
            Rule::open_fence => {
                let whole = self.span(pair);
                let last = whole.start + pair.as_str().trim_end().len();
                let ticks = Span::new(whole.start, whole.start + 3);
                return self
                    .error("syntax::open-fence", "this fence is not closed", ticks, "opened here")
                    .with_label(Span::at(last), "expected a closing fence behind this")
                    .with_help("close the fence with three backticks at the start of a line");
            }
            _ => {}
        }
        if written.contains('`') {
            let start = span.start + written.find('`').unwrap_or_default();
            let ticks = Span::new(start, span.end);
            let error = if self.begins_line(start) {
                self.error("syntax::open-fence", "this fence was never opened", ticks, "closed here")
            } else {
                self.error("syntax::open-fence", "a fence opens with three backticks that end their line", ticks, "")
            };
            return error.with_help("open a fence with three backticks at the end of its clause's line, close it with three at the start of a line");
        }
        if let Some((_, wanted)) = UNFINISHED.iter().find(|(operator, _)| *operator == written) {
            let message = format!("`{written}` needs {wanted} behind it");
            let error = self.error("syntax::missing-operand", message, span, format!("expected {wanted} behind this"));
            return error.with_help(format!("write {wanted} behind `{written}`, or remove it"));
        }
        match written {
            "“" | "”" | "„" | "‘" | "’" => {
                unexpected("write texts between straight quotes: `\"…\"`".to_owned())
            }
            ";" => unexpected("remove it: clauses need no `;`".to_owned()),
            "," => unexpected("remove the comma: clauses stand one after the other".to_owned()),
            "." => unexpected("write the name behind the dot without a space".to_owned()),
            "->" => unexpected("write `and` or `or` between conditions; a rule has no `->`".to_owned()),
            ")" | "]" => unexpected("remove it: nothing is open here".to_owned()),
            "+" | "*" | "/" | "%" | "-" => {
                unexpected("a rule does no arithmetic: compare the values as they are".to_owned())
            }
            _ => unexpected("remove it".to_owned()),
        }
    }

    /// Reads a definition again, alone, to see where exactly it fails.
    fn reparsed(&self, operands: &Operands<'_>) -> Option<Diagnostic> {
        let entry = match operands.word {
            "let" | "setting" | "set" => Rule::only_definition,
            "operation" | "fieldclass" => Rule::only_signature,
            _ => return None,
        };
        let from = operands.keyword.end;
        let open = operands.left().find(|next| matches!(next.as_rule(), Rule::open_string | Rule::open_fence));
        if let Some(open) = open {
            return Some(self.stray_diagnostic(open));
        }
        let island = self.slice(Span::new(from, operands.last_end(self)));
        let error = Grammar::parse(entry, island).err()?;
        let ErrorVariant::ParsingError { positives, .. } = &error.variant else { return None };
        let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
        let at = self.next_token(from + at);
        let wanted = wanted(positives);
        let help = format!("write it like `{}`", operands.sample);
        if at >= from + island.len() {
            let last = self.last_token(from + island.trim_end().len());
            let message = format!("expected {wanted} behind `{}`", self.slice(last));
            let error = self.error("syntax::missing-operand", message, last, format!("expected {wanted} behind this"));
            return Some(error.with_help(help));
        }
        let found = self.token(at);
        let message = format!("expected {wanted}, found `{}`", self.slice(found));
        let error = self.error("syntax::unexpected", message, found, format!("expected {wanted}"));
        Some(error.with_help(help))
    }

    /// Reports a bracket that is not closed where its content ends; `None` when it had to.
    pub(super) fn closed(&mut self, brackets: &Pair<'_, Rule>) -> Option<()> {
        let last = brackets.clone().into_inner().next_back().map(|last| last.as_rule());
        if matches!(last, Some(Rule::close_paren | Rule::close_bracket)) {
            return Some(());
        }
        let span = self.span(brackets);
        let open = Span::new(span.start, span.start + 1);
        let (opening, closing) = if self.slice(open) == "[" { ("[", "]") } else { ("(", ")") };
        let next = self.token(self.next_token(span.end));
        let found = self.slice(next);
        let line = self.slice(Span::new(span.end, self.first_line(Span::new(next.start, self.text.len())).end));
        let inside = !matches!(found, "" | "}" | "{") && !CLAUSE_WORDS.contains(&found);
        let error = if inside && line.contains(closing) && !self.line_between(span.end, next.start) {
            let wanted = match found {
                "for" => "`for`, a name, `in` and a collection".to_owned(),
                _ => format!("a comma or `{closing}`"),
            };
            let help = match found {
                "for" => "write it like `any(o is RunSQL for o in siblings)`".to_owned(),
                _ => format!("write a comma in front of `{found}`, or `{closing}`"),
            };
            let message = format!("expected {wanted}, found `{found}`");
            let error = self.error("syntax::unexpected", message, next, format!("expected {wanted}"));
            error.with_label(open, "opened here").with_help(help)
        } else {
            let error =
                self.error("syntax::open-bracket", format!("this `{opening}` is not closed"), open, "opened here");
            let end = self.slice(span).trim_end().len();
            let error = error.with_label(Span::at(span.start + end), format!("expected `{closing}` behind this"));
            error.with_help(format!("close it with `{closing}`"))
        };
        self.fail(error);
        None
    }

    /// The token that starts at `at`.
    fn token(&self, at: usize) -> Span {
        let rest = self.text.get(at..).unwrap_or_default();
        Span::new(at, at + token_length(rest))
    }

    /// The word or symbol that ends at `end`.
    fn last_token(&self, end: usize) -> Span {
        let line = self.slice(Span::new(self.line_start(end), end));
        let start = line.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1).min(line.len().saturating_sub(1));
        Span::new(end - line.len() + start, end)
    }

    /// The part of a place that lies on its first line.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let written = self.slice(span);
        let blank = written.len() - written.trim_start().len();
        let start = if written.trim().is_empty() { span.start } else { span.start + blank };
        let line = self.slice(Span::new(start, span.end));
        let length = line.find(['\n', '\r']).unwrap_or(line.len());
        Span::new(start, start + length)
    }

    /// What was written, in backticks, or what it is when backticks cannot show it.
    fn quoted(&self, span: Span) -> String {
        let written = self.slice(span);
        if written.starts_with("```") {
            "a fence".to_owned()
        } else if written.starts_with('{') {
            "a block".to_owned()
        } else {
            format!("`{written}`")
        }
    }
}

/// Whether an operand is one that no clause takes.
fn is_trouble(operand: &Pair<'_, Rule>) -> bool {
    matches!(operand.as_rule(), Rule::stray | Rule::open_string | Rule::open_fence)
}

fn is_comma(operand: &Pair<'_, Rule>) -> bool {
    operand.as_rule() == Rule::stray && operand.as_str() == ","
}

/// The words of the clauses that may stand at a place.
fn clause_list(place: Place) -> String {
    let here = table::CLAUSES.iter().filter(|entry| entry.places.contains(&place));
    here.map(|entry| format!("`{}`", entry.word)).collect::<Vec<_>>().join(", ")
}

/// How long the token at the start of `rest` is.
fn token_length(rest: &str) -> usize {
    if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let line = rest.lines().next().unwrap_or_default();
        return line.get(1..).and_then(|inner| inner.find(quote)).map_or(line.len(), |end| end + 2);
    }
    let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
    if word > 0 {
        return word;
    }
    let symbol = rest.find(|c: char| !"&|=<>!~+*/^%".contains(c)).unwrap_or(rest.len());
    if symbol > 0 { symbol } else { rest.chars().next().map_or(0, char::len_utf8) }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// What the grammar would have accepted, in the reader's words: the most telling of the alternatives.
fn wanted(positives: &[Rule]) -> &'static str {
    const NAMES: &[(Rule, &str)] = &[
        (Rule::type_name, "a type"),
        (Rule::assign, "`=` and a value"),
        (Rule::binding, "`=` and a value"),
        (Rule::parameter, "a parameter such as `m: Model`"),
        (Rule::annotation, "`:` and a type"),
        (Rule::reference, "a value"),
        (Rule::path, "a value"),
        (Rule::expr, "a condition"),
        (Rule::negation, "a condition"),
        (Rule::comparison, "a condition"),
        (Rule::close_bracket, "a comma or `]`"),
        (Rule::close_paren, "a comma or `)`"),
        (Rule::ident, "a name"),
        (Rule::place, "a name"),
    ];
    let telling = NAMES.iter().find(|(rule, _)| positives.contains(rule));
    telling.map_or("the end of the clause", |(_, name)| name)
}
