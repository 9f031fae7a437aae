//! Types that change: `_alter_column_type_sql` of the databases.

use crate::schema::build::plain_index;
use crate::schema::editor::alter_field::{Actions, changes_text};
use crate::schema::editor::{Editor, drop_index};
use crate::schema::render::{Field, same};
use crate::sql::{ChangeKind, ColumnType, DatabaseDefault, Volatility};

impl Editor<'_> {
    /// What changes the type of a column, its collation or, since 4.2, its comment.
    pub(super) fn type_actions_if_needed(&mut self, table: &str, old: &Field, new: &Field) -> Actions {
        let (before, after) = (&old.column, &new.column);
        let retyped = match (&before.column_type, &after.column_type) {
            (Ok(before), Ok(after)) => before != after || old.column.auto != new.column.auto || resized(old, new),
            (Err(before), Err(after)) => before.text != after.text,
            _ => true,
        };
        let needed = retyped || before.collation != after.collation || before.comment != after.comment;
        if needed { self.type_actions(table, old, new) } else { Actions::default() }
    }

    /// `_alter_column_type_sql`
    pub(super) fn type_actions(&mut self, table: &str, old: &Field, new: &Field) -> Actions {
        let mut actions = Actions::default();
        let column = new.column.name.clone();
        let to = match &new.column.column_type {
            Ok(to) => to.clone(),
            Err(unknown) => {
                self.unknown(Some(table.to_owned()), unknown.clone());
                return actions;
            }
        };
        if self.target.is_postgresql() && self.target.since(4, 2) && changes_text(old, new) {
            actions.before.push(drop_index(plain_index(vec![old.column.name.clone()])));
        }
        // Before 4.2 a collation had a statement of its own (`_alter_column_collation_sql`), which said nothing of NULL, and
        // that of the type said nothing of a collation.
        let recollated = old.column.collation != new.column.collation;
        let collation = new.column.collation.clone().filter(|_| recollated || self.target.since(4, 2));
        actions.own.push(ChangeKind::AlterColumnType {
            column: column.clone(),
            from: old.column.column_type.clone().ok(),
            using: self.using(old, new, &to),
            to,
            collation,
            // MODIFY says nothing of the expression (measured: `alter_field__generated_other_type`).
            drops_expression: self.target.is_mysql(),
        });
        if self.target.is_mysql() && recollated && !self.target.since(4, 2) && !old.column.null {
            actions.with_type.push(ChangeKind::DropNotNull { column: column.clone() });
        }
        if self.target.is_mysql() && new.is_generated() {
            // MODIFY says NOT NULL (`_set_field_new_type`), and nothing of the expression.
            actions.with_type.push(ChangeKind::SetNotNull { column: column.clone() });
        }
        let numbered = |verb: &str| ChangeKind::Other {
            words: format!("ALTER COLUMN {verb} IDENTITY"),
            object: Some(column.clone()),
        };
        match (old.column.auto, new.column.auto) {
            (_, true) if self.target.serial() => {
                let default = DatabaseDefault { expression: "nextval".to_owned(), volatility: Volatility::Volatile };
                actions.after.extend([of_sequence("DROP SEQUENCE", &column), of_sequence("CREATE SEQUENCE", &column)]);
                actions.after.push(ChangeKind::SetDefault { column: column.clone(), default });
                actions.after.push(of_sequence("ALTER SEQUENCE OWNED BY", &column));
            }
            (true, false) if self.target.serial() => actions.after.push(of_sequence("DROP SEQUENCE", &column)),
            (false, true) => actions.after.push(numbered("ADD")),
            (true, false) => actions.before.push(numbered("DROP")),
            (true, true) if self.target.is_postgresql() => {
                actions.after.push(of_sequence("ALTER SEQUENCE AS", &column));
            }
            _ => {}
        }
        if self.target.comments() && !self.target.inline_comments() && old.column.comment != new.column.comment {
            actions.after.push(ChangeKind::Comment { column: Some(column) });
        }
        actions
    }

    /// `_using_sql`: a cast where the types of the two classes are written differently, whatever they come to.
    fn using(&self, old: &Field, new: &Field, to: &ColumnType) -> Option<String> {
        if !self.target.is_postgresql() || new.is_generated() {
            return None;
        }
        let written = |field: &Field| match (field.internal, &field.column.column_type) {
            (Some(entry), _) if entry.class == "CharField" && self.target.since(4, 2) => "CharField".to_owned(),
            (Some(entry), _) if entry.auto() && self.target.serial() => entry.class.to_owned(),
            (Some(entry), _) => entry.template(self.target).to_owned(),
            (None, Ok(own)) if own.dimensions > 0 => format!("{}[]", own.name),
            (None, Ok(own)) => text_of(own),
            (None, Err(unknown)) => unknown.text.clone(),
        };
        (written(old) != written(new)).then(|| format!("\"{}\"::{}", new.column.name, text_of(to)))
    }
}

/// Whether arrays of one type differ in their size, which Django writes and the server does not enforce
/// (`ArrayField.db_type`; PostgreSQL, "Declaration of Array Types").
fn resized(old: &Field, new: &Field) -> bool {
    let size = |field: &Field| {
        let argument = field.stated.as_ref().and_then(|stated| stated.field.argument("size"));
        argument.map(|argument| argument.value.clone()).filter(|value| !value.is_none())
    };
    let is_array = |field: &Field| field.column.column_type.as_ref().is_ok_and(|own| own.dimensions > 0);
    let same = match (size(old), size(new)) {
        (None, None) => true,
        (Some(old), Some(new)) => same(&old, &new),
        _ => false,
    };
    is_array(old) && is_array(new) && !same
}

/// What happens to the sequence behind a `serial` or an identity.
fn of_sequence(words: &str, column: &str) -> ChangeKind {
    ChangeKind::Other { words: words.to_owned(), object: Some(column.to_owned()) }
}

/// A type as SQL has it.
fn text_of(own: &ColumnType) -> String {
    let arguments: Vec<String> = own.arguments.iter().map(ToString::to_string).collect();
    let brackets = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
    format!("{}{brackets}{}", own.name, "[]".repeat(own.dimensions))
}
