//! What the code of a RunPython does with historical models, as far as it can be followed without running it.

use std::rc::Rc;

use crate::migration::filter::{Filter, Written};
use crate::migration::when::When;
use crate::source::Span;

pub use crate::migration::follow::data_code;

/// What the code of a RunPython does.
#[derive(Clone, Debug, Default)]
pub struct DataCode {
    /// Queries on historical models, in order.
    pub queries: Vec<Query>,
    /// Historical models that it takes: app and name as they are written, where they are literal.
    pub models: Vec<(Result<HistoricalModel, ()>, Span)>,
    /// Names that it gives to models and that are not the model's: `orders = …` of the model `Order`.
    pub renamed: Vec<(String, Span)>,
    /// What it asks of historical models that Django does not give to every model.
    pub asked: Vec<Asked>,
    /// Methods of the schema editor that it calls, with their places.
    pub editor_calls: Vec<(String, Span)>,
    /// What it sends to the database itself, in order.
    pub sent: Vec<Sent>,
    /// Management commands that it calls, with their places.
    pub commands: Vec<(String, Span)>,
    /// Whether it asks which database it runs on.
    pub asks_vendor: bool,
    /// Fields of rows that it gives a value: `order.total = 1`.
    pub assigned: Vec<(Rc<HistoricalModel>, String)>,
    /// Names that it looks for with `hasattr` or `getattr`, or gives a value.
    pub provided: Vec<String>,
}

/// What code sends to the database.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What it is.
    pub what: Sending,
    /// Where it is sent.
    pub when: When,
    /// The call.
    pub span: Span,
}

/// What a call sends.
#[derive(Clone, Debug)]
pub enum Sending {
    /// SQL that is written in the call.
    Sql(String),
    /// What a method of the schema editor sends for a historical model.
    Edit(Edit),
    /// Something that can't be read.
    Unknown,
}

/// A change of a historical model by the schema editor (`django.db.backends.base.schema`).
#[derive(Clone, Debug)]
pub struct Edit {
    /// The model.
    pub model: Rc<HistoricalModel>,
    /// What happens to it.
    pub kind: EditKind,
}

/// What the schema editor does with a model.
#[derive(Clone, Debug)]
pub enum EditKind {
    /// `create_model`
    Create,
    /// `delete_model`
    Delete,
    /// `add_field` of a field that the model has.
    AddField(String),
    /// `remove_field`
    RemoveField(String),
}

/// A model that `apps.get_model` gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HistoricalModel {
    /// Label of its app.
    pub app: String,
    /// Its name as it is written.
    pub name: String,
}

/// A query.
#[derive(Clone, Debug)]
pub struct Query {
    /// Its model; `None` where that is not literal.
    pub model: Option<Rc<HistoricalModel>>,
    /// What it does.
    pub action: Action,
    /// What limits it.
    pub filter: Filter,
    /// Whether it fetches rows in chunks.
    pub iterator: bool,
    /// Whether it names the database.
    pub alias: bool,
    /// What an UPDATE or `create` writes.
    pub written: Vec<Written>,
    /// The query over whose rows it is repeated, by its place among the queries.
    pub for_each: Option<usize>,
    /// Its callee, as dotted text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// What a query does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is gone through in a loop.
    Read,
    /// It inserts rows.
    Insert,
    /// It updates rows, or one row.
    Update,
    /// It deletes rows, or one row.
    Delete,
    /// A row is saved: inserted or updated.
    Save,
}

impl Action {
    /// The words for it.
    pub const WORDS: [&'static str; 5] = ["read", "insert", "update", "delete", "save"];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

/// Something that not every model has.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The model.
    pub model: Rc<HistoricalModel>,
    /// What it is.
    pub what: AskedFor,
    /// Its name.
    pub name: String,
    /// As it is written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// What code may ask of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedFor {
    /// A manager.
    Manager,
    /// A method of the manager `objects`, or of its querysets.
    QuerySetMethod,
    /// A method of querysets, of the class.
    ManagerMethod,
    /// Another method of the class, or one of a row.
    Method,
    /// A constant or class inside the model.
    Constant,
}
