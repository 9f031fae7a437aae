//! The trees of files without mistakes, and of understandable spellings.

use super::{SAMPLE, parsed, report, rules};
use crate::language::parse::table::{self, CLAUSES};
use crate::language::syntax::{
    ClauseKind, DeclarationKind, Expr, ExprKind, FixBody, IsWhat, Literal, Path, Subject, Text,
};
use crate::source::Spanned;

/// An expression with all its parentheses.
fn show(expr: &Expr) -> String {
    let all = |parts: &[Expr], joint: &str| format!("({})", parts.iter().map(show).collect::<Vec<_>>().join(joint));
    let not = |negated: &bool| if *negated { "not " } else { "" };
    match &expr.kind {
        ExprKind::Or(parts) => all(parts, " or "),
        ExprKind::And(parts) => all(parts, " and "),
        ExprKind::Not(inner) => format!("(not {})", show(inner)),
        ExprKind::Compare { left, op, right } => format!("({} {} {})", show(left), op.value.symbol(), show(right)),
        ExprKind::In { left, negated, right } => format!("({} {}in {})", show(left), not(negated), show(right)),
        ExprKind::Matches { left, negated, right } => format!("({} {}~ {})", show(left), not(negated), show(right)),
        ExprKind::Is { left, negated, what } => {
            let what = match what {
                IsWhat::Set(_) => "set".to_owned(),
                IsWhat::Known(_) => "known".to_owned(),
                IsWhat::Kinds(kinds) => kinds.iter().map(|kind| kind.value.as_str()).collect::<Vec<_>>().join("|"),
            };
            format!("({} is {}{what})", show(left), not(negated))
        }
        ExprKind::Quantifier { kind, body, variable, collection, condition } => {
            let condition = condition.as_ref().map(|condition| format!(" if {}", show(condition))).unwrap_or_default();
            let (body, collection) = (show(body), show(collection));
            format!("{:?}({body} for {} in {collection}{condition})", kind.value, variable.value)
        }
        ExprKind::Call { callee, arguments } => format!("{}{}", path(callee), all(arguments, ", ")),
        ExprKind::Path(inner) => path(inner),
        ExprKind::Literal(Literal::List(items)) => {
            format!("{:?}", items.iter().map(|item| &item.value).collect::<Vec<_>>())
        }
        ExprKind::Literal(literal) => format!("{literal:?}"),
        ExprKind::Kind(kind) => format!("<{}>", kind.value),
        ExprKind::Poisoned => "?".to_owned(),
    }
}

fn path(path: &Path) -> String {
    path.segments.iter().map(|segment| segment.value.as_str()).collect::<Vec<_>>().join(".")
}

/// The condition of `when CONDITION`.
fn condition(text: &str) -> String {
    let (file, _) = parsed(&format!("rule a {{ when {text} }}"));
    let rule = rules(&file).next().expect("a rule");
    match &rule.clauses[0].kind {
        ClauseKind::When(condition) => show(condition),
        other => panic!("not a condition: {other:?}"),
    }
}

