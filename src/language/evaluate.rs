//! What a rule says of a subject: true, false or unknown, in Kleene logic. Total: nothing here can fail.

use std::rc::Rc;

use globset::GlobMatcher;

use crate::language::CompareOp;
use crate::language::condition::{Node, NodeKind};
use crate::language::fact::{Cause, Entity, Fact, Subject, Truth};
use crate::language::rule::{Rule, RuleHead, RuleSet, Template, TemplatePart};
use crate::language::syntax::Quantifier;
use crate::source::Span;

/// Evaluates expressions of one rule set against one subject.
pub struct Evaluator<'r, 's, 'a> {
    rules: &'r RuleSet,
    subject: &'s dyn Subject<'a>,
    mutant: Option<(u32, bool)>,
}

/// The locals of a definition or quantifier, the innermost last.
type Locals<'a> = Vec<Fact<'a>>;

impl<'r, 's, 'a> Evaluator<'r, 's, 'a>
where
    'r: 'a,
{
    /// An evaluator for `subject`.
    #[must_use]
    pub fn new(rules: &'r RuleSet, subject: &'s dyn Subject<'a>) -> Self {
        Self { rules, subject, mutant: None }
    }

    /// The same with one leaf replaced by a constant, to ask whether anything notices.
    #[must_use]
    pub fn with_mutant(self, leaf: u32, value: bool) -> Self {
        Self { mutant: Some((leaf, value)), ..self }
    }

    /// The verdict of a rule through one of its heads: true is a finding.
    #[must_use]
    pub fn verdict(&self, rule: &'r Rule, head: &'r RuleHead) -> Truth {
        let applies = self.all(head.pattern.iter().chain(&rule.when));
        let allowed = || {
            let required = if rule.require.is_empty() { Truth::False } else { self.all(&rule.require) };
            required.or(|| self.any(&rule.unless))
        };
        applies.and(|| allowed().negate())
    }

    fn all(&self, nodes: impl IntoIterator<Item = &'r Node>) -> Truth {
        nodes.into_iter().fold(Truth::True, |truth, node| truth.and(|| self.condition(node, &mut Vec::new())))
    }

    fn any(&self, nodes: impl IntoIterator<Item = &'r Node>) -> Truth {
        nodes.into_iter().fold(Truth::False, |truth, node| truth.or(|| self.condition(node, &mut Vec::new())))
    }

    /// A text with its holes filled. Of a list between backticks or quotes, each element gets its own.
    #[must_use]
    pub fn render(&self, template: &'r Template) -> String {
        let mut text = String::new();
        for (at, part) in template.parts.iter().enumerate() {
            match part {
                TemplatePart::Text(plain) => text.push_str(plain),
                TemplatePart::Hole(node) => {
                    let next = match template.parts.get(at + 1) {
                        Some(TemplatePart::Text(plain)) => plain.chars().next(),
                        _ => None,
                    };
                    let between = match text.chars().next_back().filter(|quote| next == Some(*quote)) {
                        Some('`') => "`, `",
                        Some('"') => "\", \"",
                        _ => ", ",
                    };
                    text.push_str(&self.value(node, &mut Vec::new()).print_with(between));
                }
            }
        }
        text
    }

    /// The fact of an expression.
    #[must_use]
    pub fn fact(&self, node: &'r Node) -> Fact<'a> {
        self.value(node, &mut Vec::new())
    }

    /// Whether a condition is certainly true.
    #[must_use]
    pub fn holds(&self, node: &'r Node) -> bool {
        matches!(self.condition(node, &mut Vec::new()), Truth::True)
    }

    /// The place in the migration that a name or an attribute stands for.
    #[must_use]
    pub fn place(&self, node: &'r Node) -> Option<Span> {
        match &node.kind {
            NodeKind::Name(name) => self.subject.place(name),
            NodeKind::Attribute(owner, name) => match self.value(owner, &mut Vec::new()) {
                Fact::Entity(entity) => entity.place(Some(name)).or_else(|| self.place(owner)),
                _ => self.place(owner),
            },
            _ => match self.value(node, &mut Vec::new()) {
                Fact::Entity(entity) => entity.place(None),
                _ => None,
            },
        }
    }

    fn condition(&self, node: &'r Node, locals: &mut Locals<'a>) -> Truth {
        if let (Some(leaf), Some((mutant, value))) = (node.leaf, self.mutant)
            && leaf.id == mutant
        {
            return Truth::from(value);
        }
        match &node.kind {
            NodeKind::And(parts) => {
                parts.iter().fold(Truth::True, |truth, part| truth.and(|| self.condition(part, locals)))
            }
            NodeKind::Or(parts) => {
                parts.iter().fold(Truth::False, |truth, part| truth.or(|| self.condition(part, locals)))
            }
            NodeKind::Not(inner) => self.condition(inner, locals).negate(),
            NodeKind::Equal { left, right, negated } => {
                self.value(left, locals).equals(&self.value(right, locals)).negate_if(*negated)
            }
            NodeKind::Order { left, op, right } => match &left.kind {
                NodeKind::Quantifier { kind: Quantifier::Count, collection, condition, .. } => {
                    let right = self.value(right, locals);
                    self.count(collection, condition.as_deref(), locals).order(*op, &right)
                }
                _ => self.value(left, locals).order(*op, &self.value(right, locals)),
            },
            NodeKind::In { left, right, negated } => {
                self.value(left, locals).is_in(&self.value(right, locals)).negate_if(*negated)
            }
            NodeKind::Matches { left, right, negated } => {
                matches(&self.value(left, locals), &self.value(right, locals)).negate_if(*negated)
            }
            NodeKind::IsSet { value, negated } => self.value(value, locals).is_set().negate_if(*negated),
            NodeKind::IsKnown { value, negated } => {
                Truth::from(self.value(value, locals).unknown().is_none()).negate_if(*negated)
            }
            NodeKind::IsKind { value, kinds, negated } => {
                self.is_kind(&self.value(value, locals), kinds).negate_if(*negated)
            }
            NodeKind::Quantifier { kind: Quantifier::Any, body, collection, condition } => {
                self.elements(collection, locals).into_iter().fold(Truth::False, |found, element| {
                    found.or(|| self.element_holds(element, condition.as_deref(), Some(body), locals))
                })
            }
            NodeKind::Quantifier { kind: Quantifier::All, body, collection, condition } => {
                self.elements(collection, locals).into_iter().fold(Truth::True, |all, element| {
                    all.and(|| {
                        let counts = self.element_holds(element.clone(), condition.as_deref(), None, locals);
                        counts.negate().or(|| self.element_holds(element, None, Some(body), locals))
                    })
                })
            }
            NodeKind::Let { definition, arguments } => {
                let mut frame: Locals<'a> = arguments.iter().map(|argument| self.value(argument, locals)).collect();
                self.condition(&definition.body, &mut frame)
            }
            _ => self.value(node, locals).truth(),
        }
    }

    fn value(&self, node: &'r Node, locals: &mut Locals<'a>) -> Fact<'a> {
        match &node.kind {
            NodeKind::Name(name) => self.subject.name(name),
            NodeKind::Local(index) => locals.get(*index).cloned().unwrap_or(Fact::Unset),
            NodeKind::Attribute(owner, name) => match self.value(owner, locals) {
                Fact::Entity(entity) => entity.attribute(name),
                // What belongs to something unknown may be unset.
                Fact::Unknown(cause) | Fact::Given(cause) => Fact::Unknown(cause),
                _ => Fact::Unset,
            },
            NodeKind::Literal(literal) => Fact::literal(literal),
            NodeKind::Setting(id) => {
                let setting = self.rules.settings.iter().find(|setting| setting.id == *id);
                setting.map_or(Fact::Unset, |setting| Fact::literal(&setting.value))
            }
            NodeKind::Let { definition, arguments } => {
                let mut frame: Locals<'a> = arguments.iter().map(|argument| self.value(argument, locals)).collect();
                self.value(&definition.body, &mut frame)
            }
            NodeKind::Quantifier { kind: Quantifier::Count, collection, condition, .. } => {
                self.count(collection, condition.as_deref(), locals).into_fact()
            }
            NodeKind::Quantifier { kind: Quantifier::First, body, collection, condition } => {
                self.first(body, collection, condition.as_deref(), locals)
            }
            NodeKind::Quantifier { kind: Quantifier::Sum, body, collection, condition } => {
                self.sum(body, collection, condition.as_deref(), locals)
            }
            _ => match self.condition(node, locals) {
                Truth::True => Fact::Bool(true),
                Truth::False => Fact::Bool(false),
                Truth::Unknown(causes) => causes.into_iter().next().map_or(Fact::Unset, Fact::Unknown),
            },
        }
    }

    /// The elements of a collection; a collection that is not known is one unknown element.
    fn elements(&self, collection: &'r Node, locals: &mut Locals<'a>) -> Vec<Fact<'a>> {
        match self.value(collection, locals) {
            Fact::List(items) => items,
            unknown @ (Fact::Unknown(_) | Fact::Given(_)) => vec![unknown],
            _ => Vec::new(),
        }
    }

    /// Whether `condition` and `body` hold for an element. An unknown element may be none at all, or several.
    fn element_holds(
        &self,
        element: Fact<'a>,
        condition: Option<&'r Node>,
        body: Option<&'r Node>,
        locals: &mut Locals<'a>,
    ) -> Truth {
        let open = element.unknown().cloned();
        locals.push(element);
        let truth = [condition, body]
            .into_iter()
            .flatten()
            .fold(Truth::True, |truth, node| truth.and(|| self.condition(node, locals)));
        locals.pop();
        match (truth, open) {
            (Truth::True, Some(cause)) => Truth::unknown(cause),
            (truth, _) => truth,
        }
    }

    fn count(&self, collection: &'r Node, condition: Option<&'r Node>, locals: &mut Locals<'a>) -> Counted {
        let mut counted = Counted { least: 0, most: 0, cause: None };
        for element in self.elements(collection, locals) {
            let one = element.unknown().is_none();
            match self.element_holds(element, condition, None, locals) {
                Truth::True => {
                    counted.least += 1;
                    counted.most = counted.most.saturating_add(1);
                }
                Truth::False => {}
                Truth::Unknown(causes) => {
                    counted.most = if one { counted.most.saturating_add(1) } else { i64::MAX };
                    counted.cause = counted.cause.or_else(|| causes.into_iter().next());
                }
            }
        }
        counted
    }

    /// The first element that certainly fits; unknown when only an uncertain one may.
    fn first(
        &self,
        body: &'r Node,
        collection: &'r Node,
        condition: Option<&'r Node>,
        locals: &mut Locals<'a>,
    ) -> Fact<'a> {
        let mut uncertain: Option<Rc<Cause>> = None;
        for element in self.elements(collection, locals) {
            match self.element_holds(element.clone(), condition, None, locals) {
                Truth::True => {
                    locals.push(element);
                    let value = self.value(body, locals);
                    locals.pop();
                    return value;
                }
                Truth::False => {}
                Truth::Unknown(causes) => uncertain = uncertain.or_else(|| causes.into_iter().next()),
            }
        }
        uncertain.map_or(Fact::Unset, Fact::Unknown)
    }

    /// What the body adds up to over the elements that fit. What is unset adds nothing.
    fn sum(
        &self,
        body: &'r Node,
        collection: &'r Node,
        condition: Option<&'r Node>,
        locals: &mut Locals<'a>,
    ) -> Fact<'a> {
        let mut sum = 0_i64;
        for element in self.elements(collection, locals) {
            match self.element_holds(element.clone(), condition, None, locals) {
                Truth::True => {}
                Truth::False => continue,
                Truth::Unknown(causes) => return causes.into_iter().next().map_or(Fact::Unset, Fact::Unknown),
            }
            locals.push(element);
            let value = self.value(body, locals);
            locals.pop();
            match value {
                Fact::Int(number) => sum = sum.saturating_add(number),
                Fact::Unknown(cause) | Fact::Given(cause) => return Fact::Unknown(cause),
                _ => {}
            }
        }
        Fact::Int(sum)
    }

    fn is_kind(&self, value: &Fact<'a>, kinds: &[String]) -> Truth {
        let entity: &Rc<dyn Entity<'a> + 'a> = match value {
            Fact::Entity(entity) => entity,
            Fact::Unknown(cause) | Fact::Given(cause) => return Truth::unknown(Rc::clone(cause)),
            _ => return Truth::False,
        };
        let class = match entity.class() {
            Fact::Str(class) => class,
            Fact::Unknown(cause) | Fact::Given(cause) => return Truth::unknown(cause),
            _ => return Truth::False,
        };
        kinds.iter().fold(Truth::False, |found, kind| {
            found.or(|| match self.rules.vocabulary.is_kind(entity.type_name(), &class, kind) {
                Some(is) => Truth::from(is),
                None => Truth::unknown(Rc::new(Cause {
                    text: class.to_string(),
                    reason: "is a class that no rule file declares".to_owned(),
                    span: entity.place(None).unwrap_or_default(),
                })),
            })
        })
    }
}

