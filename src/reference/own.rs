//! The page of a finding of the tool's own.

use crate::check::own::Own;
use crate::reference::page::Page;

/// What a finding of the tool's own means, and the way out. `level` is what the configuration makes of it, with the
/// place, where it says something.
#[must_use]
pub fn own_page(own: &Own, level: Option<&str>, width: usize) -> String {
    let mut page = Page::new(width);
    page.heading(own.id);
    page.prose(0, own.meaning);
    page.line(0, "");
    let severity = own.severity.word();
    let severity = level.map_or_else(|| severity.to_owned(), |level| format!("{level} ({severity} by itself)"));
    page.rows(0, [("severity", severity.as_str()), ("defined", "built in: the tool's own, no rule decides it")]);
    page.heading("Instead");
    page.prose(2, own.way_out);
    page.finish()
}
