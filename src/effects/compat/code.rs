//! A version of the code: what the ORM sends for the models of a project state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::effects::compat::delete::OnDelete;
use crate::effects::compat::failure::{Action, Cause};
use crate::effects::compat::family::Family;
use crate::effects::compat::kind::Kind;
use crate::effects::compat::need::Needs;
use crate::effects::compat::{ModelTables, table};
use crate::history::{Doubt, FieldState, ModelState, ProjectState, Reference, Settings, column, through_table};
use crate::migration::Field;
use crate::python::{Argument, Value, ValueKind};
use crate::schema::{Schema, Target};
use crate::sql::{Column, ForeignKey};
use crate::target::{Vendor, Version};

/// A version of the code.
#[derive(Clone, Debug)]
pub struct Code {
    /// Models with a table of their own that Django looks after.
    pub(super) models: Vec<Model>,
    /// What Django would make for them: the types, defaults and constraints that the code counts on.
    pub(super) schema: Schema,
    pub(super) target: Target,
    /// For each model, those that Django looks after and whose rows have a part in its table: itself, and its
    /// multi-table children.
    inheriting: Vec<Vec<usize>>,
    /// What the models need of the database.
    pub(super) needs: Needs,
}

/// A model.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// `app.model` in lower case.
    pub(super) label: String,
    pub(super) table: String,
    /// Whether Django makes the table. Of another one only the relations matter.
    pub(super) managed: bool,
    /// Its own columns; none when it is not managed.
    pub(super) columns: Arc<[ModelColumn]>,
    /// The models it inherits a table from, by their place.
    pub(super) parents: Vec<usize>,
    /// The models that its relations point at, by their place.
    pub(super) outgoing: Vec<usize>,
    /// The relations that point here, multi-table children among them.
    pub(super) incoming: Vec<Incoming>,
    /// The tables that Django makes for its fields of many to many.
    pub(super) links: Vec<Link>,
    /// Places, among all links of other models, of those that point here.
    pub(super) incoming_links: Vec<(usize, usize)>,
    /// Why it may not be there, or there may be more to it.
    pub(super) doubt: Option<Arc<Doubt>>,
    /// Why it may have more fields.
    pub(super) more_fields: Option<Arc<Doubt>>,
}

/// A column as the code knows it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct ModelColumn {
    pub(super) name: String,
    /// The name of the field.
    pub(super) field: String,
    /// Whether its name is a guess: the field's class is not Django's, or its `db_column` is not known.
    pub(super) guessed: bool,
    pub(super) fill: Fill,
    /// Whether a new object gets the value of `db_default` unless the code sets another one.
    pub(super) relies_on_default: bool,
    /// Whether a new row gets NULL where the code sets nothing, if NULL may be there at all.
    pub(super) starts_as_null: bool,
    /// Whether its values come from the rows of another table or from the database, so that no value of the code's own
    /// can be out of range.
    pub(super) derived: bool,
    /// The values of its `choices`, when all of them are known. The ORM does not enforce them, but forms do, and code
    /// that writes others is odd.
    pub(super) choices: Vec<String>,
    /// What Python makes of its values.
    pub(super) kind: Kind,
    /// What a GeneratedField is made of, as far as that tells whether the result fits.
    made_of: Option<Sources>,
}

/// What the result of an expression is one of, or no longer than: `F("name")`, `Lower("name")`, `Value("text")`.
#[derive(Clone, Debug, Default)]
struct Sources {
    fields: Vec<String>,
    /// The lengths of texts that are written out.
    texts: Vec<i64>,
    numbers: Vec<i128>,
}

impl Sources {
    fn join(mut self, other: Self) -> Self {
        self.fields.extend(other.fields);
        self.texts.extend(other.texts);
        self.numbers.extend(other.numbers);
        self
    }
}

