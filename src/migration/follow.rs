//! Following the code of a RunPython.
//!
//! Names are followed through assignments, loops and calls of functions of the same file, in the order in which they
//! stand. What can't be followed is left out: nothing here is a guess.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::migration::Bound;
use crate::migration::catalogue::api::{model_has, queryset_has};
use crate::migration::filter::Filter;
use crate::migration::queries::{
    Action, Asked, AskedFor, DataCode, Edit, EditKind, HistoricalModel, Query, Sending, Sent,
};
use crate::migration::thing::{Rows, Thing, follow, named_fields, text, value_of};
use crate::migration::when::When;
use crate::python::{
    Binding, Branch, Chain, Definition, DefinitionKind, Function, FunctionCall, FunctionStep, Given, Link, Test,
};
use crate::source::Span;

/// How deep functions of the file that call each other are followed.
const DEEPEST: usize = 6;
/// How many functions are followed.
const MOST: usize = 64;

/// Follows a function with the arguments that it is given ahead, and the functions of the file that it calls.
#[must_use]
pub fn data_code(function: &Function, bound: &[Bound], definitions: &[Arc<Definition>]) -> DataCode {
    let mut follower = Follower { definitions, found: DataCode::default(), followed: 0 };
    let mut arguments: HashMap<String, Thing> = HashMap::new();
    let by_place = bound.iter().filter(|(keyword, _)| keyword.is_none()).count();
    for (place, (keyword, text)) in bound.iter().enumerate() {
        if let Some(name) = keyword.as_ref().or(function.parameters.get(place)) {
            arguments.insert(name.clone(), text.clone().map_or(Thing::Other, Thing::Text));
        }
    }
    let open: Vec<&String> =
        function.parameters.iter().skip(by_place).filter(|name| !arguments.contains_key(*name)).collect();
    let named = |name: &str| open.iter().find(|parameter| **parameter == name);
    if let Some(apps) = named("apps").or(open.first()) {
        arguments.insert((*apps).clone(), Thing::Registry);
    }
    if let Some(editor) = named("schema_editor").or(open.get(1)) {
        arguments.insert((*editor).clone(), Thing::Editor);
    }
    follower.function(function, arguments, (None, When::ALWAYS), 0);
    follower.found
}

struct Follower<'f> {
    definitions: &'f [Arc<Definition>],
    found: DataCode,
    followed: usize,
}

/// One function while it is followed.
pub(super) struct Frame<'f> {
    function: &'f Function,
    pub(super) names: HashMap<String, Thing>,
    /// The reading queries of its loops, by their places among the queries.
    loops: HashMap<usize, usize>,
    /// The query over whose rows the function is called.
    for_each: Option<usize>,
    /// Where the function is called.
    when: When,
    /// Where its branches run, as far as they were met.
    branches: Vec<When>,
    depth: usize,
}

impl Frame<'_> {
    /// The innermost query over whose rows something in that loop is repeated.
    fn repeated(&self, mut inner: Option<usize>) -> Option<usize> {
        while let Some(index) = inner {
            if let Some(query) = self.loops.get(&index) {
                return Some(*query);
            }
            inner = self.function.loops.get(index).and_then(|around| around.outer);
        }
        self.for_each
    }

    /// Where a branch runs.
    fn when(&self, branch: Option<usize>) -> When {
        branch.map_or(self.when, |branch| self.branches.get(branch).copied().unwrap_or(When::UNKNOWN))
    }

    /// A branch whose condition is looked at now.
    fn branch(&mut self, branch: &Branch) {
        let inside = match branch.test {
            Test::Either(first, other) => self.when(Some(first)).or(self.when(Some(other))),
            // What raises ends the migration.
            Test::Passes(raising) => self.when(Some(raising)).certain().not(),
            ref test => holds(self, test),
        };
        self.branches.push(self.when(branch.outer).and(inside));
    }
}

/// Where a condition holds.
fn holds(frame: &Frame<'_>, test: &Test) -> When {
    let vendor = |what: &Chain, is: &dyn Fn(&str) -> bool| match value_of(frame, what) {
        Thing::Vendor => When::vendor(is),
        _ => When::UNKNOWN,
    };
    match test {
        Test::Is { what, texts } => vendor(what, &|word| texts.iter().any(|text| text == word)),
        Test::Contains { what, text } => vendor(what, &|word| word.contains(text.as_str())),
        Test::Holds(what) => match value_of(frame, what) {
            Thing::True(when) => when,
            _ => When::UNKNOWN,
        },
        Test::Not(inner) => holds(frame, inner).not(),
        Test::All(all) => all.iter().fold(When::ALWAYS, |when, test| when.and(holds(frame, test))),
        Test::Any(any) => any.iter().fold(When::NEVER, |when, test| when.or(holds(frame, test))),
        Test::Returned | Test::Raised => When::NEVER,
        Test::Either(..) | Test::Passes(_) | Test::Repeated | Test::Unknown => When::UNKNOWN,
    }
}

