//! What limits the rows of a query, and whether two queries may be about the same row.

use crate::python::Given;

/// The conditions of `filter` and `exclude`: a row has to meet all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(Vec<Condition>);

/// A field that a query writes, by its name where it is one, and the value.
pub type Written = (Option<String>, Given);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    /// What a field holds.
    On { path: Path, test: Test, excluded: bool },
    /// Something that can't be told.
    Opaque,
}

/// `customer__name` as `customer` and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    field: String,
    /// Whether something follows: a transform, or a field of another model, of which one row may have several.
    further: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    /// It is one of these.
    In(Vec<Given>),
    /// Whether it is NULL.
    Null(bool),
    Other,
}

/// What one condition says of rows that meet another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pair {
    /// There are none.
    Contradict,
    /// Nobody can say.
    Open,
    /// There may be some.
    Agree,
}

impl Filter {
    /// Something that can't be told.
    pub(super) fn opaque() -> Self {
        Self(vec![Condition::Opaque])
    }

    /// Whether nothing limits the rows.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields that have to be NULL, where nothing else is asked for.
    #[must_use]
    pub fn only_empty(&self) -> Option<Vec<&str>> {
        let empty = |condition: &'_ Condition| match condition {
            Condition::On { path, test: Test::Null(true), excluded: false } if !path.further => true,
            Condition::On { .. } | Condition::Opaque => false,
        };
        self.0.iter().all(empty).then(|| self.0.iter().filter_map(Condition::field).collect())
    }

    /// This filter and what the arguments of `filter` add.
    pub(super) fn and(&self, arguments: &[(Option<String>, Given)]) -> Self {
        let added = arguments.iter().map(|argument| Condition::of(argument, false));
        Self(self.0.iter().cloned().chain(added).collect())
    }

    /// This filter and what the arguments of `exclude` add.
    pub(super) fn and_not(&self, arguments: &[(Option<String>, Given)]) -> Self {
        let added = match arguments {
            [] => None,
            [argument] => Some(Condition::of(argument, true)),
            // Only rows that meet all of them are left out.
            _ => Some(Condition::Opaque),
        };
        Self(self.0.iter().cloned().chain(added).collect())
    }

    /// This filter and something that can't be told.
    pub(super) fn and_opaque(&self) -> Self {
        Self(self.0.iter().cloned().chain([Condition::Opaque]).collect())
    }

    /// Whether a row that an UPDATE with this filter has written may be one of those that another filter takes: `None`
    /// where nobody can say.
    #[must_use]
    pub fn meets_after(&self, written: &[Written], other: &Filter) -> Option<bool> {
        let now = self.after(written);
        let mut pairs = now.0.iter().flat_map(|one| other.0.iter().map(move |other| one.against(other)));
        let mut open = false;
        if pairs.any(|pair| {
            open |= pair == Pair::Open;
            pair == Pair::Contradict
        }) {
            return Some(false);
        }
        (!open).then_some(true)
    }

    /// What holds of the rows once these fields are written.
    fn after(&self, written: &[Written]) -> Self {
        let is_written = |condition: &&Condition| {
            let own = condition.field();
            written.iter().any(|(name, _)| match (name, own) {
                (Some(name), Some(own)) => same_field(name, own),
                (None, _) => true,
                (Some(_), None) => false,
            })
        };
        let kept = self.0.iter().filter(|condition| !is_written(condition)).cloned();
        let set = written.iter().map(|argument| Condition::of(argument, false));
        Self(kept.chain(set).collect())
    }
}

