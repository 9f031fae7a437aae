//! Going back: whether Django can take an operation back, and whether the database lets it.

use crate::effects::compat::is_a;
use crate::history::{FieldState, Known, ProjectState};
use crate::migration::{Code, Effective, Operation, OperationKind, Reach, Sql};
use crate::python::{Unknown, ValueKind};
use crate::schema::Target;
use crate::target::Vendor;

/// Whether an operation can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reversal {
    /// It can.
    Yes,
    /// Django refuses: `IrreversibleError`.
    No,
    /// Only while the table has no rows, or no two of them: the column comes back, and they have nothing for it.
    OnlyWithoutRows {
        /// The model, in lower case.
        model: String,
        /// The field.
        field: String,
    },
    /// Can't be told.
    Unknown(Unknown),
}

impl Reversal {
    /// The worse of two, as for operations that are taken back together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let rank = |reversal: &Self| match reversal {
            Reversal::Yes => 0,
            Reversal::Unknown(_) => 1,
            Reversal::OnlyWithoutRows { .. } => 2,
            Reversal::No => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// Whether `operation` of a migration of `app` can be taken back; `before` is the state before it.
#[must_use]
pub fn of(operation: &Operation, app: &str, before: &ProjectState, target: Target) -> Reversal {
    if operation.reach == Reach::State {
        return Reversal::Yes;
    }
    match &operation.kind {
        OperationKind::Unknown(unknown) => return Reversal::Unknown(unknown.clone()),
        OperationKind::Custom { declared: Some(declared), .. } if declared.sends.is_some() => {
            return Reversal::Unknown(Unknown {
                text: operation.class_path().unwrap_or_default().to_owned(),
                span: operation.callee_span,
                reason: "is declared with the SQL that it sends, which does not tell the way back".to_owned(),
            });
        }
        OperationKind::Custom { .. } => {
            return match operation.as_djangos() {
                Some(operation) => of(&operation, app, before, target),
                None => operation.unknown_class().map_or(Reversal::Yes, Reversal::Unknown),
            };
        }
        OperationKind::Django(_) => {}
    }
    match operation.kind_name() {
        // `RunPython.reversible`, `RunSQL.reversible` (`django.db.migrations.operations.special`).
        Some("RunPython") => match operation.reverse_code() {
            None => Reversal::No,
            Some(Code::Unknown(unknown)) => Reversal::Unknown(unknown),
            Some(_) => Reversal::Yes,
        },
        Some("RunSQL") => match operation.reverse_sql() {
            None => Reversal::No,
            Some(Sql::Unknown(unknown)) => Reversal::Unknown(unknown),
            Some(_) => Reversal::Yes,
        },
        Some("RemoveField") => removed_field(operation, app, before, target),
        // Those inside are asked themselves: each with the state before it.
        _ => Reversal::Yes,
    }
}

fn removed_field(operation: &Operation, app: &str, before: &ProjectState, target: Target) -> Reversal {
    let (Some(model), Some(name)) = (operation.text("model_name"), operation.text("name")) else {
        return Reversal::Unknown(Unknown {
            text: "RemoveField".to_owned(),
            span: operation.span,
            reason: "does not name its field".to_owned(),
        });
    };
    let field = match before.model(app, model) {
        Known::Yes(found) => found.field(name),
        Known::Maybe(_, doubt) => return Reversal::Unknown(doubt.unknown.clone()),
        Known::No => Known::No,
    };
    let field = match field {
        Known::Yes(field) => field,
        Known::Maybe(_, doubt) => return Reversal::Unknown(doubt.unknown.clone()),
        Known::No => return Reversal::Yes,
    };
    let only = || Reversal::OnlyWithoutRows { model: model.to_lowercase(), field: name.to_owned() };
    match comes_back(field, target) {
        Ok(true) => Reversal::Yes,
        Ok(false) => only(),
        Err(unknown) => Reversal::Unknown(unknown),
    }
}

/// Whether ADD COLUMN for the field works on a table with rows.
fn comes_back(state: &FieldState, target: Target) -> Result<bool, Unknown> {
    let field = &state.field;
    if field.has_column() == Some(false) || is_a(field, "GeneratedField") {
        return Ok(true);
    }
    let null = field.flag("null")? == Some(true) && field.flag("primary_key")? != Some(true);
    let unique = field.flag("unique")? == Some(true) || field.flag("primary_key")? == Some(true);
    let is_given = |name: &str| match field.effective(name) {
        Effective::Given(value) => !matches!(&value.kind, ValueKind::Reference(path) if path.ends_with("NOT_PROVIDED")),
        _ => false,
    };
    // `BaseDatabaseSchemaEditor._effective_default` (`django.db.backends.base.schema`).
    let automatic = field.flag("auto_now")? == Some(true) || field.flag("auto_now_add")? == Some(true);
    let is_text = ["CharField", "TextField", "BinaryField"].iter().any(|class| is_a(field, class));
    let is_empty_text = is_text && field.flag("blank")? == Some(true);
    let filled = is_given("default") || is_given("db_default") || automatic || is_empty_text;
    if filled {
        return Ok(!unique);
    }
    if null {
        return Ok(true);
    }
    // MySQL fills in 0 or '', to which no row answers, and which two rows must not share.
    let implicit = matches!(target.database.vendor, Vendor::MySql | Vendor::MariaDb);
    let refers = is_a(field, "ForeignKey") && field.flag("db_constraint")? != Some(false);
    Ok(implicit && !refers && !unique)
}
