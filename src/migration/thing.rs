//! What a name of a function stands for, as far as it can be told without running it.

use std::rc::Rc;

use crate::migration::filter::{Filter, Written};
use crate::migration::follow::{Frame, model_named};
use crate::migration::queries::HistoricalModel;
use crate::migration::when::When;
use crate::python::{Chain, Given, Link};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Thing {
    Registry,
    Editor,
    Model(Option<Rc<HistoricalModel>>),
    /// `Order._meta`
    Meta(Option<Rc<HistoricalModel>>),
    /// `Order._meta.get_field("total")`
    Field(Option<Rc<HistoricalModel>>, String),
    Rows(Rows),
    /// A row, and whether the query that gave it names the database.
    Row(Option<Rc<HistoricalModel>>, bool),
    /// A row and a flag: `get_or_create`.
    Pair(Option<Rc<HistoricalModel>>, bool),
    /// Rows with their numbers.
    Numbered(Rows),
    /// `schema_editor.connection`, `django.db.connection`
    Connection,
    /// `connection.vendor`
    Vendor,
    /// Something that is true on some databases.
    True(When),
    Text(String),
    Other,
}

/// A manager or queryset.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any may hold with any other")]
pub(super) struct Rows {
    pub(super) model: Option<Rc<HistoricalModel>>,
    pub(super) filter: Filter,
    pub(super) iterator: bool,
    pub(super) alias: bool,
    /// Whether its elements are no model instances: `values()`.
    pub(super) plain: bool,
    /// Whether it is a container of Python's with the rows: `list()`.
    pub(super) held: bool,
}

/// What the value of a binding or an argument stands for.
pub(super) fn value_of(frame: &Frame<'_>, chain: &Chain) -> Thing {
    follow(frame, &chain.root, &chain.links)
}

/// What a name stands for with what follows it.
pub(super) fn follow(frame: &Frame<'_>, root: &str, links: &[Link]) -> Thing {
    let Some(thing) = frame.names.get(root) else { return wrapped(frame, root, links) };
    let mut thing = thing.clone();
    let mut links = links.iter().peekable();
    while let Some(link) = links.next() {
        let called = |next: Option<&&Link>| match next {
            Some(Link::Call(arguments)) => Some(arguments.clone()),
            _ => None,
        };
        thing = match (thing, link) {
            (Thing::Registry, Link::Attribute(name)) if name == "get_model" => {
                let Some(arguments) = called(links.peek()) else { return Thing::Other };
                links.next();
                Thing::Model(model_named(frame, &arguments).map(Rc::new))
            }
            (Thing::Model(model), Link::Attribute(name)) => match name.as_str() {
                "objects" | "_default_manager" | "_base_manager" => Thing::Rows(Rows {
                    model,
                    filter: Filter::default(),
                    iterator: false,
                    alias: false,
                    plain: false,
                    held: false,
                }),
                "_meta" => Thing::Meta(model),
                _ => Thing::Other,
            },
            (Thing::Meta(model), Link::Attribute(name)) if name == "get_field" => {
                let arguments = called(links.peek());
                links.next();
                match arguments.as_deref() {
                    Some([(_, Given::Str(field))]) => Thing::Field(model, field.clone()),
                    _ => Thing::Other,
                }
            }
            (Thing::Model(model), Link::Call(_)) => Thing::Row(model, false),
            (Thing::Rows(rows), Link::Attribute(name)) if !rows.held => {
                let Some(arguments) = called(links.peek()) else { return Thing::Other };
                links.next();
                rows_after(rows, name, &arguments)
            }
            (Thing::Rows(rows), Link::Index { slice: true }) => {
                Thing::Rows(Rows { filter: rows.filter.and_opaque(), ..rows })
            }
            (Thing::Rows(rows), Link::Index { slice: false }) if !rows.plain => Thing::Row(rows.model, rows.alias),
            (Thing::Pair(model, alias), Link::Index { slice: false }) => Thing::Row(model, alias),
            (Thing::Editor, Link::Attribute(name)) if name == "connection" => Thing::Connection,
            (Thing::Connection, Link::Attribute(name)) if name == "vendor" => Thing::Vendor,
            (Thing::Connection, Link::Attribute(name)) if name == "mysql_is_mariadb" => Thing::True(When::mariadb()),
            (Thing::Vendor, Link::Attribute(name)) => {
                let Some(arguments) = called(links.peek()) else { return Thing::Other };
                links.next();
                match (name.as_str(), arguments.as_slice()) {
                    ("lower", []) => Thing::Vendor,
                    ("startswith", [(None, Given::Str(text))]) => {
                        Thing::True(When::vendor(|word| word.starts_with(text.as_str())))
                    }
                    _ => Thing::Other,
                }
            }
            _ => Thing::Other,
        };
    }
    thing
}

