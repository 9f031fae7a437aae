//! What each of Django's operations asks of the schema editor: `database_forwards` in
//! `django/db/migrations/operations/{models,fields}.py` and `django/contrib/postgres/operations.py`.

use std::sync::Arc;

use crate::history::{FieldState, ModelState};
use crate::migration::{Effective, Field as Stated, Operation, SentPart};
use crate::python::{Unknown, Value, ValueKind};
use crate::schema::editor::remake::Changed;
use crate::schema::editor::{Editor, add_constraint, create_index};
use crate::schema::render::{Field, Made, Model, Part, Project, reason};
use crate::sql::ChangeKind;

/// An operation with the projects around it.
pub(super) struct Call<'a, 'p> {
    pub(super) app: &'a str,
    pub(super) operation: &'a Operation,
    pub(super) before: Project<'p>,
    pub(super) after: Project<'p>,
}

/// The projects before and after an operation.
#[derive(Clone, Copy)]
pub(super) struct Ends<'p> {
    pub(super) before: Project<'p>,
    pub(super) after: Project<'p>,
}

impl<'p> Call<'_, 'p> {
    pub(super) fn ends(&self) -> Ends<'p> {
        Ends { before: self.before, after: self.after }
    }

    /// Why the operation may do something else: what it is about may not be there, or be another thing, or is given what
    /// only running the file can tell.
    pub(super) fn doubt(&self) -> Option<Unknown> {
        let operation = self.operation;
        let text = |parameter: &str| operation.argument(parameter).and_then(|argument| argument.value.as_str());
        let names = [text("name"), text("old_name"), text("new_name")];
        let models = [text("model_name"), names[0], names[1], names[2]];
        for project in [self.before, self.after] {
            let found = models.iter().flatten().find_map(|name| project.state.model(self.app, name).likely());
            let Some(model) = found else { continue };
            let members = names.iter().flatten().filter(|_| text("model_name").is_some()).find_map(|name| {
                let field = model.field(name).likely().and_then(|field| field.doubt.as_ref());
                let parts = [model.index(name), model.constraint(name)];
                field.or_else(|| parts.into_iter().find_map(|part| part.likely()?.doubt.as_ref()))
            });
            if let Some(doubt) = model.existence.as_ref().or(members) {
                return Some(reason(doubt));
            }
        }
        // A new table is there, whatever one of its columns is.
        let new = operation.fields.iter().map(|(_, field)| field).filter(|field| field.entry.is_some());
        let old = self.old_field();
        let altered = old.filter(|_| operation.kind_name() == Some("AlterField"));
        let own = operation.field.iter().chain(altered);
        let unknown = own.chain(new).find_map(|field| {
            let flags = ["primary_key", "unique", "db_index", "null", "db_constraint"];
            let flag = || flags.iter().find_map(|flag| field.flag(flag).err());
            field.open.clone().or_else(flag).or_else(|| field.column_unknown().cloned())
        });
        // Whether a field that goes, or gets another name, has a column at all only its class can tell.
        let classless = old.filter(|old| old.entry.is_none()).map(Stated::class_unknown);
        // Whether a class that is not Django's fills the rows that are there.
        let filled = operation.field.iter().filter(|field| field.own.is_some()).find_map(|field| {
            match field.effective("default") {
                Effective::Unknown(unknown) => Some(unknown),
                _ => None,
            }
        });
        unknown.or(classless).or(filled).or_else(|| operation.fields_open.clone())
    }

    /// The field that the operation alters, renames or removes, as it was.
    fn old_field(&self) -> Option<&'p Stated> {
        let text = |parameter: &str| self.operation.argument(parameter).and_then(|argument| argument.value.as_str());
        let name = match self.operation.kind_name()? {
            "AlterField" | "RemoveField" => text("name")?,
            "RenameField" => text("old_name")?,
            _ => return None,
        };
        let model = self.before.state.model(self.app, text("model_name")?).likely()?;
        model.field(name).likely().map(|old| &old.field)
    }

    pub(super) fn text(&self, parameter: &str) -> Result<&str, Unknown> {
        let argument = self.operation.argument(parameter);
        argument.and_then(|argument| argument.value.as_str()).ok_or_else(|| {
            let known = argument.and_then(|argument| argument.value.unknown().cloned());
            known.or_else(|| self.operation.open.clone()).unwrap_or(Unknown {
                text: parameter.to_owned(),
                span: argument.map_or(self.operation.span, |argument| argument.value.span),
                reason: "is not literally a text".to_owned(),
            })
        })
    }

    pub(super) fn value(&self, parameter: &str) -> Result<&Value, Unknown> {
        let argument = self.operation.argument(parameter).map(|argument| &argument.value);
        argument.ok_or_else(|| self.missing(parameter, "is not given"))
    }

    pub(super) fn missing(&self, text: &str, reason: &str) -> Unknown {
        Unknown { text: text.to_owned(), span: self.operation.span, reason: reason.to_owned() }
    }

    /// The state of the model that a parameter names, in one of the two projects.
    fn state(&self, project: Project<'p>, parameter: &str) -> Result<&'p Arc<ModelState>, Unknown> {
        let name = self.text(parameter)?;
        project.state.model(self.app, name).likely().ok_or_else(|| {
            self.missing(&format!("{}.{name}", self.app), "is created by none of the migrations before this one")
        })
    }

    pub(super) fn model(&self, project: Project<'p>, parameter: &str) -> Result<Model, Unknown> {
        project.model(self.state(project, parameter)?)
    }

    /// A part of the SQL that a declared operation sends.
    pub(super) fn sent(&self, part: &SentPart) -> Result<String, Unknown> {
        Ok(match part {
            SentPart::Text(text) => text.clone(),
            SentPart::Table => self.model(self.before, "model_name")?.table,
            SentPart::Column => {
                let model = self.model(self.before, "model_name")?;
                let name = self.text("name")?;
                self.field(&model, name)?;
                model.column(name)
            }
            SentPart::Argument(name) => match &self.value(name)?.kind {
                ValueKind::Str(text) => text.value.clone(),
                ValueKind::Int(number) => number.to_string(),
                ValueKind::Bool(flag) => flag.to_string().to_uppercase(),
                ValueKind::None => "NULL".to_owned(),
                ValueKind::Unknown(unknown) => return Err(unknown.clone()),
                _ => return Err(self.missing(name, "is neither a text nor a number")),
            },
        })
    }

    /// The field of that name, as Django has it for the operation: with the default that serves this operation only.
    fn field(&self, model: &Model, name: &str) -> Result<Field, Unknown> {
        let found = model.field(name).cloned();
        found.ok_or_else(|| self.missing(name, "is not a field of the model at this point"))
    }

    /// `preserve_default=False`: the default is that of the operation's field.
    fn with_own_default(&self, state: &ModelState, mut field: Field) -> Field {
        let preserve = self.operation.argument("preserve_default").and_then(|argument| argument.value.as_bool());
        if preserve == Some(false)
            && let Some(own) = &self.operation.field
        {
            let stated =
                FieldState { source: Arc::clone(&state.source), field: own.clone(), created: None, doubt: None };
            let own = self.after.field(state, &field.name, &Arc::new(stated));
            (field.fill, field.default) = (own.fill, own.default);
        }
        field
    }
}

