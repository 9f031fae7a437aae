//! Texts for people: lines that fit, and nothing that a terminal would obey.

use std::borrow::Cow;

/// Breaks the lines of `text` at blanks so that they have at most `width` characters, where that is possible. A line
/// that is indented is code, and stays as it is; an item of a list keeps to the right of its hyphen or number.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 40);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            wrapped.push('\n');
        }
        if line.starts_with([' ', '\t']) {
            wrapped.push_str(line);
            continue;
        }
        let indent = " ".repeat(marker(line));
        let mut column = 0;
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > width {
                wrapped.push('\n');
                wrapped.push_str(&indent);
                column = indent.len();
            } else if column > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += length;
        }
    }
    wrapped
}

/// How wide the hyphen or number of an item is, with the blank behind it; 0 for a line that is no item.
fn marker(line: &str) -> usize {
    match line.split_once(' ') {
        Some(("-", _)) => 2,
        Some((number, _)) => match number.strip_suffix('.') {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => number.len() + 1,
            _ => 0,
        },
        None => 0,
    }
}

/// `text` without characters that steer a terminal: names and source lines come from files that nobody has vetted.
/// Each is replaced by one of the same length, so that offsets stay right.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        result.push(match c {
            '\r' if rest.peek() == Some(&'\n') => '\r',
            // A line end of its own; a terminal would write over the line.
            '\r' => '\n',
            c if !steers(c) => c,
            c if c.is_ascii() => '?',
            // Those from U+0080 to U+009F have two bytes.
            _ => '¿',
        });
    }
    Cow::Owned(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_blanks_and_code_is_kept() {
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(wrap("compat/a-very-long-rule and", 10), "compat/a-very-long-rule\nand");
        assert_eq!(wrap("do:\n    x = 1 + 2 + 3", 8), "do:\n    x = 1 + 2 + 3");
        assert_eq!(wrap("- one two", 6), "- one\n  two");
        assert_eq!(wrap("10. one two", 8), "10. one\n    two");
        assert_eq!(wrap("5.2 or newer", 6), "5.2 or\nnewer");
        assert_eq!(wrap("", 8), "");
        assert_eq!(wrap("a b", 0), "a\nb");
    }

    #[test]
    fn what_steers_a_terminal_is_replaced_at_its_length() {
        assert_eq!(harmless("a\u{1b}[31m\u{9b}é\t\n"), "a?[31m¿é\t\n");
        assert_eq!(harmless("a\rb\r\nc"), "a\nb\r\nc");
        assert!(matches!(harmless("plain"), Cow::Borrowed(_)));
    }
}
