//! What keeps Django from putting migrations into an order.

use std::fmt;
use std::sync::Arc;

use crate::python::Unknown;
use crate::source::{SourceFile, Span};

/// A migration's place among all: the label of its app and its name. Ordered by app, then name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigrationKey {
    /// Label of the app.
    pub app: String,
    /// Name: that of the file, without `.py`.
    pub name: String,
}

impl fmt::Display for MigrationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.name)
    }
}

/// A problem of the graph, with its place.
#[derive(Clone, Debug)]
pub struct GraphProblem {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The place in it.
    pub span: Span,
    /// What is wrong.
    pub kind: GraphProblemKind,
}

/// What is wrong with the graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphProblemKind {
    /// `NodeNotFoundError`: a dependency on a migration that does not exist, of an app whose migrations are known.
    #[error("`{from}` depends on `{missing}`, which does not exist")]
    MissingDependency {
        /// The migration that states it.
        from: MigrationKey,
        /// What it names.
        missing: MigrationKey,
        /// The existing migration of that app whose name is nearest.
        similar: Option<String>,
    },
    /// A dependency that only running the file can tell: the order may be another one.
    #[error("a dependency of `{from}` can't be told: `{}` {}", .unknown.text, .unknown.reason)]
    UnknownDependency {
        /// The migration that states it.
        from: MigrationKey,
        /// Why not.
        unknown: Unknown,
    },
    /// `CircularDependencyError`.
    #[error("these migrations depend on each other in a circle: {}", list(.circle, " → "))]
    Circle {
        /// The migrations, each of which depends on the next; the last one depends on the first.
        circle: Vec<MigrationKey>,
    },
    /// `MigrationLoader.detect_conflicts`: an app has several migrations that no other one of the app builds upon.
    #[error("app `{app}` has {} latest migrations: {}", .leaves.len(), list(.leaves, ", "))]
    Conflict {
        /// The app.
        app: String,
        /// The migrations.
        leaves: Vec<MigrationKey>,
    },
    /// Squashed migrations replace each other in a circle.
    #[error("these squashed migrations replace each other in a circle: {}", list(.circle, " → "))]
    SquashCircle {
        /// The migrations, each of which replaces the next; the last one replaces the first.
        circle: Vec<MigrationKey>,
    },
    /// Two files are the same migration.
    #[error("`{key}` is also `{other}`")]
    Duplicate {
        /// The migration.
        key: MigrationKey,
        /// Path of the file that counts.
        other: String,
    },
}

impl GraphProblemKind {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            GraphProblemKind::MissingDependency { similar: Some(similar), .. } => format!("did you mean `{similar}`?"),
            GraphProblemKind::MissingDependency { missing, .. } => {
                format!("name an existing migration of `{}`, or restore this one", missing.app)
            }
            GraphProblemKind::UnknownDependency { .. } => "write the dependency as a pair of app and name".to_owned(),
            GraphProblemKind::Circle { .. } => {
                "move what one of them needs into a later migration, and drop the dependency".to_owned()
            }
            GraphProblemKind::Conflict { app, .. } => {
                format!("run `manage.py makemigrations --merge {app}`, or let one of them depend on the other")
            }
            GraphProblemKind::SquashCircle { .. } => "take one of them out of the other's `replaces`".to_owned(),
            GraphProblemKind::Duplicate { .. } => "rename or remove one of the files".to_owned(),
        }
    }
}

fn list(keys: &[MigrationKey], separator: &str) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(separator)
}