impl ModelColumn {
    /// A column as the code with a model knows it.
    pub(super) fn of(model: &ModelState, made: &Column, target: Target) -> Self {
        let vendor = target.database.vendor;
        let owns = |name: &str, field: &FieldState| match column(name, field) {
            Ok(own) => own.is_some_and(|own| table::same_column(&own, &made.name, vendor)),
            // A class that is not Django's: the column has the field's name or that of a relation.
            Err(_) => made.name == name || made.name.strip_suffix("_id") == Some(name),
        };
        let field = model.fields.iter().find(|(name, field)| owns(name, field));
        let relates = field.is_some_and(|(_, field)| is_a(&field.field, "ForeignKey"));
        let relies_on_default = field.is_some_and(|(_, field)| relies_on_default(&field.field));
        let fill = if made.generated.is_some() {
            Fill::Computed
        } else if made.auto {
            Fill::Numbered
        } else if relies_on_default && leaves_to_database(target) {
            Fill::DatabaseDefault
        } else {
            Fill::Named
        };
        Self {
            name: made.name.clone(),
            field: field.map_or_else(|| made.name.clone(), |(name, _)| name.to_string()),
            guessed: field.is_some_and(|(name, field)| column(name, field).is_err()),
            fill,
            relies_on_default,
            starts_as_null: field.is_none_or(|(_, field)| starts_as_null(&field.field)),
            derived: relates || matches!(fill, Fill::Numbered | Fill::Computed),
            made_of: field.and_then(|(_, field)| made_of(&field.field.argument("expression")?.value)),
            kind: field.map_or(Kind::Other, |(_, field)| Kind::of(&field.field)),
            choices: field.map(|(_, field)| choices(&field.field)).unwrap_or_default(),
        }
    }

    /// Why its NULLs are refused by a column that takes none.
    pub(super) const fn null_refused(&self) -> Cause {
        if self.starts_as_null { Cause::NotNull } else { Cause::ExplicitNull }
    }

    /// Whether all of its `choices` have so few characters.
    pub(super) fn chooses_up_to(&self, length: i64) -> bool {
        let fits = |choice: &String| i64::try_from(choice.chars().count()).is_ok_and(|own| own <= length);
        !self.choices.is_empty() && self.choices.iter().all(fits)
    }

    /// Whether a check lets all of its `choices` be: it names each of them, and nothing is negated.
    pub(super) fn chooses_within(&self, expression: &str) -> bool {
        let lower = expression.to_ascii_lowercase();
        let lists = lower.contains(" in (") || lower.contains("__in");
        let names =
            |choice: &String| ["'", "\""].iter().any(|quote| expression.contains(&format!("{quote}{choice}{quote}")));
        !self.choices.is_empty()
            && lists
            && !lower.contains("not ")
            && !lower.contains('~')
            && self.choices.iter().all(names)
    }
}

/// What an INSERT does with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// Names it, with a value from Python.
    Named,
    /// Leaves it to the database's DEFAULT unless the code sets it.
    DatabaseDefault,
    /// Leaves its number to the database.
    Numbered,
    /// Never writes it: a GeneratedField.
    Computed,
}

/// A relation that points at a model.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    /// The place of the model that has it.
    pub(super) model: usize,
    pub(super) column: String,
    pub(super) on_delete: OnDelete,
    /// Whether NULL may be written to the column.
    pub(super) null: bool,
}

/// The table of a ManyToManyField.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) table: String,
    /// The column that refers to the model with the field.
    pub(super) from: String,
    /// The column that refers to the other one.
    pub(super) to: String,
    /// The other model, by its place.
    pub(super) target: Option<usize>,
}

