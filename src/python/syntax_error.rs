//! Why a file could not be parsed, and the name of the construct where it can be recognised.

use rustpython_parser::lexer::LexicalErrorType;
use rustpython_parser::{ParseError, ParseErrorType};

use crate::source::Span;

/// A file that the parser does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong: lowercase, no final period.
    pub message: String,
    /// Where: a character, or nothing at the end of the file.
    pub span: Span,
    /// The construct that the parser does not know, where it can be told.
    pub construct: Option<Construct>,
}

/// Syntax that the parser does not know: newer than it, or gone for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Construct {
    /// Nested quotes and line ends in fields (PEP 701).
    NestedFstring,
    /// `except A, B:` (PEP 758).
    BareExceptTuple,
    /// `t"…"` (PEP 750).
    TemplateString,
    /// `def f[T = int](): …` (PEP 696).
    ParameterDefault,
    /// `{**a for a in b}` (PEP 798).
    UnpackingComprehension,
    /// `print x`
    PrintStatement,
    /// `exec x`
    ExecStatement,
    /// `raise E, value`
    RaiseTuple,
    /// The old spelling of `repr`.
    Backticks,
    /// `0777`
    OldOctal,
    /// `<>`
    OldUnequal,
    /// `ur"…"`
    OldStringPrefix,
    /// `10L`
    LongNumber,
}

impl Construct {
    /// Its name, with the version of Python that has it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NestedFstring => "nested quotes or line ends in a field of an f-string (PEP 701, Python 3.12)",
            Self::BareExceptTuple => "`except A, B:` without parentheses (PEP 758, Python 3.14, or Python 2)",
            Self::TemplateString => "template strings, `t\"…\"` (PEP 750, Python 3.14)",
            Self::ParameterDefault => "defaults of type parameters (PEP 696, Python 3.13)",
            Self::UnpackingComprehension => "unpacking in a comprehension (PEP 798, Python 3.15)",
            Self::PrintStatement => "the `print` statement of Python 2",
            Self::ExecStatement => "the `exec` statement of Python 2",
            Self::RaiseTuple => "`raise E, value` of Python 2",
            Self::Backticks => "backticks, `repr` in Python 2",
            Self::OldOctal => "octal numbers with a plain leading zero, as in Python 2",
            Self::OldUnequal => "the operator `<>` of Python 2",
            Self::OldStringPrefix => "the string prefix `ur` of Python 2",
            Self::LongNumber => "numbers that end in `L`, as in Python 2",
        }
    }
}

impl SyntaxError {
    /// An error of the file's form rather than its grammar.
    pub(super) fn plain(text: &str, offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), span: character(text, offset), construct: None }
    }

    /// The parser's error, with the construct named where it can be recognised.
    pub(super) fn of_parser(text: &str, error: &ParseError) -> Self {
        let span = character(text, u32::from(error.offset) as usize);
        let construct = construct(text, span.start, &error.error);
        let message = match construct {
            Some(construct) => format!("the Python parser does not know {}", construct.words()),
            None => format!("invalid Python: {}", plain_words(&error.error)),
        };
        Self { message, span, construct }
    }

    /// The same error in a text whose characters have the same places, but perhaps other widths.
    pub(super) fn in_text(self, text: &str) -> Self {
        Self { span: character(text, self.span.start), ..self }
    }
}

/// The character at `offset`, cut to what the text holds.
fn character(text: &str, offset: usize) -> Span {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let width = text[start..].chars().next().map_or(0, char::len_utf8);
    Span::new(start, start + width)
}

