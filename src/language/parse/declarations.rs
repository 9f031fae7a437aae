//! Declarations, and what stands between them.

use pest::iterators::Pair;

use super::cursor::Operands;
use super::grammar::Rule;
use super::lowering::Lowering;
use super::table::{self, DECLARATIONS, Place};
use crate::language::did_you_mean;
use crate::language::syntax::{Clause, Declaration, DeclarationKind, Parameter, Rule as RuleDeclaration};
use crate::source::{Span, Spanned};

/// The items of a section that are left to read.
type Items<'i> = std::iter::Peekable<std::vec::IntoIter<Pair<'i, Rule>>>;

impl Lowering<'_> {
    /// The declarations of one section. What belongs to none is reported, once in a row.
    pub(super) fn section<'i>(&mut self, items: impl Iterator<Item = Pair<'i, Rule>>) -> Vec<Declaration> {
        let items: Vec<_> = items.filter(|item| item.as_rule() != Rule::EOI).collect();
        let mut items = items.into_iter().peekable();
        let mut declarations: Vec<Declaration> = Vec::new();
        let mut lost = false;
        while let Some(item) = items.next() {
            let start = self.offset(item.as_span().start());
            if item.as_rule() == Rule::clause {
                let Some(mut operands) = Operands::of(self, item.clone()) else { continue };
                if let Some(word) = self.declaration_word(&operands, lost) {
                    lost = false;
                    operands.sample = table::declaration_sample(word).unwrap_or_default();
                    if let Some(kind) = self.declaration(word, &mut operands, &mut items) {
                        declarations.push(Declaration { span: Span::new(start, operands.end), kind });
                    }
                    continue;
                }
            }
            if !std::mem::replace(&mut lost, true) {
                self.outside(&item, declarations.last());
            }
        }
        declarations
    }

    /// The declaration that a clause's word starts, or most likely should start.
    fn declaration_word(&mut self, operands: &Operands<'_>, lost: bool) -> Option<&'static str> {
        let words = || DECLARATIONS.iter().map(|(word, _)| *word);
        if let Some(known) = words().find(|word| *word == operands.word) {
            return Some(known);
        }
        let has_block = operands.left().any(|operand| operand.as_rule() == Rule::block);
        let intended = did_you_mean(operands.word, words()).filter(|_| table::clause(operands.word).is_none());
        if lost || (intended.is_none() && !has_block) {
            return None;
        }
        let message = format!("there is no declaration `{}`", operands.word);
        let error = self.error("syntax::unknown-declaration", message, operands.keyword, "not a declaration");
        let known: Vec<_> = words().map(|word| format!("`{word}`")).collect();
        self.fail(match intended {
            Some(intended) => error.with_help(format!("did you mean `{intended}`?")),
            None => error.with_help(format!("a file holds {}", known.join(", "))),
        });
        Some(intended.unwrap_or("rule"))
    }

    /// Reports what stands outside of every declaration.
    fn outside(&mut self, item: &Pair<'_, Rule>, before: Option<&Declaration>) {
        let error = match item.as_rule() {
            Rule::clause => {
                let keyword = item.clone().into_inner().next();
                let span = keyword.map_or_else(|| self.span(item), |keyword| self.span(&keyword));
                let word = self.slice(span);
                if table::clause(word).is_some() {
                    let message = format!("`{word}` stands outside of a rule");
                    let error = self.error("syntax::unexpected", message, span, "in no rule");
                    match before.filter(|before| self.slice(before.span).ends_with('}')) {
                        Some(before) => error
                            .with_label(Span::new(before.span.end - 1, before.span.end), "the declaration ends here")
                            .with_help("remove the `}` that comes too early, or start a rule with `rule some-id {`"),
                        None => error.with_help("start a rule with `rule some-id {`"),
                    }
                } else {
                    let message = format!("there is no declaration `{word}`");
                    let error = self.error("syntax::unknown-declaration", message, span, "not a declaration");
                    let known: Vec<_> = DECLARATIONS.iter().map(|(word, _)| format!("`{word}`")).collect();
                    error.with_help(format!("a file holds {}", known.join(", ")))
                }
            }
            Rule::block => {
                let start = self.span(item).start;
                let brace = Span::new(start, start + 1);
                let error = self.error("syntax::unexpected", "this block belongs to no declaration", brace, "");
                error.with_help("write `rule some-id` in front of it")
            }
            Rule::closing_brace => {
                let error = self.error("syntax::unexpected", "this `}` closes nothing", self.span(item), "");
                error.with_help("remove it")
            }
            _ => return self.stray(item),
        };
        self.fail(error);
    }

    fn declaration<'i>(
        &mut self,
        word: &str,
        operands: &mut Operands<'i>,
        items: &mut Items<'i>,
    ) -> Option<DeclarationKind> {
        let failures = self.failures();
        let kind = match word {
            "rule" => return self.rule(operands, items),
            "extend" => {
                let rule = operands.take_name(self, "the id of a rule")?;
                let clauses = self.body("this `extend`", Place::Extend, operands, items);
                let poisoned = self.failures() > failures;
                return Some(DeclarationKind::Extend { rule, clauses, poisoned });
            }
            "disable" => {
                let rule = operands.take_name(self, "the id of a rule")?;
                let because = match operands.take_word(self, "because") {
                    Some(_) => Some(operands.take_text(self)?),
                    None => None,
                };
                DeclarationKind::Disable { rule, because }
            }
            "let" => DeclarationKind::Let(self.definition(operands)?),
            "setting" => {
                let Some(pair) = operands.take(self, Rule::definition) else {
                    self.expected(operands, "a name, a type and a default");
                    return None;
                };
                let parts = self.definition_parts(&pair)?;
                let parameter = Parameter { name: parts.name(), ty: parts.ty, default: parts.value };
                DeclarationKind::Setting { parameter, description: operands.take_text_if_next(self) }
            }
            "use" => {
                let pack = operands.take_name(self, "a pack")?;
                let alias = match operands.take_word(self, "as") {
                    Some(_) => Some(operands.take_name(self, "a short name")?),
                    None => None,
                };
                DeclarationKind::Use { pack, alias }
            }
            "operation" => {
                let (name, parameters, like) = self.kind(operands)?;
                let sends = match operands.take_word(self, "sends") {
                    Some(_) => Some(operands.take_text(self)?),
                    None => None,
                };
                DeclarationKind::Operation { name, parameters, like, sends }
            }
            "fieldclass" => {
                let (name, parameters, like) = self.kind(operands)?;
                DeclarationKind::FieldClass { name, parameters, like }
            }
            _ => DeclarationKind::Edition(self.edition(operands)?),
        };
        if self.failures() == failures {
            self.left_over_of_declaration(operands);
        }
        Some(kind)
    }

    fn rule<'i>(&mut self, operands: &mut Operands<'i>, items: &mut Items<'i>) -> Option<DeclarationKind> {
        let failures = self.failures();
        let id = operands.take_name(self, "an id");
        let title = operands.take_text_if_next(self);
        let clauses = self.body("this rule", Place::Rule, operands, items);
        let poisoned = self.failures() > failures;
        let rule = RuleDeclaration { id: id?, title, clauses, poisoned };
        Some(DeclarationKind::Rule(rule))
    }

    /// The block of a `rule` or `extend`. When its opening brace is missing, the clauses that follow are its body.
    fn body<'i>(
        &mut self,
        what: &str,
        place: Place,
        operands: &mut Operands<'i>,
        items: &mut Items<'i>,
    ) -> Vec<Clause> {
        let before_block = operands.left().take_while(|operand| operand.as_rule() != Rule::block).count();
        if before_block > 0 {
            self.left_over_of_declaration(operands);
            for _ in 0..before_block {
                operands.take_any(self);
            }
        }
        if let Some(block) = operands.take(self, Rule::block) {
            self.left_over_of_declaration(operands);
            let open = self.span(&block).start;
            let end = self.span(&block).end;
            let inner: Vec<_> = block.into_inner().collect();
            let closed = inner.last().is_some_and(|last| last.as_rule() == Rule::closing_brace);
            let in_fence = inner.last().is_some_and(ends_in_fence);
            let (clauses, _) = self.clauses(inner, place);
            if !closed && !in_fence && !self.open_fix {
                self.open_block(what, open, end);
            }
            return clauses;
        }
        let mut inner = Vec::new();
        while let Some(item) = items.next_if(|item| matches!(item.as_rule(), Rule::clause | Rule::stray)) {
            inner.push(item);
        }
        let last = items.next_if(|item| item.as_rule() == Rule::closing_brace).or_else(|| inner.last().cloned());
        let message = format!("{what} has no opening brace");
        let error = self.error("syntax::open-block", message, operands.keyword, "has no block");
        let error = error.with_label(Span::at(operands.end), "expected `{` behind this");
        self.fail(error.with_help("write the clauses between `{` and `}`"));
        operands.end = last.map_or(operands.end, |last| self.span(&last).end.max(operands.end));
        self.clauses(inner, place).0
    }

    /// `Name(parameters) like Other`
    fn kind(&mut self, operands: &mut Operands<'_>) -> Option<(Spanned<String>, Vec<Parameter>, Spanned<String>)> {
        let Some(pair) = operands.take(self, Rule::signature) else {
            self.expected(operands, "a name");
            return None;
        };
        let parts = self.definition_parts(&pair)?;
        if operands.take_word(self, "like").is_none() {
            self.expected(operands, "`like` and what it behaves like");
            return None;
        }
        let like = operands.take_name(self, "what it behaves like")?;
        Some((parts.name(), parts.parameters, like))
    }

    fn edition(&mut self, operands: &mut Operands<'_>) -> Option<Spanned<u32>> {
        let written = operands.peek().map(|next| self.spanned(next));
        let number = written.and_then(|written| Some(Spanned::new(written.value.parse().ok()?, written.span)));
        if number.is_none() {
            self.expected(operands, "a number");
        }
        operands.take_any(self);
        number
    }

    /// Reports the operands that a declaration did not take.
    fn left_over_of_declaration(&mut self, operands: &Operands<'_>) {
        let mut left = operands.left().take_while(|operand| operand.as_rule() != Rule::block);
        if left.next().is_some() {
            self.left_over(operands, Place::Rule);
        }
    }
}

/// Whether a clause ends with a fence that is not closed, which explains why its block is not closed either.
fn ends_in_fence(clause: &Pair<'_, Rule>) -> bool {
    clause.clone().into_inner().next_back().is_some_and(|operand| operand.as_rule() == Rule::open_fence)
}