impl Editor<'_> {
    /// Sends what one of Django's operations sends.
    pub(super) fn django(&mut self, call: &Call<'_, '_>, name: &str) -> Result<(), Unknown> {
        match name {
            "CreateModel" => self.create(call),
            "DeleteModel" => self.delete(call),
            "RenameModel" => self.rename_model(call),
            "AlterModelTable" => self.alter_model_table(call),
            "AlterModelTableComment" => self.alter_table_comment(call),
            "AlterUniqueTogether" => self.alter_together(call, true),
            "AlterIndexTogether" => self.alter_together(call, false),
            "AlterOrderWithRespectTo" => self.alter_order(call),
            "AddField" => self.operate_on_field(call, FieldOperation::Add),
            "RemoveField" => self.operate_on_field(call, FieldOperation::Remove),
            "AlterField" => self.operate_on_field(call, FieldOperation::Alter),
            "RenameField" => self.rename_field(call),
            "AddIndex" => self.add_index(call, false),
            "AddIndexConcurrently" => self.add_index(call, true),
            "RemoveIndex" => self.remove_index(call, false),
            "RemoveIndexConcurrently" => self.remove_index(call, true),
            "RenameIndex" => self.rename_index(call),
            "AddConstraint" => self.add_constraint(call, false),
            "AddConstraintNotValid" => self.add_constraint(call, true),
            "RemoveConstraint" => self.remove_constraint(call),
            "ValidateConstraint" => self.validate_constraint(call),
            "CreateCollation" | "RemoveCollation" | "CreateExtension" => {
                let words = match name {
                    "CreateCollation" => "CREATE COLLATION",
                    "RemoveCollation" => "DROP COLLATION",
                    _ => "CREATE EXTENSION",
                };
                self.object(call.text("name")?.to_owned(), words);
                Ok(())
            }
            class => {
                // The others change the state only, or hold other operations.
                if let Some((_, name)) = EXTENSIONS.iter().find(|(extension, _)| *extension == class) {
                    self.object((*name).to_owned(), "CREATE EXTENSION");
                }
                Ok(())
            }
        }
    }

    /// Something of PostgreSQL's that no table has; Django does nothing on other databases.
    fn object(&mut self, name: String, words: &str) {
        if self.target.is_postgresql() {
            let change = self.bare(ChangeKind::Other { words: words.to_owned(), object: Some(name) });
            self.execute_all(vec![change]);
        }
    }

    fn create(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let model = call.model(call.after, "name")?;
        if !model.has_table {
            return Ok(());
        }
        self.create_model(call.after, &model);
        // Since 5.1 by the operation (`CreateModel.database_forwards`), before with the other indexes.
        if self.target.since(5, 1) {
            for fields in &model.index_together {
                self.execute(&model.table, create_index(crate::schema::build::plain_index(model.columns(fields))));
            }
        }
        Ok(())
    }

    fn delete(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let model = call.model(call.before, "name")?;
        if model.has_table {
            self.delete_model(call.before, &model);
        }
        Ok(())
    }

    fn operate_on_field(&mut self, call: &Call<'_, '_>, operation: FieldOperation) -> Result<(), Unknown> {
        let name = call.text("name")?;
        let from = call.model(call.before, "model_name")?;
        if operation == FieldOperation::Remove {
            if from.has_table {
                let field = call.field(&from, name)?;
                self.remove_field(call.ends(), (&from, &without(&from, name)), &field);
            }
            return Ok(());
        }
        let to_state = call.state(call.after, "model_name")?;
        let to = call.after.model(to_state)?;
        if !to.has_table {
            return Ok(());
        }
        let field = call.with_own_default(to_state, call.field(&to, name)?);
        if operation == FieldOperation::Add {
            self.add_field(call.ends(), (&from, &to), &field);
        } else {
            let old = call.field(&from, name)?;
            self.alter_field(call.ends(), (&from, &to), (&old, &field));
        }
        Ok(())
    }

    fn rename_field(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let (from, to) = (call.model(call.before, "model_name")?, call.model(call.after, "model_name")?);
        if to.has_table {
            let old = call.field(&from, call.text("old_name")?)?;
            let new = call.field(&to, call.text("new_name")?)?;
            self.alter_field(call.ends(), (&from, &to), (&old, &new));
        }
        Ok(())
    }

    fn alter_order(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let (from, to) = (call.model(call.before, "name")?, call.model(call.after, "name")?);
        if !to.has_table {
            return Ok(());
        }
        match (from.field("_order"), to.field("_order")) {
            (Some(old), None) => self.remove_field(call.ends(), (&from, &to), old),
            (None, Some(new)) => {
                let mut new = new.clone();
                new.fill = crate::schema::render::Fill::Default("0".to_owned());
                self.add_field(call.ends(), (&from, &to), &new);
            }
            _ => {}
        }
        Ok(())
    }

    fn alter_table_comment(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let model = call.model(call.after, "name")?;
        if model.has_table && self.target.comments() {
            self.execute(&model.table, ChangeKind::Comment { column: None });
        }
        Ok(())
    }

    fn validate_constraint(&mut self, call: &Call<'_, '_>) -> Result<(), Unknown> {
        let model = call.model(call.before, "model_name")?;
        let name = call.text("name")?.to_owned();
        if model.has_table {
            self.execute(&model.table, ChangeKind::ValidateConstraint { name });
        }
        Ok(())
    }

    fn add_index(&mut self, call: &Call<'_, '_>, concurrently: bool) -> Result<(), Unknown> {
        let model = call.model(call.after, "model_name")?;
        let part = given(call, &model, "index")?;
        if !model.has_table {
            return Ok(());
        }
        match part.made {
            Made::Index(index) => {
                self.live(call.before, &model_before(call, "model_name")?);
                let kind = ChangeKind::CreateIndex { index, concurrently, if_not_exists: false };
                self.execute(&model.table, kind);
                Ok(())
            }
            Made::Unknown(unknown) => {
                self.unknown(Some(model.table), unknown);
                Ok(())
            }
            Made::Constraint(_) | Made::Nothing => Ok(()),
        }
    }

    /// Whether SQLite need not copy the table for a constraint (`add_constraint`, `remove_constraint`): before 4.0 for
    /// those alone that have a condition.
    pub(super) fn is_index_of_its_own(&self, part: &Part) -> bool {
        let partial = matches!(&part.made, Made::Index(index) if index.condition.is_some());
        part.unique && part.special && (partial || self.target.since(4, 0))
    }

    fn add_constraint(&mut self, call: &Call<'_, '_>, not_valid: bool) -> Result<(), Unknown> {
        let from = model_before(call, "model_name")?;
        let part = given(call, &from, "constraint")?;
        if !from.has_table {
            return Ok(());
        }
        if self.target.is_sqlite() && !self.is_index_of_its_own(&part) {
            let after = call.model(call.after, "model_name")?;
            self.remake(call.ends(), (&from, &after), Changed::Nothing);
            return Ok(());
        }
        self.live(call.before, &from);
        match part.made {
            Made::Index(index) => self.execute(&from.table, create_index(index)),
            Made::Constraint(constraint) => {
                let kind = match add_constraint(constraint) {
                    ChangeKind::AddConstraint { constraint, using_index, .. } => {
                        ChangeKind::AddConstraint { constraint, not_valid, using_index }
                    }
                    kind => kind,
                };
                self.execute(&from.table, kind);
            }
            Made::Unknown(unknown) => self.unknown(Some(from.table), unknown),
            Made::Nothing => {}
        }
        Ok(())
    }
}