impl<'f> Follower<'f> {
    fn function(
        &mut self,
        function: &'f Function,
        mut names: HashMap<String, Thing>,
        (for_each, when): (Option<usize>, When),
        depth: usize,
    ) {
        self.followed += 1;
        if self.followed > MOST {
            return;
        }
        if function.references.iter().any(|(path, _)| is_connection(path)) {
            names.entry("connection".to_owned()).or_insert(Thing::Connection);
        }
        let mut frame = Frame { function, names, loops: HashMap::new(), for_each, when, branches: Vec::new(), depth };
        for step in &function.steps {
            match step {
                FunctionStep::Call(index) => {
                    if let Some(call) = function.calls.get(*index) {
                        self.call(&mut frame, call);
                    }
                }
                FunctionStep::Branch(index) => {
                    if let Some(branch) = function.branches.get(*index) {
                        frame.branch(branch);
                    }
                }
                FunctionStep::Bind(binding) => self.bind(&mut frame, binding),
                FunctionStep::Use { root, attributes, written: true, .. } => {
                    if let (Some(Thing::Row(Some(model), _)), [field]) = (frame.names.get(root), attributes.as_slice())
                    {
                        self.found.assigned.push((Rc::clone(model), field.clone()));
                    }
                    self.found.provided.extend(attributes.last().cloned());
                }
                FunctionStep::Use { root, attributes, span, .. } => self.uses(&frame, root, attributes, *span),
            }
        }
    }

    fn uses(&mut self, frame: &Frame<'_>, root: &str, attributes: &[String], span: Span) {
        match (frame.names.get(root), attributes) {
            (Some(Thing::Editor | Thing::Connection), attributes) => {
                self.found.asks_vendor |= attributes.iter().any(|attribute| attribute == "vendor");
            }
            // `Order.PAID`, `Order.Status.PAID`
            (Some(Thing::Model(Some(model))), [name, ..])
                if name.starts_with(char::is_uppercase) && !model_has(name) =>
            {
                self.found.asked.push(Asked {
                    model: Rc::clone(model),
                    what: AskedFor::Constant,
                    name: name.clone(),
                    text: format!("{root}.{name}"),
                    span,
                });
            }
            _ => {}
        }
    }

    fn bind(&mut self, frame: &mut Frame<'f>, binding: &Binding) {
        let value = match (&binding.value, &binding.truth) {
            (Some(chain), _) => value_of(frame, chain),
            (None, Some(test)) => Thing::True(holds(frame, test)),
            (None, None) => Thing::Other,
        };
        let mut bound: Vec<Thing> = Vec::new();
        if let Some(index) = binding.each {
            let (rows, place) = match value {
                Thing::Rows(rows) => (Some(rows), 0),
                Thing::Numbered(rows) => (Some(rows), 1),
                _ => (None, 0),
            };
            if let Some(rows) = rows {
                let around = frame.function.loops.get(index);
                let query = Query {
                    model: rows.model.clone(),
                    action: Action::Read,
                    filter: rows.filter.clone(),
                    iterator: rows.iterator,
                    alias: rows.alias,
                    written: Vec::new(),
                    for_each: frame.repeated(around.and_then(|around| around.outer)),
                    text: binding.value.as_ref().map_or_else(String::new, |chain| text(&chain.root, &chain.links)),
                    span: around.map_or(Span { start: 0, end: 0 }, |around| around.span),
                };
                frame.loops.insert(index, self.found.queries.len());
                self.found.queries.push(query);
                if !rows.plain && (place == 1 || !binding.unpacked) {
                    bound = vec![Thing::Other; place];
                    bound.push(Thing::Row(rows.model, rows.alias));
                }
            }
        } else if let (Thing::Pair(model, alias), true) = (&value, binding.unpacked) {
            bound.push(Thing::Row(model.clone(), *alias));
        } else if !binding.unpacked {
            if let (Thing::Model(Some(model)), [Some(name)]) = (&value, binding.names.as_slice())
                && let Some((Ok(taken), span)) = self.found.models.last()
                && taken == model.as_ref()
                && *name.replace('_', "").to_lowercase() != model.name.to_lowercase()
            {
                self.found.renamed.push((name.clone(), *span));
            }
            bound.push(value);
        }
        for (place, name) in binding.names.iter().enumerate() {
            if let Some(name) = name {
                frame.names.insert(name.clone(), bound.get(place).cloned().unwrap_or(Thing::Other));
            }
        }
    }

