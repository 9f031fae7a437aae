//! Clauses: each takes its operands by the table, and what is left over is explained.

use pest::iterators::Pair;

use super::cursor::Operands;
use super::expressions::sole_value;
use super::grammar::Rule;
use super::lowering::Lowering;
use super::table::{self, Place, Shape};
use crate::language::syntax::{
    Clause, ClauseKind, CompareOp, Edit, Expr, ExprKind, Literal, Requirement, Subject, Target,
};
use crate::source::{Span, Spanned};

impl Lowering<'_> {
    /// The clauses of a block, or the edits when the block is that of a `fix`.
    pub(super) fn clauses(&mut self, items: Vec<Pair<'_, Rule>>, place: Place) -> (Vec<Clause>, Vec<Edit>) {
        let mut clauses = Vec::new();
        let mut edits = Vec::new();
        let mut waiting: Vec<_> = items.into_iter().rev().collect();
        let mut after_fix = None;
        while let Some(item) = waiting.pop() {
            match item.as_rule() {
                Rule::clause => {}
                Rule::closing_brace => continue,
                _ => {
                    self.stray(&item);
                    continue;
                }
            }
            let start = self.offset(item.as_span().start());
            let Some(mut operands) = Operands::of(self, item) else { continue };
            let Some(entry) = table::clause(operands.word).filter(|entry| entry.places.contains(&place)) else {
                match after_fix {
                    Some(end) if matches!(operands.word, "set" | "remove" | "rename") => {
                        self.fix_without_brace(end, operands.keyword);
                    }
                    _ => self.unknown_clause(operands.word, operands.keyword, place, operands.left()),
                }
                continue;
            };
            operands.sample = entry.sample;
            let mut lifted = Vec::new();
            let failures = self.failures();
            if place == Place::Fix {
                if let Some(kind) = self.edit(&mut operands) {
                    edits.push(Edit { span: Span::new(start, operands.end), kind });
                }
            } else if let Some(kind) = self.clause(entry.shape, &mut operands, &mut lifted) {
                let span = Span::new(start, operands.end);
                after_fix = (entry.shape == Shape::Fix).then_some(span.end);
                clauses.push(Clause { span, keyword: operands.keyword, kind });
            }
            if self.failures() == failures {
                self.left_over(&operands, place);
            } else {
                after_fix = None;
            }
            waiting.extend(lifted.into_iter().rev());
        }
        (clauses, edits)
    }

    fn clause<'i>(
        &mut self,
        shape: Shape,
        operands: &mut Operands<'i>,
        lifted: &mut Vec<Pair<'i, Rule>>,
    ) -> Option<ClauseKind> {
        let word = operands.word;
        Some(match (shape, word) {
            (Shape::Subjects, "forbid") => ClauseKind::Forbid(self.subjects(operands)?),
            (Shape::Subjects, _) => ClauseKind::On(self.subjects(operands)?),
            (Shape::Condition, "when") => ClauseKind::When(operands.take_condition(self)?),
            (Shape::Condition, _) => ClauseKind::Require(operands.take_condition(self)?),
            (Shape::Exception, _) => {
                let condition = operands.take_condition(self)?;
                let because = match operands.take_word(self, "because") {
                    Some(_) => Some(operands.take_text(self)?),
                    None => None,
                };
                ClauseKind::Unless { condition, because }
            }
            (Shape::Definition, _) => ClauseKind::Let(self.definition(operands)?),
            (Shape::Word, "severity") => ClauseKind::Severity(operands.take_name(self, "a word")?),
            (Shape::Word, "unknown") => ClauseKind::Unknown(operands.take_name(self, "a word")?),
            (Shape::Word, _) => ClauseKind::Was(operands.take_name(self, "a rule id")?),
            (Shape::Words, _) => ClauseKind::Hazard(self.words(operands)?),
            (Shape::Targets, _) => ClauseKind::Database(self.targets(operands)?),
            (Shape::Requirements, _) => ClauseKind::Django(self.requirements(operands)?),
            (Shape::Text, "message") => ClauseKind::Message(operands.take_text(self)?),
            (Shape::Text, "why") => ClauseKind::Why(operands.take_text(self)?),
            (Shape::Text, _) => ClauseKind::See(operands.take_text(self)?),
            (Shape::Label, _) => {
                let mut places = operands.take_terms(self, "a place such as `field`")?.into_iter();
                let place = self.expr(&places.next()?);
                ClauseKind::Label { place, text: operands.take_text(self)? }
            }
            (Shape::Fix, _) => self.fix(operands, lifted)?,
            (Shape::Fence, "given") => ClauseKind::Given(self.fence(operands)?),
            (Shape::Fence, _) => ClauseKind::Deployed(self.fence(operands)?),
            (Shape::Example, "bad") => ClauseKind::Bad(self.example(operands)?),
            (Shape::Example, _) => ClauseKind::Good(self.example(operands)?),
            (Shape::Assignment, _) => {
                let (parts, value) = self.assignment(operands)?;
                ClauseKind::Set { name: parts.name(), value }
            }
            (Shape::Removal | Shape::Renaming, _) => return None,
        })
    }

    /// `AddField(field is TextField), state.RemoveField, CreateModel.fields`
    fn subjects(&mut self, operands: &mut Operands<'_>) -> Option<Vec<Subject>> {
        let terms = operands.take_terms(self, "an operation")?;
        let mut subjects = Vec::with_capacity(terms.len());
        for term in terms {
            for head in self.joined_heads(&term) {
                subjects.extend(self.subject(&head));
            }
        }
        (!subjects.is_empty()).then_some(subjects)
    }

    /// `A or B` and `A and B` are taken for `A, B`, and reported.
    fn joined_heads<'i>(&mut self, term: &Pair<'i, Rule>) -> Vec<Pair<'i, Rule>> {
        let mut heads = vec![term.clone()];
        for (level, joint) in [(Rule::conjunction, Rule::or), (Rule::negation, Rule::and)] {
            let mut inner = Vec::new();
            for head in heads {
                for part in head.into_inner() {
                    if part.as_rule() == joint {
                        let message = "operations are listed with commas";
                        self.correct(self.span(&part), message, "write `,` instead");
                    } else if part.as_rule() == level {
                        inner.push(part);
                    }
                }
            }
            heads = inner;
        }
        heads
    }

    fn subject(&mut self, negation: &Pair<'_, Rule>) -> Option<Subject> {
        let span = self.span(negation);
        let mut inner = negation.clone().into_inner();
        let comparison = inner.next().filter(|part| part.as_rule() == Rule::comparison)?;
        let mut values = comparison.into_inner();
        let reference = values.next().filter(|value| value.as_rule() == Rule::reference);
        let (Some(reference), None) = (reference, values.next()) else {
            let message = format!("expected an operation, found `{}`", self.slice(span));
            let error = self.error("syntax::unexpected", message, span, "not an operation");
            self.fail(error.with_help("write operations with commas here, and conditions behind `when`"));
            return None;
        };
        let mut parts = reference.into_inner();
        let path = self.path(&parts.next()?);
        let mut pattern = Vec::new();
        if let Some(arguments) = parts.next().filter(|arguments| self.closed(arguments).is_some()) {
            for part in arguments.into_inner() {
                match part.as_rule() {
                    Rule::expr => pattern.push(self.expr(&part)),
                    Rule::generator => self.stray(&part),
                    _ => {}
                }
            }
        }
        let mut segments = path.segments.into_iter();
        let first = segments.next()?;
        let namespaced = first.value.starts_with(|letter: char| letter.is_ascii_lowercase());
        let (namespace, kind, part) = match (segments.next(), namespaced) {
            (Some(kind), true) => (Some(first), kind, segments.next()),
            (part, _) => (None, first, part),
        };
        if let Some(extra) = segments.next() {
            let message = format!("`{}` has a part too many", self.slice(path.span));
            let error = self.error("syntax::unexpected", message, extra.span, "too many");
            self.fail(error.with_help("a head is an operation, `namespace.Operation` or `Operation.part`"));
            return None;
        }
        Some(Subject { span, namespace, kind, part, pattern })
    }

    /// `breaks-old-code, loses-data`
    fn words(&mut self, operands: &mut Operands<'_>) -> Option<Vec<Spanned<String>>> {
        let terms = operands.take_terms(self, "a word")?;
        let words: Vec<_> = terms.iter().filter_map(|term| self.word(operands.word, term)).collect();
        (!words.is_empty()).then_some(words)
    }

    fn word(&mut self, clause: &str, term: &Pair<'_, Rule>) -> Option<Spanned<String>> {
        if let Some(path) = super::expressions::plain_path(term) {
            return Some(self.spanned(&path));
        }
        if let Some(quoted) = sole_value(term).filter(|value| value.as_rule() == Rule::string) {
            return Some(self.unquoted(clause, &quoted));
        }
        let span = self.span(term);
        let error = self.error(
            "syntax::unexpected",
            format!("`{clause}` takes words with commas, found `{}`", self.slice(span)),
            span,
            "not a word",
        );
        self.fail(
            error
                .with_help(table::clause(clause).map_or_else(String::new, |e| format!("write it like `{}`", e.sample))),
        );
        None
    }

    /// A word that was written in quotes.
    pub(super) fn unquoted(&mut self, clause: &str, quoted: &Pair<'_, Rule>) -> Spanned<String> {
        let span = self.span(quoted);
        let value = self.unescaped(quoted);
        let message = format!("`{clause}` takes a word without quotes");
        self.correct(span, message, format!("write `{clause} {value}`"));
        Spanned::new(value, span)
    }

    /// `postgresql >= 12, mysql`
    fn targets(&mut self, operands: &mut Operands<'_>) -> Option<Vec<Target>> {
        let terms = operands.take_terms(self, "a database")?;
        let targets: Vec<_> = terms.iter().filter_map(|term| self.target(term)).collect();
        (!targets.is_empty()).then_some(targets)
    }

    fn target(&mut self, term: &Pair<'_, Rule>) -> Option<Target> {
        let Expr { span, kind } = self.expr(term);
        let (left, requirement) = match kind {
            ExprKind::Compare { left, op, right } => {
                let version = match right.kind {
                    ExprKind::Literal(Literal::Int(_) | Literal::Version(_)) => self.slice(right.span).to_owned(),
                    ExprKind::Literal(Literal::Str(version)) => version,
                    _ => return self.not_a_target(span),
                };
                (left.kind, Some(Requirement { op, version: Spanned::new(version, right.span) }))
            }
            other => (other, None),
        };
        let name = match left {
            ExprKind::Path(path) => Spanned::new(self.slice(path.span).to_owned(), path.span),
            ExprKind::Kind(name) => name,
            ExprKind::Literal(Literal::Str(name)) => Spanned::new(name, span),
            _ => return self.not_a_target(span),
        };
        Some(Target { span, name, requirement })
    }

    fn not_a_target(&mut self, span: Span) -> Option<Target> {
        let message = format!("expected a database, found `{}`", self.slice(span));
        let error = self.error("syntax::unexpected", message, span, "not a database");
        self.fail(error.with_help("write it like `database postgresql >= 12, mysql`"));
        None
    }

    /// `>= 5.0, < 6.0`
    fn requirements(&mut self, operands: &mut Operands<'_>) -> Option<Vec<Requirement>> {
        let Some(pair) = operands.take(self, Rule::requirements) else {
            let bare = operands.peek().filter(|next| next.as_rule() == Rule::terms).map(|next| self.span(next));
            let Some(span) = bare else {
                self.expected(operands, "a version such as `>= 5.0`");
                return None;
            };
            operands.take_any(self)?;
            let written = self.slice(span);
            let message = format!("expected a version such as `>= 5.0`, found `{written}`");
            let error = self.error("syntax::unexpected", message, span, "no comparison");
            self.fail(error.with_help(format!("write `django >= {}`", written.trim_matches(['"', '\'']))));
            return None;
        };
        let mut requirements = Vec::new();
        for requirement in pair.into_inner() {
            let mut parts = requirement.into_inner();
            let (Some(op), Some(version)) = (parts.next(), parts.next()) else { continue };
            let op: Spanned<CompareOp> = self.compare_op(&op);
            requirements.push(Requirement { op, version: self.spanned(&version) });
        }
        Some(requirements)
    }
}
