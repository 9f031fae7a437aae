//! What migrations would do, for people who review them: `whimbrel plan`, one file for each format.

mod json;
mod markdown;
mod reverse;
mod table;
mod view;

use crate::check::Planned;
use crate::report::RenderOptions;

use view::View;

/// A form of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlanFormat {
    /// For a terminal.
    Table,
    /// For programs: a public contract.
    Json,
    /// For the description of a pull request.
    Markdown,
}

/// The plan, ended by a line end.
pub(crate) fn render(planned: &[Planned], format: PlanFormat, options: &RenderOptions) -> String {
    let views: Vec<View> = planned.iter().map(View::of).collect();
    match format {
        PlanFormat::Table => table::render(&views, options),
        PlanFormat::Json => json::render(&views),
        PlanFormat::Markdown => markdown::render(&views),
    }
}