    fn call(&mut self, frame: &mut Frame<'f>, call: &'f FunctionCall) {
        let strings = || call.strings.iter().flatten().cloned();
        match call.callee.rsplit('.').next() {
            Some("call_command") => self.found.commands.extend(strings().take(1).map(|command| (command, call.span))),
            Some("hasattr" | "getattr" | "setattr" | "add_to_class") => self.found.provided.extend(strings()),
            _ => {}
        }
        let executes = call.callee.ends_with(".execute") || call.callee.ends_with(".executemany");
        if executes || edits(frame, call) {
            let sql = call.strings.first().cloned().flatten().filter(|_| executes);
            let what = match sql {
                Some(sql) => Sending::Sql(sql),
                None => edit(frame, call).map_or(Sending::Unknown, Sending::Edit),
            };
            self.found.sent.push(Sent { what, when: frame.when(call.in_branch), span: call.span });
        }
        let Some(Chain { root, links }) = &call.chain else { return };
        match links.as_slice() {
            [Link::Call(arguments)] => self.helper(frame, root, arguments, call),
            [owner @ .., Link::Attribute(method), Link::Call(arguments)] => {
                self.method(frame, (root, owner), method, arguments, call);
            }
            _ => {}
        }
    }

    /// A call of a function of the file.
    fn helper(&mut self, frame: &Frame<'f>, name: &str, arguments: &[(Option<String>, Given)], call: &FunctionCall) {
        if frame.depth >= DEEPEST || frame.names.contains_key(name) {
            return;
        }
        let definitions = self.definitions;
        let helper = definitions.iter().rev().find_map(|definition| match &definition.kind {
            DefinitionKind::Function(function) if definition.name == name => Some(function),
            _ => None,
        });
        let Some(helper) = helper else { return };
        let mut names: HashMap<String, Thing> = HashMap::new();
        for (place, (keyword, given)) in arguments.iter().enumerate() {
            let Some(name) = keyword.as_ref().or(helper.parameters.get(place)) else { continue };
            match given {
                Given::Chain(chain) => names.insert(name.clone(), value_of(frame, chain)),
                Given::Str(text) => names.insert(name.clone(), Thing::Text(text.clone())),
                _ => None,
            };
        }
        for parameter in &helper.parameters {
            names.entry(parameter.clone()).or_insert(Thing::Other);
        }
        let called = (frame.repeated(call.in_loop), frame.when(call.in_branch));
        self.function(helper, names, called, frame.depth + 1);
    }

    fn method(
        &mut self,
        frame: &mut Frame<'_>,
        (root, owner): (&str, &[Link]),
        method: &str,
        arguments: &[(Option<String>, Given)],
        call: &FunctionCall,
    ) {
        let asked = |model: &Rc<HistoricalModel>, what, name: &str| Asked {
            model: Rc::clone(model),
            what,
            name: name.to_owned(),
            text: call.callee.clone(),
            span: call.span,
        };
        let using = arguments.iter().any(|(keyword, _)| keyword.as_deref() == Some("using"));
        let mut query = |model: Option<Rc<HistoricalModel>>, action, filter, alias, written| {
            let for_each = frame.repeated(call.in_loop);
            let (text, span) = (call.callee.clone(), call.span);
            let query = Query { model, action, filter, iterator: false, alias, written, for_each, text, span };
            self.found.queries.push(query);
        };
        match follow(frame, root, owner) {
            Thing::Registry if method == "get_model" => {
                self.found.models.push((model_named(frame, arguments).ok_or(()), call.span));
            }
            Thing::Editor => self.found.editor_calls.push((method.to_owned(), call.span)),
            Thing::Model(Some(model)) if !model_has(method) && !method.starts_with(char::is_uppercase) => {
                let what = if queryset_has(method) { AskedFor::ManagerMethod } else { AskedFor::Method };
                self.found.asked.push(asked(&model, what, method));
            }
            Thing::Rows(rows) if !rows.held => {
                if let (Some(model), false) = (&rows.model, queryset_has(method)) {
                    self.found.asked.push(asked(model, AskedFor::QuerySetMethod, method));
                    return;
                }
                match method.strip_prefix('a').filter(|plain| queryset_has(plain)).unwrap_or(method) {
                    "update" => query(rows.model, Action::Update, rows.filter, rows.alias, arguments.to_vec()),
                    "delete" | "_raw_delete" => query(rows.model, Action::Delete, rows.filter, rows.alias, Vec::new()),
                    "create" | "bulk_create" | "get_or_create" | "update_or_create" => {
                        let written = if method.ends_with("bulk_create") { Vec::new() } else { arguments.to_vec() };
                        query(rows.model, Action::Insert, Filter::opaque(), rows.alias, written);
                    }
                    "bulk_update" => {
                        let given = match arguments.first() {
                            Some((None, Given::Chain(chain))) => value_of(frame, chain),
                            _ => Thing::Other,
                        };
                        let filter = if let Thing::Rows(given) = given { given.filter } else { Filter::opaque() };
                        query(rows.model, Action::Update, filter, rows.alias, named_fields(arguments));
                    }
                    _ => {}
                }
            }
            Thing::Row(model, alias) => match method {
                "save" | "asave" => query(model, Action::Save, Filter::opaque(), alias || using, Vec::new()),
                "delete" | "adelete" => query(model, Action::Delete, Filter::opaque(), alias || using, Vec::new()),
                _ => {
                    if let Some(model) = model.filter(|_| !model_has(method)) {
                        self.found.asked.push(asked(&model, AskedFor::Method, method));
                    }
                }
            },
            // A row in a list: `changed.append(order)`
            Thing::Other | Thing::Rows(_) if method == "append" && owner.is_empty() => {
                if let Some(rows) = appended(frame, arguments, call, &self.found.queries) {
                    frame.names.insert(root.to_owned(), Thing::Rows(rows));
                }
            }
            // `Order.published.filter(…)`
            Thing::Other if queryset_has(method) => {
                if let ([owner @ .., Link::Attribute(manager)], true) = (owner, method != "contains")
                    && let Thing::Model(Some(model)) = follow(frame, root, owner)
                    && !manager.starts_with('_')
                {
                    self.found.asked.push(asked(&model, AskedFor::Manager, manager));
                }
            }
            _ => {}
        }
    }
}

