//! One mistake costs at most one rule, and nothing costs a crash.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{SAMPLE, parsed, rules};

/// A small generator with a fixed seed (splitmix64): the same edits in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap_or_default() % limit.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Words, runs of blanks, and single symbols.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        '\n' => 0,
        c if c.is_whitespace() => 1,
        c if c.is_alphanumeric() || c == '_' => 2,
        '`' => 3,
        _ => 4,
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices().skip(1) {
        let before = text[start..at].chars().next_back();
        if class(c) == 4 || before.is_some_and(|before| class(before) != class(c) || class(before) == 0) {
            tokens.push(&text[start..at]);
            start = at;
        }
    }
    tokens.push(&text[start..]);
    tokens
}

fn edited(random: &mut Random) -> (String, String) {
    const PIECES: &[&str] = &[
        "}", "{", "(", ")", "[", "]", "\"", "'", "`", "```", "#", "rule", "rule x {", "and", "not ", "\n", "=", "é",
        "\\", ",", "let ", "use ", "message", "on", " ", ".", ";", "-", "/", "0", "\u{0}", "“",
    ];
    let characters: Vec<String> = SAMPLE.chars().map(String::from).collect();
    let words: Vec<String> = tokens(SAMPLE).into_iter().map(str::to_owned).collect();
    let lines: Vec<String> = SAMPLE.split_inclusive('\n').map(str::to_owned).collect();
    let mut parts = match random.below(3) {
        0 => characters,
        1 => words,
        _ => lines,
    };
    let at = random.below(parts.len());
    let what = match random.below(6) {
        0 => format!("delete {:?}", parts.remove(at)),
        1 => {
            let piece = random.pick(PIECES).to_owned();
            let what = format!("insert {piece:?} before {:?}", parts[at]);
            parts.insert(at, piece);
            what
        }
        2 => {
            let piece = random.pick(PIECES).to_owned();
            let what = format!("replace {:?} by {piece:?}", parts[at]);
            parts[at] = piece;
            what
        }
        3 => {
            let next = (at + 1).min(parts.len() - 1);
            parts.swap(at, next);
            format!("swap {:?} and {:?}", parts[next], parts[at])
        }
        4 => {
            parts.insert(at, parts[at].clone());
            format!("repeat {:?}", parts[at])
        }
        _ => {
            let lost = random.pick(&["`", "```", "\"", "'", "{", "}", "(", ")", "[", "]", "\n"]);
            let places: Vec<usize> = SAMPLE.match_indices(lost).map(|(place, _)| place).collect();
            let place = places[random.below(places.len())];
            parts = vec![SAMPLE[..place].to_owned(), SAMPLE[place + lost.len()..].to_owned()];
            format!("lose {lost:?}")
        }
    };
    let text = parts.concat();
    let same = text.bytes().zip(SAMPLE.bytes()).take_while(|(new, old)| new == old).count();
    let line = String::from_utf8_lossy(&SAMPLE.as_bytes()[..same]).lines().count();
    (text, format!("line {line}: {what}"))
}

fn outline(text: &str) -> Vec<(String, usize)> {
    let (file, _) = parsed(text);
    rules(&file).map(|rule| (rule.id.value.clone(), rule.clauses.len())).collect()
}

#[test]
fn one_edit_costs_at_most_one_rule() {
    let whole = outline(SAMPLE);
    assert_eq!(whole.len(), 15);
    let mut random = Random(20_261_122);
    let mut costly = Vec::new();
    for _ in 0..640 {
        let (text, what) = edited(&mut random);
        let left = outline(&text);
        let lost: Vec<_> = whole.iter().filter(|rule| !left.contains(rule)).collect();
        if lost.len() > 1 {
            costly.push(format!("{what}: {lost:?}"));
        }
    }
    assert!(costly.is_empty(), "{} edits cost more than one rule:\n{}", costly.len(), costly.join("\n"));
}

#[test]
fn what_is_lost_is_reported() {
    let whole = outline(SAMPLE);
    let mut random = Random(7);
    for _ in 0..100 {
        let (text, what) = edited(&mut random);
        let (file, diagnostics) = parsed(&text);
        let ids: Vec<_> = rules(&file).map(|rule| rule.id.value.as_str()).collect();
        let lost = whole.iter().any(|(id, _)| !ids.contains(&id.as_str()));
        if rules(&file).any(|rule| rule.poisoned) || ids.len() < whole.len() && lost {
            assert!(!diagnostics.is_empty(), "{what}: silent");
        }
    }
}

#[test]
fn hostile_input_ends_quickly() {
    let deep = |piece: &str| {
        format!("rule a {{ forbid X when {} message \"m\" }}\nrule b {{ forbid Y }}", piece.repeat(4_000))
    };
    let cases = [
        "(", "[", "{", "not ", "!", "any(", "f(x, ", "a < ", "a and ", "(a or ", "x.", "\"", "```\n", "a in (", "{ a ",
        "let ",
    ];
    for piece in cases {
        let start = Instant::now();
        let (file, diagnostics) = parsed(&deep(piece));
        assert!(start.elapsed() < Duration::from_secs(10), "{piece:?} took {:?}", start.elapsed());
        assert!(!diagnostics.is_empty(), "{piece:?} is an error");
        assert!(rules(&file).any(|rule| rule.id.value == "b"), "{piece:?} cost the next rule");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "\\PC*") {
        parsed(&text);
    }

    #[test]
    fn no_mixture_of_tokens_panics(pieces in proptest::collection::vec(0..40_usize, 0..60)) {
        const PIECES: [&str; 40] = [
            "rule", " ", "\n", "a", "X", "{", "}", "(", ")", "[", "]", "\"", "'", "```", "```\n", "#", "when", "let",
            "set", "fix", "=", "==", "not", "and", "in", "is", "for", "any(", ",", ".", ":", "?", "-", "5.2", "\\",
            "é", "extend", "because", "bad", "\r",
        ];
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        parsed(&text);
        parsed(&format!("rule a {{ forbid X when {text}"));
    }

    #[test]
    fn every_place_lies_on_character_borders(at in 0..SAMPLE.len(), piece in "\\PC{0,4}") {
        let at = (at..SAMPLE.len()).find(|at| SAMPLE.is_char_boundary(*at)).unwrap_or_default();
        let text = format!("{}{piece}{}", &SAMPLE[..at], &SAMPLE[at..]);
        let (_, diagnostics) = parsed(&text);
        for label in diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
            prop_assert!(text.get(label.span.range()).is_some(), "{:?}", label);
        }
    }
}