fn clause_kinds(text: &str) -> Vec<ClauseKind> {
    let (file, diagnostics) = parsed(text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    rules(&file).flat_map(|rule| rule.clauses.iter().map(|clause| clause.kind.clone())).collect()
}

#[test]
fn the_whole_language_parses_without_a_word() {
    assert_eq!(report(SAMPLE), "");
    let (file, _) = parsed(SAMPLE);
    assert_eq!(file.declarations.len(), 27);
    assert!(rules(&file).all(|rule| !rule.poisoned));
    let comments: Vec<_> = file.comments.iter().map(|span| file.source.slice(*span)).collect();
    assert_eq!(comments.len(), 2);
    assert_eq!(comments[1], "# which operations");
    for declaration in &file.declarations {
        let text = file.source.slice(declaration.span);
        assert_eq!(text, text.trim(), "a declaration's place has no space around it");
    }
}

#[test]
fn operators_bind_as_in_python() {
    assert_eq!(condition("a or b and not c == 1"), "(a or (b and (not (c == Int(1)))))");
    assert_eq!(condition("(a or b) and c"), "((a or b) and c)");
    assert_eq!(condition("a in b and c not in [\"x\", 2,]"), "((a in b) and (c not in [Str(\"x\"), Int(2)]))");
    assert_eq!(condition("not not a"), "(not (not a))");
    assert_eq!(
        condition("x is not set or y is (A, schema.B) or z is known"),
        "((x is not set) or (y is A|schema.B) or (z is known))"
    );
    assert_eq!(condition("lock >= access-exclusive"), "(lock >= <access-exclusive>)");
    assert_eq!(
        condition("django >= 5.0 and model in deployed"),
        "((django >= Version(\"5.0\")) and (model in deployed))"
    );
    assert_eq!(
        condition("zd.f(model, -1) and op.kind == AddField"),
        "(zd.f(model, Int(-1)) and (op.kind == <AddField>))"
    );
    assert_eq!(
        condition("any(o is X for o in siblings if o is not set and p)"),
        "Any((o is X) for o in siblings if ((o is not set) and p))"
    );
    assert_eq!(condition("a matches '0*' or b not matches \"c\""), "((a ~ Str(\"0*\")) or (b not ~ Str(\"c\")))");
}

#[test]
fn other_spellings_mean_what_they_mean_elsewhere() {
    assert_eq!(condition("a && !b || c"), "((a and (not b)) or c)");
    assert_eq!(condition("a = true and b <> 1"), "((a == Bool(true)) and (b != Int(1)))");
    assert_eq!(condition("a < b < c"), "((a < b) and (b < c))");
    assert_eq!(
        condition("a is None or b is not null or c == null"),
        "((a is not set) or (b is set) or (c is not set))"
    );
    assert_eq!(condition("a is True and b is False"), "(a and (not b))");
    assert_eq!(condition("a is unknown and b is 3"), "((a is not known) and (b == Int(3)))");
    assert_eq!(condition("a in (\"x\", \"y\") and b, c"), "(((a in [Str(\"x\"), Str(\"y\")]) and b) and c)");
    assert_eq!(condition("null"), "null", "`null` is Django's most used argument name");
}

#[test]
fn heads_have_namespaces_parts_and_patterns() {
    let text = "rule a { forbid AddField(field is X, a == 1), state.RemoveField, CreateModel.fields, schema.Drop.x }";
    let kinds = clause_kinds(text);
    let ClauseKind::Forbid(subjects) = &kinds[0] else { panic!("{kinds:?}") };
    let shown: Vec<_> = subjects
        .iter()
        .map(|Subject { namespace, kind, part, pattern, .. }| {
            let text = |word: &Option<Spanned<String>>| word.as_ref().map_or("-".to_owned(), |word| word.value.clone());
            format!("{}/{}/{}/{}", text(namespace), kind.value, text(part), pattern.len())
        })
        .collect();
    assert_eq!(shown, ["-/AddField/-/2", "state/RemoveField/-/0", "-/CreateModel/fields/0", "schema/Drop/x/0"]);
}

#[test]
fn a_fence_loses_its_indentation_and_keeps_its_places() {
    let text = "rule a {\r\n  given ```python\r\n    class A:\r\n\r\n        é = 1\r\n  ```\r\n}";
    let kinds = clause_kinds(text);
    let ClauseKind::Given(Text { value, line_offsets, fenced, span }) = &kinds[0] else { panic!("{kinds:?}") };
    assert_eq!(value, "class A:\n\n    é = 1");
    assert!(fenced);
    assert!(text[span.range()].starts_with("```python") && text[span.range()].ends_with("```"));
    for (line, offset) in value.lines().zip(line_offsets) {
        assert!(text[*offset..].starts_with(line), "{line:?}");
    }
}

#[test]
fn a_string_resolves_its_escapes() {
    let kinds = clause_kinds(r#"rule a { message "a \"b\" \\ \n" why 'it "is"' }"#);
    let [ClauseKind::Message(message), ClauseKind::Why(why)] = &kinds[..] else { panic!("{kinds:?}") };
    assert_eq!((message.value.as_str(), why.value.as_str()), ("a \"b\" \\ \n", "it \"is\""));
    assert_eq!(message.line_offsets.len(), 2);
}

#[test]
fn a_fix_holds_edits_or_steps() {
    let text = "rule a { fix \"t\" safe { set a.b = c.d remove e.f rename op to X from \"m\" } fix \"u\" ```\n 1. x\n ```\n fix \"v\" }";
    let kinds = clause_kinds(text);
    let [
        ClauseKind::Fix { level: Some(level), body: FixBody::Edits(edits), .. },
        ClauseKind::Fix { body: FixBody::Steps(steps), .. },
        ClauseKind::Fix { body: FixBody::None, .. },
    ] = &kinds[..]
    else {
        panic!("{kinds:?}")
    };
    assert_eq!((level.value.as_str(), edits.len(), steps.value.as_str()), ("safe", 3, "1. x"));
    let places: Vec<_> = edits.iter().map(|edit| &text[edit.span.range()]).collect();
    assert_eq!(places, ["set a.b = c.d", "remove e.f", "rename op to X from \"m\""]);
}

#[test]
fn a_fix_may_be_for_some_findings_only() {
    let text = "rule a { fix \"t\" unsafe if django >= 5.0 and a.b is set { remove e.f } fix \"u\" if not x ```\n 1. x\n ```\n fix \"v\" if y see \"z\" }";
    let kinds = clause_kinds(text);
    let conditions: Vec<_> = kinds
        .iter()
        .filter_map(|kind| match kind {
            ClauseKind::Fix { condition, .. } => {
                Some(condition.as_ref().map(|condition| &text[condition.span.range()]))
            }
            _ => None,
        })
        .collect();
    assert_eq!(conditions, [Some("django >= 5.0 and a.b is set"), Some("not x"), Some("y")]);
    assert_eq!(kinds.len(), 4, "{kinds:?}");
}

#[test]
fn an_example_takes_its_options_in_any_order() {
    let text =
        "rule a { bad possible with x = [\"a\"], y = 1 \"t\" on postgresql 14 ```\n x\n ```\n on AddField require a }";
    let kinds = clause_kinds(text);
    let [ClauseKind::Bad(example), ClauseKind::On(_), ClauseKind::Require(_)] = &kinds[..] else { panic!("{kinds:?}") };
    let on = example.on.as_ref().expect("a database");
    assert_eq!((on.name.value.as_str(), on.version.as_ref().map(|v| v.value.as_str())), ("postgresql", Some("14")));
    assert_eq!((example.with.len(), example.possible.is_some(), example.code.value.as_str()), (2, true, "x"));
}

#[test]
fn declarations_may_share_a_line() {
    let (file, diagnostics) = parsed("edition 1 use a/b as c let d = e rule f { forbid G } disable h/i because \"j\"");
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert!(matches!(file.declarations[0].kind, DeclarationKind::Edition(Spanned { value: 1, .. })));
    assert_eq!(file.declarations.len(), 5);
}

#[test]
fn the_grammar_and_the_table_know_the_same_clause_words() {
    let grammar = include_str!("../../../../grammar/rules.pest");
    let body = |name: &str| {
        let start = grammar.find(&format!("{name} =")).expect("the rule exists");
        grammar[start..].split('}').next().expect("the rule ends").to_owned()
    };
    let listed = format!("{}{}", body("clause_word"), body("name_or_clause"));
    let mut words: Vec<_> = listed.split('"').skip(1).step_by(2).collect();
    words.sort_unstable();
    let mut known: Vec<_> = CLAUSES.iter().map(|entry| entry.word).collect();
    known.sort_unstable();
    assert_eq!(words, known);
    for entry in CLAUSES {
        assert!(entry.sample.starts_with(entry.word));
        assert_eq!(table::clause(entry.word).map(|found| found.shape), Some(entry.shape));
    }
}
