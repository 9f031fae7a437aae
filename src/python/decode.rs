//! Bytes of a Python file to text, as PEP 263 has it.

use std::borrow::Cow;

/// Why the bytes of a file are not text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not valid in the file's encoding.
    #[error("byte {offset} is not valid {encoding}")]
    Invalid {
        /// The encoding that the file states, or UTF-8.
        encoding: &'static str,
        /// Offset of the first wrong byte.
        offset: usize,
    },
    /// The coding line names an encoding that is not read here.
    #[error("the encoding `{0}` is not supported, only UTF-8, ASCII and Latin-1 are")]
    Unsupported(String),
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text of a Python file.
///
/// A byte order mark stays in the text, so that offsets in it are offsets in the file. For Latin-1 they are not: there
/// a byte above 127 becomes two.
///
/// # Errors
///
/// When the bytes are not valid in the stated encoding, or the encoding is not UTF-8, ASCII or Latin-1.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let body = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let Some(cookie) = coding_cookie(body) else {
        return utf8(bytes);
    };
    match cookie.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" | "u8" | "utf" | "utf-8-sig" | "utf-8-unix" | "utf-8-dos" | "utf-8-mac" => utf8(bytes),
        "ascii" | "us-ascii" | "646" => match bytes.iter().position(|byte| !byte.is_ascii()) {
            Some(offset) => Err(DecodeError::Invalid { encoding: "ASCII", offset }),
            None => utf8(bytes),
        },
        "latin-1" | "latin1" | "latin" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" | "l1" | "iso-latin-1"
        | "iso-latin-1-unix" => Ok(Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect())),
        _ => Err(DecodeError::Unsupported(cookie.to_owned())),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|error| DecodeError::Invalid { encoding: "UTF-8", offset: error.valid_up_to() })
}

/// The encoding that a comment in the first two lines names; the second counts only behind a blank or comment line.
fn coding_cookie(bytes: &[u8]) -> Option<&str> {
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
        match start.map(|start| &line[start..]) {
            Some([b'#', comment @ ..]) => {
                if let Some(name) = cookie_in(comment) {
                    return Some(name);
                }
            }
            Some(_) => return None,
            None => {}
        }
    }
    None
}

fn cookie_in(comment: &[u8]) -> Option<&str> {
    let word = b"coding";
    comment.windows(word.len() + 1).enumerate().find_map(|(at, window)| {
        let (head, mark) = window.split_at(word.len());
        if head != word || !matches!(mark, b":" | b"=") {
            return None;
        }
        let rest = &comment[at + word.len() + 1..];
        let start = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        let rest = &rest[start..];
        let end = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')))
            .unwrap_or(rest.len());
        (end > 0).then(|| std::str::from_utf8(&rest[..end]).ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_borrowed_with_its_byte_order_mark() {
        assert!(matches!(decode("é".as_bytes()), Ok(Cow::Borrowed("é"))));
        assert_eq!(decode(b"\xef\xbb\xbfx = 1").unwrap(), "\u{feff}x = 1");
    }

    #[test]
    fn a_coding_line_is_honoured_in_the_first_two_lines_only() {
        assert_eq!(decode(b"# -*- coding: latin-1 -*-\nx = '\xe9'").unwrap(), "# -*- coding: latin-1 -*-\nx = 'é'");
        assert_eq!(decode(b"#!/x\n# vim: set fileencoding=iso_8859_1 :\n'\xe9'").unwrap().chars().last(), Some('\''));
        let third = b"x = 1\n# coding: latin-1\n'\xe9'";
        assert_eq!(decode(third), Err(DecodeError::Invalid { encoding: "UTF-8", offset: 25 }));
    }

    #[test]
    fn other_encodings_and_wrong_bytes_are_errors() {
        assert_eq!(decode(b"# coding: koi8-r\n"), Err(DecodeError::Unsupported("koi8-r".into())));
        assert_eq!(decode(b"# coding: ascii\n\xff"), Err(DecodeError::Invalid { encoding: "ASCII", offset: 16 }));
    }
}