/// How many elements fit: a range where that is not certain of some.
struct Counted {
    least: i64,
    most: i64,
    /// Why it is not certain.
    cause: Option<Rc<Cause>>,
}

impl Counted {
    fn into_fact<'a>(self) -> Fact<'a> {
        self.cause.map_or(Fact::Int(self.least), Fact::Unknown)
    }

    /// An order is certain where it holds for both ends, or for neither.
    fn order<'a>(self, op: CompareOp, right: &Fact<'a>) -> Truth {
        let least = Fact::<'a>::Int(self.least).order(op, right);
        let most = Fact::<'a>::Int(self.most).order(op, right);
        match self.cause {
            Some(cause) if std::mem::discriminant(&least) != std::mem::discriminant(&most) => Truth::unknown(cause),
            _ => least,
        }
    }
}

fn matches<'a>(text: &Fact<'a>, globs: &Fact<'a>) -> Truth {
    if let Some(cause) = text.unknown().or(globs.unknown()) {
        return Truth::unknown(Rc::clone(cause));
    }
    match (text, globs) {
        (Fact::Str(text), Fact::Str(glob)) => {
            Truth::from(matcher(glob).is_some_and(|matcher| matcher.is_match(&**text)))
        }
        (_, Fact::List(globs)) => globs.iter().fold(Truth::False, |found, glob| found.or(|| matches(text, glob))),
        _ => Truth::False,
    }
}

/// The checker has refused every glob that does not compile.
fn matcher(glob: &str) -> Option<GlobMatcher> {
    globset::Glob::new(glob).ok().map(|glob| glob.compile_matcher())
}