/// `list(rows)`, `enumerate(rows)` and their likes.
fn wrapped(frame: &Frame<'_>, root: &str, links: &[Link]) -> Thing {
    let [Link::Call(arguments)] = links else { return Thing::Other };
    let Some((None, Given::Chain(chain))) = arguments.first() else { return Thing::Other };
    match (root, value_of(frame, chain)) {
        ("list" | "tuple" | "set" | "iter" | "sorted" | "reversed" | "tqdm", Thing::Rows(rows)) => {
            Thing::Rows(Rows { held: true, ..rows })
        }
        ("enumerate", Thing::Rows(rows)) => Thing::Numbered(rows),
        _ => Thing::Other,
    }
}

/// What a method of a queryset gives.
fn rows_after(rows: Rows, method: &str, arguments: &[(Option<String>, Given)]) -> Thing {
    match method {
        "filter" | "complex_filter" => {
            let filter = rows.filter.and(arguments);
            Thing::Rows(Rows { filter, ..rows })
        }
        "exclude" => {
            let filter = rows.filter.and_not(arguments);
            Thing::Rows(Rows { filter, ..rows })
        }
        "all" | "order_by" | "distinct" | "select_related" | "prefetch_related" | "only" | "defer" | "annotate"
        | "alias" | "reverse" | "select_for_update" | "get_queryset" => Thing::Rows(rows),
        "using" | "db_manager" => Thing::Rows(Rows { alias: true, ..rows }),
        "iterator" | "aiterator" => Thing::Rows(Rows { iterator: true, ..rows }),
        "values" | "values_list" => Thing::Rows(Rows { plain: true, ..rows }),
        "none" | "union" | "intersection" | "difference" | "extra" | "raw" => {
            Thing::Rows(Rows { filter: rows.filter.and_opaque(), ..rows })
        }
        "get" | "first" | "last" | "earliest" | "latest" | "create" if !rows.plain => {
            Thing::Row(rows.model, rows.alias)
        }
        "get_or_create" | "update_or_create" => Thing::Pair(rows.model, rows.alias),
        _ => Thing::Other,
    }
}

/// The fields that the arguments of `bulk_update` name, with what each row has for them.
pub(super) fn named_fields(arguments: &[(Option<String>, Given)]) -> Vec<Written> {
    let by_name = arguments.iter().find(|(keyword, _)| keyword.as_deref() == Some("fields"));
    let given = match by_name.or(arguments.get(1)) {
        Some((_, Given::List(names))) => names.as_slice(),
        _ => &[Given::Other],
    };
    let named = |name: &Given| match name {
        Given::Str(name) => Some(name.clone()),
        _ => None,
    };
    given.iter().map(|name| (named(name), Given::Other)).collect()
}

/// A chain as dotted text, with `()` for calls and `[]` for subscripts.
pub(super) fn text(root: &str, links: &[Link]) -> String {
    let mut text = root.to_owned();
    for link in links {
        match link {
            Link::Attribute(name) => {
                text.push('.');
                text.push_str(name);
            }
            Link::Call(_) => text.push_str("()"),
            Link::Index { .. } => text.push_str("[]"),
        }
    }
    text
}