fn plain_words(error: &ParseErrorType) -> String {
    match error {
        ParseErrorType::Eof | ParseErrorType::Lexical(LexicalErrorType::Eof) => "the file ends too early".to_owned(),
        ParseErrorType::ExtraToken(token) | ParseErrorType::UnrecognizedToken(token, _) => match token {
            rustpython_parser::Tok::Newline => "the line ends too early".to_owned(),
            rustpython_parser::Tok::Indent => "unexpected indentation".to_owned(),
            rustpython_parser::Tok::Dedent => "unexpected end of an indented block".to_owned(),
            rustpython_parser::Tok::EndOfFile => "the file ends too early".to_owned(),
            rustpython_parser::Tok::String { .. } => "unexpected string".to_owned(),
            token => format!("unexpected {token}"),
        },
        ParseErrorType::InvalidToken => "invalid token".to_owned(),
        ParseErrorType::Lexical(LexicalErrorType::TabError | LexicalErrorType::TabsAfterSpaces) => {
            "inconsistent use of tabs and spaces".to_owned()
        }
        ParseErrorType::Lexical(error) => {
            let words = error.to_string();
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    }
}

/// The construct at `offset`, when it looks like one that the parser is known not to take.
fn construct(text: &str, offset: usize, error: &ParseErrorType) -> Option<Construct> {
    let line_start = text[..offset].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line_end = text[offset..].find(['\n', '\r']).map_or(text.len(), |at| offset + at);
    let (before, rest) = (&text[line_start..offset], &text[offset..line_end]);
    let line = text[line_start..line_end].trim_start();
    let next = rest.chars().next();
    let word = word_before(before.trim_end());

    if matches!(error, ParseErrorType::Lexical(LexicalErrorType::FStringError(_))) {
        return Some(Construct::NestedFstring);
    }
    if matches!(error, ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok: '`' })) {
        return Some(Construct::Backticks);
    }
    if matches!(next, Some('"' | '\'')) && !before.ends_with(char::is_whitespace) {
        match word.to_ascii_lowercase().as_str() {
            "t" | "rt" | "tr" => return Some(Construct::TemplateString),
            "ur" => return Some(Construct::OldStringPrefix),
            _ => {}
        }
    }
    if line.starts_with("except") && next == Some(',') {
        return Some(Construct::BareExceptTuple);
    }
    if next == Some('=') && in_type_parameters(text, offset) {
        return Some(Construct::ParameterDefault);
    }
    if has_open_fstring(before) || (unterminated(error) && has_open_fstring(last_line(text, offset))) {
        return Some(Construct::NestedFstring);
    }
    if next == Some('>') && before.ends_with('<') {
        return Some(Construct::OldUnequal);
    }
    if line.starts_with("raise ") && next == Some(',') {
        return Some(Construct::RaiseTuple);
    }
    let statement = before.trim_start();
    if statement.starts_with("print ") || statement.starts_with("print\"") {
        return Some(Construct::PrintStatement);
    }
    if statement.starts_with("exec ") {
        return Some(Construct::ExecStatement);
    }
    if rest.starts_with("for") && word_behind_unpacking(before) {
        return Some(Construct::UnpackingComprehension);
    }
    if next == Some('L') && before.ends_with(|letter: char| letter.is_ascii_digit()) {
        return Some(Construct::LongNumber);
    }
    let octal =
        |digits: &str| digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = &rest[..rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len())];
    (octal(number) || octal(word)).then_some(Construct::OldOctal)
}

/// Whether the bracket that is open at `offset` holds the type parameters of a function, a class or an alias.
fn in_type_parameters(text: &str, offset: usize) -> bool {
    const LONGEST: usize = 1_000;
    let mut closed = 0;
    for (at, letter) in text[..offset].char_indices().rev().take(LONGEST) {
        match letter {
            ']' => closed += 1,
            '[' if closed > 0 => closed -= 1,
            '[' => {
                let line = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
                let line = text[line..at].trim_start();
                return ["def ", "async def ", "class ", "type "].iter().any(|start| line.starts_with(start));
            }
            _ => {}
        }
    }
    false
}

/// Whether what stands before a `for` is `{**name`, or what else is unpacked in a comprehension.
fn word_behind_unpacking(before: &str) -> bool {
    before.rfind("**").is_some_and(|at| before[..at].trim_end().ends_with('{'))
}

fn unterminated(error: &ParseErrorType) -> bool {
    matches!(error, ParseErrorType::Lexical(LexicalErrorType::OtherError(words)) if words.starts_with("EOL"))
}

/// The line that ends at `offset`, for errors that the lexer reports behind the line break.
fn last_line(text: &str, offset: usize) -> &str {
    let before = text[..offset].trim_end_matches(['\n', '\r']);
    &before[before.rfind(['\n', '\r']).map_or(0, |at| at + 1)..]
}

fn word_before(before: &str) -> &str {
    &before[before
        .rfind(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8))..]
}

/// Whether an f-string with an open `{` stands in `before`: its quote was ended inside a replacement field.
fn has_open_fstring(before: &str) -> bool {
    const LONGEST: usize = 1_000;
    // A long line is looked at from near the error only, so that the search stays short.
    let mut from = before.len().saturating_sub(LONGEST);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let before = &before[from..];
    before.match_indices(['"', '\'']).any(|(at, _)| {
        let prefix = word_before(&before[..at]).to_ascii_lowercase();
        matches!(prefix.as_str(), "f" | "rf" | "fr") && {
            let body = &before[at..];
            body.matches('{').count() > body.matches('}').count()
        }
    })
}