/// The extensions that have an operation of their own.
const EXTENSIONS: &[(&str, &str)] = &[
    ("BloomExtension", "bloom"),
    ("BtreeGinExtension", "btree_gin"),
    ("BtreeGistExtension", "btree_gist"),
    ("CITextExtension", "citext"),
    ("CryptoExtension", "pgcrypto"),
    ("HStoreExtension", "hstore"),
    ("TrigramExtension", "pg_trgm"),
    ("UnaccentExtension", "unaccent"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldOperation {
    Add,
    Remove,
    Alter,
}

/// A model without one of its fields.
pub(super) fn without(model: &Model, field: &str) -> Model {
    let mut model = model.clone();
    model.fields.retain(|other| other.name != field);
    model.indexes.retain(|index| !index.fields.iter().any(|other| other == field));
    model
}

pub(super) fn model_before(call: &Call<'_, '_>, parameter: &str) -> Result<Model, Unknown> {
    call.model(call.before, parameter)
}

/// The index or constraint that an operation is given.
fn given(call: &Call<'_, '_>, model: &Model, parameter: &str) -> Result<Part, Unknown> {
    let value = call.value(parameter)?;
    let name = match &value.kind {
        crate::python::ValueKind::Call(made) => {
            let named = made.arguments.iter().find(|argument| argument.name.as_deref() == Some("name"));
            named.and_then(|argument| argument.value.as_str()).map(str::to_owned)
        }
        _ => None,
    };
    Ok(call.after.part_of(model, value, name))
}
