//! The clauses and declarations: which words exist, where they may stand and what they take.

/// Where a clause may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a `rule`.
    Rule,
    /// In an `extend`.
    Extend,
    /// In the braces of a `fix`.
    Fix,
}

impl Place {
    /// The place as messages name it.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Place::Rule => "a rule",
            Place::Extend => "an `extend`",
            Place::Fix => "a `fix`",
        }
    }
}

/// What a clause takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Heads: `AddField, state.RemoveField`.
    Subjects,
    /// A condition.
    Condition,
    /// A condition, and `because` with a text.
    Exception,
    /// A name, perhaps parameters, and what it stands for.
    Definition,
    /// One word.
    Word,
    /// Words with commas.
    Words,
    /// Databases with commas, each perhaps with a version.
    Targets,
    /// Versions: `>= 5.0, < 6.0`.
    Requirements,
    /// A one-line text or a fence.
    Text,
    /// A place and a text.
    Label,
    /// A title, perhaps a level, and edits or steps.
    Fix,
    /// A fence.
    Fence,
    /// A fence with a title and options.
    Example,
    /// A name or a place, `=`, a value.
    Assignment,
    /// A place.
    Removal,
    /// A place, `to` and a kind.
    Renaming,
}

/// A clause word.
#[derive(Debug)]
pub(super) struct ClauseWord {
    /// The word.
    pub(super) word: &'static str,
    /// What follows it.
    pub(super) shape: Shape,
    /// Where it may stand.
    pub(super) places: &'static [Place],
    /// How it is written, for help.
    pub(super) sample: &'static str,
}

const RULE: &[Place] = &[Place::Rule];
const BOTH: &[Place] = &[Place::Rule, Place::Extend];
const FIX: &[Place] = &[Place::Fix];

const fn entry(word: &'static str, shape: Shape, places: &'static [Place], sample: &'static str) -> ClauseWord {
    ClauseWord { word, shape, places, sample }
}

/// Every clause, in the order in which a rule is usually written.
pub(super) const CLAUSES: &[ClauseWord] = &[
    entry("forbid", Shape::Subjects, RULE, "forbid RemoveField"),
    entry("on", Shape::Subjects, RULE, "on AddField, AlterField"),
    entry("when", Shape::Condition, RULE, "when model in deployed"),
    entry("require", Shape::Condition, RULE, "require field.null"),
    entry("unless", Shape::Exception, BOTH, "unless app == \"legacy\" because \"…\""),
    entry("let", Shape::Definition, RULE, "let big = table in big_tables"),
    entry("severity", Shape::Word, BOTH, "severity error"),
    entry("hazard", Shape::Words, RULE, "hazard breaks-old-code"),
    entry("unknown", Shape::Word, BOTH, "unknown warn"),
    entry("database", Shape::Targets, RULE, "database postgresql >= 12"),
    entry("django", Shape::Requirements, RULE, "django >= 5.0"),
    entry("message", Shape::Text, RULE, "message \"…\""),
    entry("label", Shape::Label, RULE, "label field \"…\""),
    entry("why", Shape::Text, RULE, "why \"…\""),
    entry("see", Shape::Text, RULE, "see \"https://…\""),
    entry("was", Shape::Word, RULE, "was old-id"),
    entry("fix", Shape::Fix, RULE, "fix \"…\" { set field.null = True }"),
    entry("given", Shape::Fence, RULE, "given ```"),
    entry("deployed", Shape::Fence, RULE, "deployed ```"),
    entry("bad", Shape::Example, RULE, "bad ```"),
    entry("good", Shape::Example, RULE, "good ```"),
    entry("set", Shape::Assignment, &[Place::Extend, Place::Fix], "set big_tables = [\"orders\"]"),
    entry("remove", Shape::Removal, FIX, "remove field.default"),
    entry(
        "rename",
        Shape::Renaming,
        FIX,
        "rename op to AddIndexConcurrently from \"django.contrib.postgres.operations\"",
    ),
];

/// The words that start a clause of a rule, of an `extend` or of a `fix`.
pub(crate) const CLAUSE_WORDS: &[&str] = &{
    let mut words = [""; CLAUSES.len()];
    let mut index = 0;
    while index < words.len() {
        words[index] = CLAUSES[index].word;
        index += 1;
    }
    words
};

/// The words that start a declaration, each with how it is written.
pub(super) const DECLARATIONS: &[(&str, &str)] = &[
    ("rule", "rule some-id { … }"),
    ("extend", "extend pack/some-id { … }"),
    ("disable", "disable pack/some-id because \"…\""),
    ("let", "let live(m: Model) = m in deployed"),
    ("setting", "setting big_tables: list[str] = [] \"…\""),
    ("use", "use acme/zero-downtime as zd"),
    ("operation", "operation CreatePartition(model_name: str) like SchemaOperation"),
    ("fieldclass", "fieldclass EncryptedTextField like TextField"),
    ("edition", "edition 1"),
];

/// What people write, and the clause they mean.
const SYNONYMS: &[(&str, &str)] = &[
    ("if", "when"),
    ("where", "when"),
    ("only", "when"),
    ("match", "on"),
    ("for", "on"),
    ("deny", "forbid"),
    ("disallow", "forbid"),
    ("ban", "forbid"),
    ("assert", "require"),
    ("must", "require"),
    ("except", "unless"),
    ("allow", "unless"),
    ("ignore", "unless"),
    ("msg", "message"),
    ("text", "message"),
    ("level", "severity"),
    ("description", "why"),
    ("docs", "why"),
    ("rationale", "why"),
    ("link", "see"),
    ("url", "see"),
    ("before", "given"),
    ("models", "given"),
    ("fails", "bad"),
    ("passes", "good"),
    ("ok", "good"),
    ("autofix", "fix"),
    ("delete", "remove"),
    ("add", "set"),
];

/// The entry of a clause word.
pub(super) fn clause(word: &str) -> Option<&'static ClauseWord> {
    CLAUSES.iter().find(|entry| entry.word == word)
}

/// The clause that `word` most likely stands for at `place`.
pub(super) fn intended_clause(word: &str, place: Place) -> Option<&'static str> {
    let synonym = SYNONYMS.iter().find(|(synonym, _)| *synonym == word).map(|(_, clause)| *clause);
    let here = CLAUSES.iter().filter(|entry| entry.places.contains(&place)).map(|entry| entry.word);
    synonym
        .filter(|meant| clause(meant).is_some_and(|entry| entry.places.contains(&place)))
        .or_else(|| crate::language::did_you_mean(word, here))
}

/// How a declaration is written.
pub(super) fn declaration_sample(word: &str) -> Option<&'static str> {
    DECLARATIONS.iter().find(|(known, _)| *known == word).map(|(_, sample)| *sample)
}
