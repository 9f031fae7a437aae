//! The tables that Django makes for a ManyToManyField: `create_many_to_many_intermediary_model`
//! (`django.db.models.fields.related`).

use std::sync::Arc;

use crate::history::{FieldState, ModelState, likely_table, through_table};
use crate::python::Unknown;
use crate::schema::render::field::{Field, Fill, Kind, Remote, plain_column};
use crate::schema::render::model::Model;
use crate::schema::render::{Project, reason};

impl Project<'_> {
    /// The table between, as the model that Django makes of it; `None` when the field has none of its own.
    pub(in crate::schema) fn through(
        self,
        model: &ModelState,
        name: &str,
        field: &Arc<FieldState>,
    ) -> Option<Result<Model, Unknown>> {
        let table = match through_table(self.state, model, name, field) {
            Ok(table) => table?,
            // The field may be given a table of its own.
            Err(doubt) => match likely_table(self.state, model) {
                Ok(own) if field.field.argument("db_table").is_none() => format!("{own}_{name}"),
                _ => return Some(Err(reason(&doubt))),
            },
        };
        let target = field.target(&model.app, &model.name)?;
        Some(self.resolve(target, field.field.span).map(|target| self.between(model, (name, field), &target, table)))
    }

    /// The table between two models that a field of a model stands for.
    pub(in crate::schema) fn through_of(self, model: &Model, field: &Field) -> Option<Result<Model, Unknown>> {
        let state = self.look_up(&model.app, &model.name).likely()?;
        self.through(state, &field.name, field.stated.as_ref()?)
    }

    fn between(
        self,
        model: &ModelState,
        (name, field): (&str, &FieldState),
        target: &(String, String),
        table: String,
    ) -> Model {
        let own = model.name.to_lowercase();
        let (mut from, mut to) = (own.clone(), target.1.clone());
        if from == to {
            from = format!("from_{from}");
            to = format!("to_{to}");
        }
        let constraint = !matches!(field.field.flag("db_constraint"), Ok(Some(false)));
        let end = |name: &str, app: &str, model: &str| {
            let key = self.key((app, model), None, 0);
            let column_type = key.as_ref().map_err(Clone::clone).and_then(|key| key.column_type.clone());
            let mut column = plain_column(format!("{name}_id"), column_type);
            column.collation = key.as_ref().ok().and_then(|key| key.collation.clone());
            Field {
                name: name.to_owned(),
                kind: Kind::Column,
                column,
                internal: None,
                unique: false,
                index: true,
                spatial: false,
                remote: Some(Remote { key, constraint, on_delete: None }),
                fill: Fill::None,
                default: None,
                stated: None,
            }
        };
        Model {
            app: model.app.to_string(),
            name: format!("{own}_{name}"),
            table,
            has_table: true,
            fields: vec![
                self.added("id", self.default_auto_field()),
                end(&from, &model.app, &own),
                end(&to, &target.0, &target.1),
            ],
            key: Vec::new(),
            unique_together: vec![vec![from, to]],
            index_together: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            comment: None,
            bases: Vec::new(),
        }
    }
}