impl Code {
    /// The code of which `state` holds the models ([`Side::State`](crate::history::Side::State)); `schema` is what
    /// Django makes for that state on the same target.
    #[must_use]
    pub fn new(state: &ProjectState, schema: Schema, models: &ModelTables) -> Self {
        let (settings, target) = (models.settings(), models.target());
        let mut code = Self { models: Vec::new(), schema, target, inheriting: Vec::new(), needs: Needs::default() };
        let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut states: Vec<&ModelState> = Vec::new();
        for (app, name, model) in state.models() {
            if let Some(own) = code.model(state, model, models) {
                places.insert((app, name), code.models.len());
                code.models.push(own);
                states.push(model);
            }
        }
        // A proxy stands for the model that has the table.
        for (app, name, model) in state.models() {
            if model.flag("proxy") == Some(true)
                && let Ok(table) = crate::history::table(state, model)
                && let Some(place) = code.models.iter().position(|other| other.table == table)
            {
                places.insert((app, name), place);
            }
        }
        let find = |app: &str, name: &str| places.get(&(app, name)).copied();
        for (place, model) in states.iter().enumerate() {
            code.relate(state, place, model, settings, &find);
        }
        code.inheriting = code.inheritance();
        code.needs = Needs::of(&code);
        code
    }

    /// The model without its relations; `None` for one without a table of its own, or with one that is not written as a
    /// text: an operation on that is not known at all.
    fn model(&self, state: &ProjectState, model: &Arc<ModelState>, models: &ModelTables) -> Option<Model> {
        if model.flag("proxy") == Some(true) {
            return None;
        }
        let name = crate::history::likely_table(state, model).ok()?;
        let made = table::shared(&self.schema, &name, self.vendor());
        Some(Model {
            label: format!("{}.{}", model.app, model.name.to_lowercase()),
            managed: made.is_some(),
            columns: made.map_or_else(|| Arc::from([]), |made| models.columns(model, made)),
            table: name,
            parents: Vec::new(),
            outgoing: Vec::new(),
            incoming: Vec::new(),
            links: Vec::new(),
            incoming_links: Vec::new(),
            doubt: model.existence.clone().or_else(|| model.more.clone()),
            more_fields: model.more_fields.clone(),
        })
    }

    fn relate(
        &mut self,
        state: &ProjectState,
        place: usize,
        model: &ModelState,
        settings: &Settings,
        find: &dyn Fn(&str, &str) -> Option<usize>,
    ) {
        let bases = model.bases.as_ref().and_then(|bases| bases.value.elements()).unwrap_or_default();
        for base in bases {
            let Some((app, name)) = base.as_str().and_then(|label| label.split_once('.')) else { continue };
            if let Some(parent) = find(app, &name.to_lowercase()).filter(|parent| *parent != place) {
                self.models[place].parents.push(parent);
            }
        }
        for (name, field) in &model.fields {
            let target = match field.target(&model.app, &model.name) {
                None => continue,
                Some(Ok((app, name))) => find(&app, &name),
                Some(Err(Reference::Setting(setting))) => {
                    settings.model(&setting).and_then(|(app, name)| find(&app, &name))
                }
                Some(Err(Reference::Unknown)) => None,
            };
            if is_a(&field.field, "ForeignKey") {
                let Some(target) = target else { continue };
                let Ok(Some(column)) = column(name, field) else { continue };
                let null = matches!(field.field.flag("null"), Ok(Some(true)));
                let on_delete = OnDelete::of(&field.field);
                if target != place && !self.models[place].outgoing.contains(&target) {
                    self.models[place].outgoing.push(target);
                }
                self.models[target].incoming.push(Incoming { model: place, column, on_delete, null });
            } else if let Ok(Some(link)) = through_table(state, model, name, field) {
                self.link(place, target, link);
            }
        }
    }

    /// Django's own table for a ManyToManyField has an `id`, then the column of the model with the field, then the
    /// other one (`create_many_to_many_intermediary_model`, `django.db.models.fields.related`).
    fn link(&mut self, place: usize, target: Option<usize>, link: String) {
        let Some(made) = table::table(&self.schema, &link, self.target.database.vendor) else { return };
        let mut columns = made.columns.iter().filter(|column| !column.auto && !column.primary_key);
        let (Some(from), Some(to)) = (columns.next(), columns.next()) else { return };
        let link = Link { table: link, from: from.name.clone(), to: to.name.clone(), target };
        self.models[place].links.push(link);
        if let Some(target) = target {
            let number = self.models[place].links.len() - 1;
            self.models[target].incoming_links.push((place, number));
        }
    }

