//! What a rule may say about a head.

use crate::language::vocabulary::{EntityType, Head, Name};
use crate::language::{Type, Vocabulary};
use crate::reference::page::Page;

/// The heads that a rule can name.
#[must_use]
pub fn heads_page(vocabulary: &Vocabulary, width: usize) -> String {
    let mut page = Page::new(width);
    page.heading("Heads");
    let halves = |head: &&Head| matches!(head.namespace, Some("state" | "database"));
    let rows: Vec<(String, &str)> =
        vocabulary.heads.iter().filter(|head| !halves(head)).map(|head| (head.written(), head.doc.as_ref())).collect();
    page.rows(2, rows.iter().map(|(name, doc)| (name.as_str(), *doc)));
    page.line(0, "");
    page.prose(
        0,
        "In front of an operation, `state.` means one that stands only in `state_operations`, and `database.` one only in \
         `database_operations`. `whimbrel explain --names HEAD` lists what a rule may say about a head.",
    );
    page.finish()
}

/// The names of a head, and the attributes of what they stand for.
#[must_use]
pub fn head_page(head: &Head, vocabulary: &Vocabulary, width: usize) -> String {
    let mut page = Page::new(width);
    page.heading(&head.written());
    page.prose(0, &head.doc);
    page.heading("Names");
    rows(&mut page, &head.names);
    page.heading("Names that every head has");
    rows(&mut page, &vocabulary.everywhere);
    let mut mentioned: Vec<&str> = Vec::new();
    for name in head.names.iter().chain(&vocabulary.everywhere) {
        if let Some(entity) = entity_in(&name.slot.ty)
            && !mentioned.contains(&entity)
        {
            mentioned.push(entity);
        }
    }
    for entity in mentioned.into_iter().filter_map(|name| vocabulary.entity(name)) {
        self::entity(&mut page, entity);
    }
    page.line(0, "");
    page.prose(0, "A type with `?` may be unset: ask `is set` before an order such as `<`.");
    page.finish()
}

fn rows(page: &mut Page, names: &[Name]) {
    let rows: Vec<(String, &str)> =
        names.iter().map(|name| (format!("{}: {}", name.name, name.slot), name.doc.as_ref())).collect();
    page.rows(2, rows.iter().map(|(name, doc)| (name.as_str(), *doc)));
}

fn entity(page: &mut Page, entity: &EntityType) {
    page.heading(&format!("{}: {}", entity.name, entity.doc));
    rows(page, &entity.attributes);
    if !entity.kinds.is_empty() {
        let kinds: Vec<&str> = entity.kinds.iter().map(|kind| kind.name.as_ref()).collect();
        page.rows(2, [("is", kinds.join(", ").as_str())]);
    }
    if !entity.contains.is_empty() {
        page.rows(2, [("in", format!("a {} may be in it", entity.contains.join(", a ")).as_str())]);
    }
}

fn entity_in(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Entity(name) => Some(name),
        Type::List(element) => entity_in(element),
        _ => None,
    }
}