impl Condition {
    /// What an argument of `filter` or `exclude` says.
    fn of((keyword, given): &(Option<String>, Given), excluded: bool) -> Self {
        let Some(keyword) = keyword else { return Condition::Opaque };
        let mut parts: Vec<&str> = keyword.split("__").collect();
        let lookup = parts.last().copied().filter(|last| is_lookup(last));
        parts.truncate(parts.len() - usize::from(lookup.is_some()));
        let test = match (lookup, given) {
            (None | Some("exact"), Given::None) => Test::Null(true),
            (Some("isnull"), Given::Bool(null)) => Test::Null(*null),
            (Some("in"), Given::List(values)) => Test::In(values.clone()),
            (None | Some("exact"), value) => Test::In(vec![value.clone()]),
            _ => Test::Other,
        };
        let Some((field, rest)) = parts.split_first() else { return Condition::Opaque };
        Condition::On { path: Path { field: (*field).to_owned(), further: !rest.is_empty() }, test, excluded }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Condition::On { path, .. } => Some(&path.field),
            Condition::Opaque => None,
        }
    }

    fn against(&self, other: &Condition) -> Pair {
        let (
            Condition::On { path, test, excluded },
            Condition::On { path: other_path, test: other_test, excluded: other_excluded },
        ) = (self, other)
        else {
            return Pair::Open;
        };
        if !same_field(&path.field, &other_path.field) {
            return Pair::Agree;
        }
        if path.further || other_path.further {
            return Pair::Open;
        }
        match (test.negated_if(*excluded), other_test.negated_if(*other_excluded)) {
            ((Test::Other, _), _) | (_, (Test::Other, _)) => Pair::Open,
            ((Test::Null(one), _), (Test::Null(other), _)) if one != other => Pair::Contradict,
            // A value is not NULL; what `exclude` leaves may be.
            ((Test::Null(true), _), (Test::In(_), false)) | ((Test::In(_), false), (Test::Null(true), _)) => {
                Pair::Contradict
            }
            ((Test::In(some), false), (Test::In(others), false)) => of_values(&some, &others),
            ((Test::In(some), false), (Test::In(left_out), true))
            | ((Test::In(left_out), true), (Test::In(some), false)) => beside(&some, &left_out),
            ((Test::Null(_) | Test::In(_), _), (Test::Null(_) | Test::In(_), _)) => Pair::Agree,
        }
    }
}

impl Test {
    /// The test, and whether its values are those that are left out.
    fn negated_if(&self, excluded: bool) -> (Self, bool) {
        match self {
            Test::Null(null) => (Test::Null(*null != excluded), false),
            Test::In(_) | Test::Other => (self.clone(), excluded),
        }
    }
}

/// Whether the last part of a keyword is a lookup (django.db.models.lookups, Django 5.2) and no field.
fn is_lookup(part: &str) -> bool {
    matches!(
        part,
        "exact"
            | "iexact"
            | "in"
            | "isnull"
            | "gt"
            | "gte"
            | "lt"
            | "lte"
            | "range"
            | "contains"
            | "icontains"
            | "startswith"
            | "istartswith"
            | "endswith"
            | "iendswith"
            | "regex"
            | "iregex"
    )
}

/// Whether two names are of one field: `customer` and `customer_id`, `pk` and `id`.
fn same_field(one: &str, other: &str) -> bool {
    let by_column = |long: &str, short: &str| long.strip_suffix("_id").is_some_and(|start| start == short);
    one == other
        || by_column(one, other)
        || by_column(other, one)
        || matches!((one, other), ("pk", "id") | ("id", "pk"))
}

/// Of two values whether they are the same; `None` where nobody can say.
fn same(one: &Given, other: &Given) -> Option<bool> {
    match (one, other) {
        (Given::Bool(one), Given::Bool(other)) => Some(one == other),
        (Given::Int(one), Given::Int(other)) => Some(one == other),
        // Databases may compare without regard to case.
        (Given::Str(one), Given::Str(other)) if one == other => Some(true),
        (Given::Str(one), Given::Str(other)) => (one.to_lowercase() != other.to_lowercase()).then_some(false),
        _ => None,
    }
}

/// One of some values that is one of others.
fn of_values(some: &[Given], others: &[Given]) -> Pair {
    let pairs = || some.iter().flat_map(|one| others.iter().map(move |other| same(one, other)));
    if pairs().any(|same| same == Some(true)) {
        Pair::Agree
    } else if pairs().all(|same| same == Some(false)) {
        Pair::Contradict
    } else {
        Pair::Open
    }
}

