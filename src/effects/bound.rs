//! Checks on one column that are simple enough to be understood, in SQL (`"qty" >= 1`) or Python (`Q(qty__gte=1)`).

/// What a check demands of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::effects) enum Bound {
    /// IS NOT NULL
    NotNull,
    /// At least this.
    Least(i128),
    /// At most this.
    Most(i128),
}

/// The bound at a limit.
type Make = fn(i128) -> Bound;

/// Operators in SQL and Python, with what they make of a number.
const OPERATORS: &[(&str, Make)] = &[
    ("__gte=", Bound::Least),
    ("__lte=", Bound::Most),
    ("__gt=", |limit| Bound::Least(limit.saturating_add(1))),
    ("__lt=", |limit| Bound::Most(limit.saturating_sub(1))),
    (">=", Bound::Least),
    ("<=", Bound::Most),
    (">", |limit| Bound::Least(limit.saturating_add(1))),
    ("<", |limit| Bound::Most(limit.saturating_sub(1))),
];

impl Bound {
    /// What the check demands of the column whose name, or field's name, is one of `names`; `None` when it is of
    /// another form.
    pub(in crate::effects) fn of(expression: &str, names: &[&str]) -> Option<Self> {
        // `Q(('qty__gte', 1))` is the same as `Q(qty__gte=1)`.
        let expression = expression.replace("', ", "=").replace('\'', "");
        let dropped = |c: &char| matches!(c, '"' | '`' | '(' | ')') || c.is_whitespace();
        let plain: String = expression.chars().filter(|c| !dropped(c)).collect();
        names.iter().find_map(|name| {
            let rest = plain
                .strip_prefix('Q')
                .and_then(|rest| rest.strip_prefix(name))
                .or_else(|| plain.strip_prefix(name))?;
            if rest.eq_ignore_ascii_case("isnotnull") || rest == "__isnull=False" {
                return Some(Bound::NotNull);
            }
            let (make, limit) = OPERATORS.iter().find_map(|(form, make)| Some((make, rest.strip_prefix(form)?)))?;
            Some(make(limit.parse().ok()?))
        })
    }

    /// Whether all rows that pass the check have a value in the column: it demands that, alone or AND something else.
    pub(in crate::effects) fn excludes_null(expression: &str, names: &[&str]) -> bool {
        conjuncts(expression).iter().any(|part| Bound::of(part, names) == Some(Bound::NotNull))
    }

    /// Whether a number is refused.
    pub(in crate::effects) fn refuses(&self, number: i128) -> bool {
        match self {
            Bound::NotNull => false,
            Bound::Least(least) => number < *least,
            Bound::Most(most) => number > *most,
        }
    }

    /// Whether what passes `other` passes this one.
    pub(in crate::effects) fn follows_from(&self, other: &Bound) -> bool {
        match (self, other) {
            (Bound::NotNull, Bound::NotNull) => true,
            (Bound::Least(own), Bound::Least(other)) => own <= other,
            (Bound::Most(own), Bound::Most(other)) => own >= other,
            _ => false,
        }
    }
}

/// The conditions that a check joins by AND, without brackets; none where something else is joined or negated.
fn conjuncts(expression: &str) -> Vec<String> {
    let plain: String = expression.chars().map(|c| if matches!(c, '(' | ')') { ' ' } else { c }).collect();
    let plain = format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "));
    let lower = plain.to_ascii_lowercase();
    let others = [" or ", " xor ", " case ", " coalesce ", "|", "^", "~", "_connector", "_negated"];
    let negated = lower.replace(" is not null ", " ").contains(" not ");
    if negated || others.iter().any(|other| lower.contains(other)) {
        return Vec::new();
    }
    if lower.contains(" q ") || lower.contains("q '") {
        // `Q(('qty__gte', 1), n__gt=2) & Q(…)`: a comma stands between conditions as well as inside one.
        let joined = plain.replace("', ", "=").replace(['\'', '&'], ",");
        return joined.split(',').map(|part| part.trim().trim_start_matches("Q ").to_owned()).collect();
    }
    let mut parts = Vec::new();
    let mut rest = plain.as_str();
    while let Some(at) = rest.to_ascii_lowercase().find(" and ") {
        parts.push(rest[..at].to_owned());
        rest = &rest[at + " and ".len()..];
    }
    parts.push(rest.to_owned());
    parts
}

#[cfg(test)]
mod tests {
    use super::Bound;

    #[test]
    fn both_languages_are_understood() {
        let of = |text: &str| Bound::of(text, &["qty"]);
        for least in ["\"qty\" >= 1", "(`qty` > 0)", "Q(qty__gte=1)", "Q(('qty__gt', 0))"] {
            assert_eq!(of(least), Some(Bound::Least(1)), "{least}");
        }
        assert_eq!(of("Q(qty__isnull=False)"), Some(Bound::NotNull));
        assert_eq!(of("qty IS NOT NULL"), Some(Bound::NotNull));
        for other in ["Q(qty__gte=F('n'))", "qty >= 1 OR n > 2", "Q(quantity__gte=1)", "qty + 1 > 0", "~Q(qty__gte=1)"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_check_that_excludes_null_may_demand_more() {
        let excludes = |text: &str| Bound::excludes_null(text, &["qty"]);
        for proof in [
            "qty IS NOT NULL",
            "(\"qty\" is not null)",
            "n > 1 AND (qty IS NOT NULL)",
            "Q(qty__isnull=False)",
            "Q(('qty__isnull', False))",
            "Q(('n__gt', 1), ('qty__isnull', False))",
            "Q(n__gt=1, qty__isnull=False)",
            "Q(n__gt=1) & Q(qty__isnull=False)",
        ] {
            assert!(excludes(proof), "{proof}");
        }
        for other in [
            "qty IS NOT NULL OR n > 1",
            "NOT (n > 1 AND qty IS NOT NULL)",
            "qty > 1",
            "quantity IS NOT NULL",
            "Q(qty__isnull=True)",
            "~Q(qty__isnull=False)",
            "Q(qty__isnull=False) | Q(n__gt=1)",
            "Q(('n__gt', 1), ('qty__isnull', False), _connector='OR')",
        ] {
            assert!(!excludes(other), "{other}");
        }
    }
}
