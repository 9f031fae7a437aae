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
    /// The construct that the parser does not know, where it can be told: "`except A, B:` without parentheses …".
    pub construct: Option<&'static str>,
}

const NESTED_FSTRING: &str = "nested quotes, backslashes or line breaks in an f-string (PEP 701, Python 3.12)";
const BARE_EXCEPT_TUPLE: &str = "`except A, B:` without parentheses (PEP 758, Python 3.14, or Python 2)";
const TEMPLATE_STRING: &str = "template strings, `t\"…\"` (PEP 750, Python 3.14)";
const PARAMETER_DEFAULT: &str = "defaults of type parameters (PEP 696, Python 3.13)";
const PRINT_STATEMENT: &str = "the `print` statement of Python 2";
const EXEC_STATEMENT: &str = "the `exec` statement of Python 2";
const RAISE_TUPLE: &str = "`raise E, value` of Python 2";
const BACKTICKS: &str = "backticks, `repr` in Python 2";
const OLD_OCTAL: &str = "octal numbers with a plain leading zero, as in Python 2";
const OLD_UNEQUAL: &str = "the operator `<>` of Python 2";
const OLD_STRING_PREFIX: &str = "the string prefix `ur` of Python 2";

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
            Some(construct) => format!("the Python parser does not know {construct}"),
            None => format!("invalid Python: {}", plain_words(&error.error)),
        };
        Self { message, span, construct }
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
fn construct(text: &str, offset: usize, error: &ParseErrorType) -> Option<&'static str> {
    let line_start = text[..offset].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line_end = text[offset..].find(['\n', '\r']).map_or(text.len(), |at| offset + at);
    let (before, rest) = (&text[line_start..offset], &text[offset..line_end]);
    let line = text[line_start..line_end].trim_start();
    let next = rest.chars().next();
    let word = word_before(before.trim_end());

    if matches!(error, ParseErrorType::Lexical(LexicalErrorType::FStringError(_))) {
        return Some(NESTED_FSTRING);
    }
    if next == Some('`') {
        return Some(BACKTICKS);
    }
    if matches!(next, Some('"' | '\'')) && !before.ends_with(char::is_whitespace) {
        match word.to_ascii_lowercase().as_str() {
            "t" | "rt" | "tr" => return Some(TEMPLATE_STRING),
            "ur" => return Some(OLD_STRING_PREFIX),
            _ => {}
        }
    }
    if line.starts_with("except") && next == Some(',') {
        return Some(BARE_EXCEPT_TUPLE);
    }
    let opens_type_parameters = ["def ", "async def ", "class ", "type "].iter().any(|start| line.starts_with(start));
    if next == Some('=') && opens_type_parameters && before.matches('[').count() > before.matches(']').count() {
        return Some(PARAMETER_DEFAULT);
    }
    if has_open_fstring(before) || (unterminated(error) && has_open_fstring(last_line(text, offset))) {
        return Some(NESTED_FSTRING);
    }
    if next == Some('>') && before.ends_with('<') {
        return Some(OLD_UNEQUAL);
    }
    if line.starts_with("raise ") && next == Some(',') {
        return Some(RAISE_TUPLE);
    }
    let statement = before.trim_start();
    if statement.starts_with("print ") || statement.starts_with("print\"") {
        return Some(PRINT_STATEMENT);
    }
    if statement.starts_with("exec ") {
        return Some(EXEC_STATEMENT);
    }
    let octal =
        |digits: &str| digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = &rest[..rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len())];
    (octal(number) || octal(word)).then_some(OLD_OCTAL)
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
    let bytes = before.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let quoted = matches!(byte, b'"' | b'\'') && at > 0 && matches!(bytes[at - 1], b'f' | b'F' | b'r' | b'R');
        // Only a quote is sure to begin a character.
        quoted && matches!(word_before(&before[..at]).to_ascii_lowercase().as_str(), "f" | "rf" | "fr") && {
            let body = &before[at..];
            body.matches('{').count() > body.matches('}').count()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::has_open_fstring;

    #[test]
    fn letters_of_several_bytes_may_stand_anywhere() {
        assert!(has_open_fstring("é = f\"é{é[\""));
        assert!(!has_open_fstring("'é"));
        assert!(!has_open_fstring("éf'é'"));
    }
}
