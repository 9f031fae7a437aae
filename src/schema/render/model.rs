//! Models as the schema editor sees them.

use crate::history::{ModelState, likely_table, primary_key};
use crate::python::{Unknown, Value};
use crate::schema::render::field::Field;
use crate::schema::render::part::Part;
use crate::schema::render::{Project, reason};
use crate::sql::{Constraint, ConstraintKind};

/// A model.
#[derive(Clone, Debug)]
pub(in crate::schema) struct Model {
    /// Label of its app.
    pub(in crate::schema) app: String,
    /// Its name in lower case.
    pub(in crate::schema) name: String,
    /// Its table.
    pub(in crate::schema) table: String,
    /// Whether migrations make that table: the model is managed, no proxy, and not swapped (`Options.can_migrate`).
    pub(in crate::schema) has_table: bool,
    /// Its own fields, those that Django adds included.
    pub(in crate::schema) fields: Vec<Field>,
    /// The names of the fields of a `CompositePrimaryKey`.
    pub(in crate::schema) key: Vec<String>,
    /// `unique_together`, as names of fields.
    pub(in crate::schema) unique_together: Vec<Vec<String>>,
    /// `index_together`, as names of fields.
    pub(in crate::schema) index_together: Vec<Vec<String>>,
    /// `Meta.indexes`
    pub(in crate::schema) indexes: Vec<Part>,
    /// `Meta.constraints`
    pub(in crate::schema) constraints: Vec<Part>,
    /// `db_table_comment`
    pub(in crate::schema) comment: Option<String>,
    /// The models it derives from, as (app, lower-case name).
    pub(in crate::schema) bases: Vec<(String, String)>,
}

impl Model {
    /// The field of that name.
    pub(in crate::schema) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The columns of fields, for those that are not known their names. `pk` is the primary key.
    pub(in crate::schema) fn columns(&self, fields: &[String]) -> Vec<String> {
        fields.iter().map(|name| self.column(name)).collect()
    }

    /// The primary key over several columns (`CompositePrimaryKey`).
    pub(in crate::schema) fn key_constraint(&self) -> Option<Constraint> {
        let columns = self.columns(&self.key);
        (!columns.is_empty()).then_some(Constraint { name: None, kind: ConstraintKind::PrimaryKey(columns) })
    }

    /// The column of a field, or its name where there is no such field: one that a parent has, say.
    pub(in crate::schema) fn column(&self, name: &str) -> String {
        let by_column = || self.fields.iter().find(|field| field.column.name == name);
        self.field(name).or_else(by_column).map_or_else(|| name.to_owned(), |field| field.column.name.clone())
    }
}

/// A flag among the options: what it is, or what it most likely is where that is not certain.
fn likely(model: &ModelState, name: &str, default: bool) -> bool {
    model.option(name).likely().and_then(|option| option.value.as_bool()).unwrap_or(default)
}

impl Project<'_> {
    /// A model.
    ///
    /// # Errors
    ///
    /// When its table is not known.
    pub(in crate::schema) fn model(self, state: &ModelState) -> Result<Model, Unknown> {
        let table = likely_table(self.state, state).map_err(|doubt| reason(&doubt))?;
        let mut model = Model {
            app: state.app.to_string(),
            name: state.name.to_lowercase(),
            table,
            has_table: !likely(state, "proxy", false) && likely(state, "managed", true) && !self.is_swapped(state),
            fields: Vec::with_capacity(state.fields.len() + 1),
            key: Vec::new(),
            unique_together: together(state, "unique_together"),
            index_together: together(state, "index_together"),
            indexes: Vec::new(),
            constraints: Vec::new(),
            comment: self.table_comment(state),
            bases: bases(state),
        };
        let has_id = state.fields.iter().any(|(name, _)| &**name == "id");
        if let Some(("id", None)) = primary_key(state).likely().filter(|_| !has_id && !self.has_parent(&model)) {
            model.fields.push(self.added("id", self.default_auto_field()));
        }
        for (name, field) in &state.fields {
            if field.field.entry.is_some_and(|entry| entry.name == "CompositePrimaryKey") {
                let names = field.field.arguments.iter().filter(|argument| argument.name.starts_with('*'));
                model.key = names.filter_map(|argument| argument.value.as_str()).map(str::to_owned).collect();
            }
            model.fields.push(self.field(state, name, field));
        }
        let ordered = state.option("order_with_respect_to").likely().is_some_and(|option| !option.value.is_none());
        if ordered && model.field("_order").is_none() {
            model.fields.push(self.added("_order", "IntegerField"));
        }
        model.indexes = state.indexes.iter().map(|part| self.part(&model, part)).collect();
        model.constraints = state.constraints.iter().map(|part| self.part(&model, part)).collect();
        Ok(model)
    }

    /// The model of that app and name, as it is certain or likely.
    pub(in crate::schema) fn model_named(self, app: &str, name: &str) -> Option<Result<Model, Unknown>> {
        Some(self.model(self.look_up(app, name).likely()?))
    }

    /// Whether another model takes its place (`Options.swapped`).
    fn is_swapped(self, state: &ModelState) -> bool {
        let Some(option) = state.option("swappable").likely() else { return false };
        let chosen = option.value.as_str().and_then(|setting| self.settings.model(setting));
        chosen.is_some_and(|(app, name)| app != *state.app || name != state.name.to_lowercase())
    }

    fn table_comment(self, state: &ModelState) -> Option<String> {
        let comment = state.option("db_table_comment").likely()?.value.as_str()?.to_owned();
        (!comment.is_empty() && self.target.comments()).then_some(comment)
    }

    /// Whether the model derives from another with a table, so that its primary key is the link to it.
    fn has_parent(self, model: &Model) -> bool {
        model
            .bases
            .iter()
            .any(|(app, name)| self.look_up(app, name).likely().is_some_and(|base| !likely(base, "abstract", false)))
    }
}

fn together(state: &ModelState, option: &str) -> Vec<Vec<String>> {
    let Some(option) = state.option(option).likely() else { return Vec::new() };
    let texts = |items: &[Value]| items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let items = option.value.elements().unwrap_or_default();
    if items.first().is_some_and(|first| first.as_str().is_some()) {
        return texts(items).into_iter().collect();
    }
    items.iter().filter_map(|item| texts(item.elements()?)).collect()
}

fn bases(state: &ModelState) -> Vec<(String, String)> {
    let bases = state.bases.as_ref().and_then(|bases| bases.value.elements()).unwrap_or_default();
    let labels = bases.iter().filter_map(|base| base.as_str()?.split_once('.'));
    labels.map(|(app, name)| (app.to_owned(), name.to_lowercase())).collect()
}