/// One of some values that is none of those that are left out.
fn beside(some: &[Given], left_out: &[Given]) -> Pair {
    let is_out = |one: &Given| left_out.iter().any(|other| same(one, other) == Some(true));
    let is_free = |one: &Given| left_out.iter().all(|other| same(one, other) == Some(false));
    if some.iter().any(is_free) {
        Pair::Agree
    } else if some.iter().all(is_out) {
        Pair::Contradict
    } else {
        Pair::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Given {
        Given::Str(value.to_owned())
    }

    fn filter(keyword: &str, value: Given) -> Filter {
        Filter::default().and(&[(Some(keyword.to_owned()), value)])
    }

    fn exclude(keyword: &str, value: Given) -> Filter {
        Filter::default().and_not(&[(Some(keyword.to_owned()), value)])
    }

    fn list(values: &[&str]) -> Given {
        Given::List(values.iter().map(|value| text(value)).collect())
    }

    /// Whether rows of one filter may be rows of the other, in either order, when another field is written.
    fn meet(one: &Filter, other: &Filter) -> Option<bool> {
        let written = [(Some("note".to_owned()), Given::Int(1))];
        let meets = one.meets_after(&written, other);
        assert_eq!(meets, other.meets_after(&written, one), "{one:?} {other:?}");
        meets
    }

    #[test]
    fn filters_that_no_row_can_meet_both_rule_each_other_out() {
        let paid = filter("state", text("paid"));
        for other in [
            filter("state", text("open")),
            filter("state__exact", text("open")),
            filter("state__in", list(&["open", "sent"])),
            filter("state", Given::None),
            filter("state__isnull", Given::Bool(true)),
            exclude("state", text("paid")),
            exclude("state__in", list(&["paid", "sent"])),
            exclude("state__isnull", Given::Bool(false)),
            filter("rank", Given::Int(3)).and(&[(Some("state".to_owned()), text("open"))]),
        ] {
            assert_eq!(meet(&paid, &other), Some(false), "{other:?}");
        }
        assert_eq!(meet(&filter("customer", Given::Int(1)), &filter("customer_id", Given::Int(2))), Some(false));
        assert_eq!(meet(&filter("paid", Given::Bool(true)), &exclude("paid", Given::Bool(true))), Some(false));
    }

    #[test]
    fn filters_on_other_fields_or_with_a_value_in_common_may_meet() {
        let paid = filter("state", text("paid"));
        for other in [
            Filter::default(),
            paid.clone(),
            filter("rank", Given::None),
            filter("state__in", list(&["paid", "open"])),
            filter("state__isnull", Given::Bool(false)),
            exclude("state", text("open")),
            exclude("state", Given::None),
        ] {
            assert_eq!(meet(&paid, &other), Some(true), "{other:?}");
        }
        assert_eq!(meet(&exclude("state", text("paid")), &filter("state", Given::None)), Some(true));
    }

    #[test]
    fn what_is_not_literal_stays_open() {
        let paid = filter("state", text("paid"));
        for other in [
            filter("state", Given::Other),
            filter("state", text("Paid")),
            filter("state__gt", text("open")),
            filter("state__name", text("open")),
            Filter::opaque(),
            Filter::default().and(&[(None, Given::Other)]),
            Filter::default()
                .and_not(&[(Some("state".to_owned()), text("paid")), (Some("rank".to_owned()), Given::Int(1))]),
        ] {
            assert_eq!(meet(&paid, &other), None, "{other:?}");
        }
    }

    #[test]
    fn what_the_first_one_writes_counts() {
        let written = |value| [(Some("state".to_owned()), value)];
        let (open, paid) = (filter("state", text("open")), filter("state", text("paid")));
        assert_eq!(open.meets_after(&written(text("paid")), &paid), Some(true));
        assert_eq!(open.meets_after(&written(text("paid")), &open), Some(false));
        assert_eq!(open.meets_after(&written(Given::Other), &paid), None);
        assert_eq!(Filter::default().meets_after(&written(text("paid")), &filter("state", Given::None)), Some(false));
        assert_eq!(open.meets_after(&[(None, Given::Other)], &filter("rank", Given::None)), None);
    }
}
