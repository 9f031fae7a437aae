//! "Did you mean": the known word nearest to a misspelt one.

/// The known word that `wanted` most likely stands for: the same word in another case, or else the nearest one within
/// a third of its length (at least one edit, at most three). Among equally near words the first one wins.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded: Vec<char> = wanted.to_lowercase().chars().collect();
    let limit = (folded.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &'a str)> = None;
    for word in known {
        let candidate: Vec<char> = word.to_lowercase().chars().collect();
        if candidate == folded {
            return Some(word);
        }
        if candidate.len().abs_diff(folded.len()) > limit {
            continue;
        }
        let distance = distance(&folded, &candidate);
        if distance <= limit && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, word));
        }
    }
    best.map(|(_, word)| word)
}

/// How many characters must be inserted, deleted, replaced or swapped with their neighbour (Damerau-Levenshtein, in
/// its optimal-string-alignment form).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut current = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut cost = (last[j + 1] + 1).min(current[j] + 1).min(last[j] + usize::from(a != b));
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                cost = cost.min(before_last[j - 1] + 1);
            }
            current.push(cost);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_word_and_nonsense_finds_nothing() {
        let operations = ["AddField", "AlterField", "RemoveField", "RenameField"];
        assert_eq!(did_you_mean("RemoveFeild", operations), Some("RemoveField"));
        assert_eq!(did_you_mean("AdField", operations), Some("AddField"));
        assert_eq!(did_you_mean("Quux", operations), None);
        assert_eq!(did_you_mean("", operations), None);
    }

    #[test]
    fn another_case_wins_over_a_nearer_spelling() {
        assert_eq!(did_you_mean("ADDFIELD", ["AddFields", "AddField"]), Some("AddField"));
    }

    #[test]
    fn short_words_allow_one_edit_and_long_ones_three() {
        assert_eq!(did_you_mean("no", ["on"]), Some("on"));
        assert_eq!(did_you_mean("xy", ["on"]), None);
        assert_eq!(did_you_mean("CreteModl", ["CreateModel"]), Some("CreateModel"));
        assert_eq!(did_you_mean("AddConstrantNtValit", ["AddConstraintNotValid"]), Some("AddConstraintNotValid"));
        assert_eq!(did_you_mean("AddCnstrntNtVld", ["AddConstraintNotValid"]), None);
    }

    #[test]
    fn the_first_of_equally_near_words_is_chosen() {
        assert_eq!(did_you_mean("bat", ["bad", "bar"]), Some("bad"));
    }
}