    fn inheritance(&self) -> Vec<Vec<usize>> {
        let mut inheriting = vec![Vec::new(); self.models.len()];
        for place in (0..self.models.len()).filter(|place| self.models[*place].managed) {
            for holder in self.holders(place) {
                inheriting[holder].push(place);
            }
        }
        inheriting
    }

    /// The models that Django looks after and whose rows have a part in a model's table.
    pub(super) fn inheriting(&self, place: usize) -> &[usize] {
        self.inheriting.get(place).map_or(&[], Vec::as_slice)
    }

    /// The tables that the foreign keys of a table refer to, as Django makes it.
    pub(super) fn referred_by(&self, name: &str) -> BTreeSet<&str> {
        let own = table::table(&self.schema, name, self.vendor());
        own.into_iter().flat_map(table::foreign_keys).map(|(_, references)| references.table.as_str()).collect()
    }

    /// Whether each key that `from` lets through is one that `to` lets through: they want the same parent, or the key of
    /// the one is a foreign key to the other, as that of a multi-table child is, over any number of steps.
    pub(super) fn leads_to(&self, from: &ForeignKey, to: &ForeignKey) -> bool {
        let mut seen: Vec<&str> = Vec::new();
        let mut open = vec![from];
        while let Some(next) = open.pop() {
            if table::same_parent(next, to) {
                return true;
            }
            if seen.contains(&next.table.as_str()) {
                continue;
            }
            seen.push(&next.table);
            let Some(parent) = table::table(&self.schema, &next.table, self.vendor()) else { continue };
            let key = table::primary_key(parent);
            if next.columns.is_empty() || table::same_columns(&next.columns, &key, self.vendor()) {
                let keys = table::foreign_keys(parent).into_iter();
                open.extend(keys.filter(|(own, _)| *own == key).map(|(_, references)| references));
            }
        }
        false
    }

    /// The models whose tables hold a row of this model: itself, then its ancestors.
    pub(super) fn holders(&self, place: usize) -> Vec<usize> {
        let mut holders = vec![place];
        let mut next = 0;
        while let Some(holder) = holders.get(next).copied() {
            for parent in &self.models[holder].parents {
                if !holders.contains(parent) {
                    holders.push(*parent);
                }
            }
            next += 1;
        }
        holders
    }

    /// The database that it speaks to.
    pub(super) fn vendor(&self) -> Vendor {
        self.target.database.vendor
    }