/// The rows that a list holds which gets each row of a loop: all of them, unless it depends on something.
fn appended(
    frame: &Frame<'_>,
    arguments: &[(Option<String>, Given)],
    call: &FunctionCall,
    queries: &[Query],
) -> Option<Rows> {
    let [(None, Given::Chain(row))] = arguments else { return None };
    let Thing::Row(model, alias) = value_of(frame, row) else { return None };
    let around = frame.function.loops.get(call.in_loop?)?;
    let rows = frame.loops.get(&call.in_loop?).and_then(|query| queries.get(*query))?;
    let always = call.in_branch == around.body && !around.skips;
    let filter = if always { rows.filter.clone() } else { rows.filter.and_opaque() };
    Some(Rows { model, filter, iterator: false, alias, plain: false, held: true })
}

/// Whether a call is one of the schema editor that may change the database.
fn edits(frame: &Frame<'_>, call: &FunctionCall) -> bool {
    let Some(Chain { root, links }) = &call.chain else { return false };
    let asks = |attribute: &str| attribute == "connection" || attribute.starts_with("quote");
    matches!(frame.names.get(root), Some(Thing::Editor))
        && matches!(&links[..], [Link::Attribute(first), ..] if !asks(first))
}

/// What a call of the schema editor does to a historical model, where it can be read.
fn edit(frame: &Frame<'_>, call: &FunctionCall) -> Option<Edit> {
    let Chain { root, links } = call.chain.as_ref()?;
    let [Link::Attribute(method), Link::Call(arguments)] = links.as_slice() else { return None };
    let given = |place: usize| match arguments.get(place)? {
        (None, Given::Chain(chain)) => Some(value_of(frame, chain)),
        _ => None,
    };
    let (Some(Thing::Editor), Some(Thing::Model(Some(model)))) = (frame.names.get(root), given(0)) else { return None };
    let field = || match given(1) {
        Some(Thing::Field(Some(owner), name)) if owner == model => Some(name),
        _ => None,
    };
    let kind = match method.as_str() {
        "create_model" => EditKind::Create,
        "delete_model" => EditKind::Delete,
        "add_field" => EditKind::AddField(field()?),
        "remove_field" => EditKind::RemoveField(field()?),
        _ => return None,
    };
    Some(Edit { model, kind })
}

/// Whether a path is Django's connection to the default database, or something of it.
fn is_connection(path: &str) -> bool {
    path.strip_prefix("django.db.connection").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The model that the arguments of `get_model` name.
pub(super) fn model_named(frame: &Frame<'_>, arguments: &[(Option<String>, Given)]) -> Option<HistoricalModel> {
    let text = |place: usize, name: &str| {
        let is_it = |index, keyword: &Option<String>| match keyword {
            Some(keyword) => keyword == name,
            None => index == place,
        };
        let mut found = arguments.iter().enumerate().filter(|(index, (keyword, _))| is_it(*index, keyword));
        match found.next()?.1 {
            (_, Given::Str(text)) => Some(text.clone()),
            (_, Given::Chain(chain)) => match value_of(frame, chain) {
                Thing::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    };
    let app = text(0, "app_label")?;
    if let Some(name) = text(1, "model_name") {
        return Some(HistoricalModel { app, name });
    }
    let (app, name) = (arguments.len() == 1).then(|| app.split_once('.')).flatten()?;
    Some(HistoricalModel { app: app.to_owned(), name: name.to_owned() })
}
