//! Operations on indexes and constraints: `django.db.migrations.operations.models`, and their concurrent forms in
//! `django.contrib.postgres.operations`, which do the same to the state.

use std::sync::Arc;

use crate::history::lower::{Call, Changes};
use crate::history::model::Part;
use crate::history::step::{Change, List, Scope};
use crate::python::{self, Argument, Value, ValueKind};
use crate::source::Spanned;

impl Call<'_> {
    pub(super) fn add_index(&self) -> Changes {
        self.add_part("index", List::Indexes)
    }

    pub(super) fn add_constraint(&self) -> Changes {
        self.add_part("constraint", List::Constraints)
    }

    fn add_part(&self, parameter: &str, list: List) -> Changes {
        let model = self.model("model_name")?;
        match self.argument(parameter) {
            Some(given) => Ok(vec![Change::AddPart { model, list, part: self.part(&given.value) }]),
            None => Err((Scope::Options(model), self.doubt(parameter))),
        }
    }

    pub(super) fn remove_index(&self) -> Changes {
        self.remove_part(List::Indexes)
    }

    pub(super) fn remove_constraint(&self) -> Changes {
        self.remove_part(List::Constraints)
    }

    fn remove_part(&self, list: List) -> Changes {
        let model = self.model("model_name")?;
        let name = self.text("name", || Scope::Options(Arc::clone(&model)))?;
        Ok(vec![Change::RemovePart { model, list, name }])
    }

    pub(super) fn alter_constraint(&self) -> Changes {
        let model = self.model("model_name")?;
        let name = self.text("name", || Scope::Options(Arc::clone(&model)))?;
        match self.argument("constraint") {
            Some(given) => {
                let part = self.part(&given.value);
                Ok(vec![Change::ReplacePart { model, list: List::Constraints, name, part }])
            }
            None => Err((Scope::Options(model), self.doubt("constraint"))),
        }
    }

    /// `RenameIndex`: by its old name, or an entry of `index_together` by its fields.
    pub(super) fn rename_index(&self) -> Changes {
        let model = self.model("model_name")?;
        let options = || Scope::Options(Arc::clone(&model));
        let new = self.text("new_name", options)?;
        let new_span = self.argument("new_name").map_or(self.operation.span, |given| given.value.span);
        let new = Spanned::new(new.to_string(), new_span);
        let old_fields = self.argument("old_fields").filter(|given| !given.value.is_none());
        let Some(given) = old_fields else {
            let old = self.text("old_name", options)?;
            return Ok(vec![Change::RenameIndex { model, old, new }]);
        };
        let items = given.value.elements().unwrap_or_default();
        let fields: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
        match fields {
            Some(fields) if !fields.is_empty() => {
                let index = Arc::new(self.unnamed_index(&given.value, new));
                Ok(vec![Change::NameIndex { model, fields, index }])
            }
            _ => Err((options(), self.doubt("old_fields"))),
        }
    }

    /// `models.Index(fields=…, name=…)`, which the operation makes itself.
    fn unnamed_index(&self, fields: &Value, name: Spanned<String>) -> Part {
        let span = self.operation.span;
        let argument =
            |name: &str, kind: ValueKind| Argument { name: Some(name.to_owned()), span, value: Value::new(kind, span) };
        let list = ValueKind::List(fields.elements().unwrap_or_default().to_vec());
        let text = python::Text { value: name.value.clone(), pieces: Vec::new() };
        let call = python::Call {
            callee: Some("django.db.models.Index".to_owned()),
            callee_span: span,
            arguments: vec![argument("fields", list), argument("name", ValueKind::Str(text))],
            open: None,
        };
        Part {
            source: Arc::clone(self.source),
            value: Value::new(ValueKind::Call(Box::new(call)), span),
            name: Some(name),
            doubt: None,
        }
    }
}

impl Part {
    /// The name that the call of an index or a constraint gives it.
    pub(in crate::history) fn name_of(value: &Value) -> Option<Spanned<String>> {
        let ValueKind::Call(call) = &value.kind else { return None };
        let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("name"))?;
        Some(Spanned::new(argument.value.as_str()?.to_owned(), argument.value.span))
    }
}