    /// The columns that models of this code and of another both know, with the models.
    pub(super) fn shared_columns<'c>(
        &'c self,
        other: &'c Code,
    ) -> Vec<(&'c Model, &'c Model, (&'c ModelColumn, &'c ModelColumn))> {
        let mut shared = Vec::new();
        for own in &self.models {
            for theirs in other.models.iter().filter(|theirs| theirs.table == own.table) {
                for column in own.columns.iter() {
                    let same = theirs.columns.iter().find(|other| other.name == column.name);
                    shared.extend(same.map(|same| (own, theirs, (column, same))));
                }
            }
        }
        shared
    }

    /// Whether a column's name is only what it most likely is.
    pub(super) fn guesses(&self, table: &str, column: &str) -> bool {
        let own = self.models.iter().filter(|model| model.table == table).flat_map(|model| model.columns.iter());
        own.filter(|own| own.name == column).any(|own| own.guessed)
    }

    /// Whether the name of any column of a table is only what it most likely is.
    pub(super) fn guesses_some(&self, table: &str) -> bool {
        let own = self.models.iter().filter(|model| model.table == table);
        own.flat_map(|model| model.columns.iter()).any(|own| own.guessed)
    }

    /// The labels of the models that read a column.
    pub(super) fn reading(&self, table: &str, column: &str) -> impl Iterator<Item = String> {
        let reads = move |model: &&Model| model.table == table && model.columns.iter().any(|own| own.name == column);
        self.models.iter().filter(reads).map(|model| model.label.clone())
    }

    /// The labels of the models whose rows, or whose links to others, are in a table, and what reads them.
    pub(super) fn users_of(&self, table: &str) -> impl Iterator<Item = (String, Action)> {
        self.models.iter().filter_map(move |model| {
            let linked = || model.links.iter().any(|link| link.table == table);
            let action =
                if model.managed && model.table == table { Action::Select } else { linked().then_some(Action::M2m)? };
            Some((model.label.clone(), action))
        })
    }

    /// Whether the result of a generated column always fits: it is made of columns of the same type, or a text without
    /// a limit.
    pub(super) fn always_fits(&self, table: &str, column: &str) -> bool {
        let Some(model) = self.models.iter().find(|model| model.table == table) else { return false };
        let made = |name: &str| {
            let own = table::column(table::table(&self.schema, table, self.vendor())?, name, self.vendor())?;
            own.column_type.as_ref().ok()
        };
        let Some(own) = model.columns.iter().find(|own| own.name == column) else { return false };
        let (Some(sources), Some(result)) = (&own.made_of, made(column)) else { return false };
        // A relation is named by its column, too: `category_id`.
        let names = |field: &str, asked: &str| field == asked || asked.strip_suffix("_id") == Some(field);
        let type_of = |asked: &String| made(&model.columns.iter().find(|other| names(&other.field, asked))?.name);
        let family = Family::of(result);
        let holds_text = |length: &i64| matches!(family, Family::Text(Some(most)) if *length <= most);
        let holds_number =
            |number: &i128| matches!(family, Family::Integer(least, most) if (least..=most).contains(number));
        family == Family::Text(None)
            || sources.fields.iter().all(|field| type_of(field) == Some(result))
                && sources.texts.iter().all(holds_text)
                && sources.numbers.iter().all(holds_number)
    }

    /// Whether it knows the relation that `column` of `child` is, and deletes rows that it refers to: not with `PROTECT`
    /// or `DO_NOTHING`.
    pub(super) fn lets_parents_go(&self, child: &str, column: &str) -> bool {
        let refers = |incoming: &&Incoming| self.models[incoming.model].table == child && incoming.column == column;
        let mut relations = self.models.iter().flat_map(|model| &model.incoming).filter(refers);
        let by_field = relations.any(|incoming| !matches!(incoming.on_delete, OnDelete::Refuse | OnDelete::Nothing));
        by_field || self.models.iter().flat_map(|model| &model.links).any(|link| link.table == child)
    }

    /// The columns of a table that hold texts, with their models.
    pub(super) fn texts(&self, table: &str) -> impl Iterator<Item = (&Model, &str)> {
        let own = self.models.iter().filter(move |model| model.table == table);
        own.flat_map(|model| {
            let texts = model.columns.iter().filter(|column| column.kind == Kind::Text);
            texts.map(move |column| (model, column.name.as_str()))
        })
    }

    /// Whether one of its models has the table.
    #[must_use]
    pub fn has_table(&self, table: &str) -> bool {
        self.models
            .iter()
            .any(|model| model.managed && model.table == table || model.links.iter().any(|link| link.table == table))
    }
}

/// Whether an INSERT leaves to the database what its default is. Up to Django 5.2 the insert compiler writes the expression
/// itself where the database has no `supports_default_keyword_in_insert`, which is SQLite; from 6.0 on it leaves the column
/// out there (measured: `alter_field__db_default_to_default`).
fn leaves_to_database(target: Target) -> bool {
    let is_sqlite = target.database.vendor == Vendor::Sqlite;
    target.django >= if is_sqlite { Version::new(6, 0) } else { Version::new(5, 0) }
}

pub(in crate::effects) fn is_a(field: &Field, class: &str) -> bool {
    field.entry.is_some_and(|entry| entry.derives_from(class))
}

