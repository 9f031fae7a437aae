//! `whimbrel state`: the models of an app, replayed.

use crate::check;
use crate::cli::Verdict;
use crate::cli::arguments::{ListFormat, StateArguments};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::project::Project;
use crate::cli::selection;
use crate::history::{Graph, History, NodeId};
use crate::language::did_you_mean;
use crate::report::state::{AppState, json, table};

pub(super) fn run(arguments: &StateArguments, output: &Output) -> Result<Verdict, Failure> {
    let project = Project::discover(&arguments.configuration)?;
    let rules = project.rules(output)?;
    let here = std::env::current_dir().unwrap_or_else(|_| project.root.clone());
    let (migrations, modules) = selection::app(&project, &arguments.app, &here)?;
    let migrations = check::classes(&rules, &modules).applied_to(&migrations);
    let history = History::new(&migrations, project.detected().settings());
    let graph = history.graph();
    for problem in graph.problems() {
        let line = problem.source.position(problem.span.start).line;
        Output::remark(&format!("{}:{line}: {}\n", problem.source.path(), problem.kind));
    }
    let (after, state) = if let Some(name) = &arguments.migration {
        let node = find(graph, &arguments.app, name)?;
        (vec![graph.key(node)], history.state_after(node))
    } else {
        let latest = graph.leaves(&arguments.app);
        (latest.into_iter().map(|node| graph.key(node)).collect(), history.state_of_app(&arguments.app))
    };
    let shown = AppState { app: &arguments.app, after, django: project.django(arguments.django), state: &state };
    Output::print(&match arguments.format {
        ListFormat::Table => table(&shown),
        ListFormat::Json => json(&shown),
    })?;
    Ok(Verdict::Passed)
}

/// The migration of that name, or the only one whose name begins so, as `manage.py migrate` finds it.
fn find(graph: &Graph, app: &str, name: &str) -> Result<NodeId, Failure> {
    if let Some(node) = graph.node(app, name) {
        return Ok(node);
    }
    let names = || graph.nodes().map(|node| (node, graph.key(node))).filter(|(_, key)| key.app == app);
    let beginning: Vec<(NodeId, &str)> =
        names().filter(|(_, key)| key.name.starts_with(name)).map(|(node, key)| (node, key.name.as_str())).collect();
    let help = match beginning.as_slice() {
        [(node, _)] => return Ok(*node),
        [] => {
            let latest = || {
                let latest = graph.leaves(app).into_iter().map(|node| graph.key(node).name.as_str());
                format!("leave it out for the latest: {}", latest.collect::<Vec<_>>().join(", "))
            };
            did_you_mean(name, names().map(|(_, key)| key.name.as_str()))
                .map_or_else(latest, |near| format!("did you mean `{near}`?"))
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(_, name)| *name).collect();
            return Err(Failure::Usage {
                message: format!("several migrations of `{app}` begin with `{name}`"),
                help: format!("name one of {}", names.join(", ")),
            });
        }
    };
    Err(Failure::Usage { message: format!("`{app}` has no migration `{name}`"), help })
}