/// The values of literal `choices` that are texts, without groups; empty when some are not known.
fn choices(field: &Field) -> Vec<String> {
    let Some(pairs) = field.argument("choices").and_then(|argument| argument.value.elements()) else {
        return Vec::new();
    };
    let value = |pair: &Value| Some(pair.elements()?.first()?.as_str()?.to_owned());
    pairs.iter().map(value).collect::<Option<Vec<String>>>().unwrap_or_default()
}

/// Functions of `django.db.models.functions` whose result is no longer than what they are given.
const NEVER_LONGER: &[&str] =
    &["Coalesce", "LTrim", "Left", "Lower", "NullIf", "RTrim", "Reverse", "Right", "Substr", "Trim", "Upper"];

/// The most characters that a text can have: PostgreSQL's `text` is limited to 1 GB, `longtext` of MySQL to 4 GB, of which
/// `LENGTH` and `CHAR_LENGTH` give an `integer`.
const LONGEST: i128 = i32::MAX as i128;

/// What an expression is made of, when its result is one of that or no longer.
fn made_of(expression: &Value) -> Option<Sources> {
    let of_fields = |fields| Sources { fields, ..Sources::default() };
    let ValueKind::Call(call) = &expression.kind else {
        // A text names a field.
        return Some(of_fields(vec![expression.as_str()?.to_owned()]));
    };
    let positional =
        || call.arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value);
    let named = |name: &str| {
        let is_it = |argument: &&Argument| argument.name.as_deref() == Some(name);
        call.arguments.iter().find(is_it).map(|argument| &argument.value)
    };
    let join = |sources: Sources, value: &Value| Some(sources.join(made_of(value)?));
    match call.callee.as_deref()?.rsplit('.').next()? {
        _ if call.open.is_some() => None,
        "F" => Some(of_fields(vec![positional().next()?.as_str()?.to_owned()])),
        "Value" => match &positional().next()?.kind {
            ValueKind::Str(text) => {
                Some(Sources { texts: vec![i64::try_from(text.value.chars().count()).ok()?], ..Sources::default() })
            }
            ValueKind::Int(number) => Some(Sources { numbers: vec![i128::from(*number)], ..Sources::default() }),
            ValueKind::None => Some(Sources::default()),
            _ => None,
        },
        "Case" => {
            let rest = named("default").map_or(Some(Sources::default()), made_of)?;
            positional().try_fold(rest, join)
        }
        "When" => made_of(named("then")?),
        "Length" => Some(Sources { numbers: vec![0, LONGEST], ..Sources::default() }),
        class if NEVER_LONGER.contains(&class) => {
            let counts = |value: &&Value| !matches!(value.kind, ValueKind::Int(_));
            positional().filter(counts).try_fold(Sources::default(), join)
        }
        _ => None,
    }
}

/// Whether a field has a `db_default` and no `default`, which would go before it (`Field._get_default`,
/// `django.db.models.fields`).
fn relies_on_default(field: &Field) -> bool {
    provided(field, "db_default").is_some() && provided(field, "default").is_none()
}

/// Whether a field that may be NULL writes NULL where the code sets nothing (Django 5.2, `django.db.models.fields`): it has
/// no default but `None` (`Field._get_default`), does not take the time when it is saved (`DateField.pre_save`), and is
/// no file, which is written as its name, that is '' (`FileField.get_prep_value`).
fn starts_as_null(field: &Field) -> bool {
    let takes_time = |name: &str| field.flag(name) == Ok(Some(true));
    let default = provided(field, "default");
    !is_a(field, "FileField")
        && !takes_time("auto_now")
        && !takes_time("auto_now_add")
        && default.map_or(provided(field, "db_default").is_none(), |value| matches!(value.kind, ValueKind::None))
}

/// An argument that says something: `NOT_PROVIDED` stands for none.
fn provided<'f>(field: &'f Field, name: &str) -> Option<&'f Value> {
    let value = &field.argument(name)?.value;
    match &value.kind {
        ValueKind::Reference(path) if path.ends_with("NOT_PROVIDED") => None,
        _ => Some(value),
    }
}
