//! ALTER TABLE and its actions.

use crate::source::Span;
use crate::sql::cursor::Cursor;
use crate::sql::recognise::column::{column, column_type, default};
use crate::sql::recognise::constraint::table_constraint;
use crate::sql::recognise::table::modify;
use crate::sql::recognise::{Recognised, index};
use crate::sql::token::TokenKind;
use crate::sql::{ChangeKind, Constraint, ConstraintKind};

/// What stands behind ALTER TABLE.
pub(super) fn recognise(cursor: &mut Cursor<'_>, span: Span) -> Option<Recognised> {
    let mut recognised = Recognised::new("ALTER TABLE");
    if cursor.eat("ALL IN TABLESPACE") {
        "ALTER TABLE ALL IN TABLESPACE".clone_into(&mut recognised.words);
        recognised.other(None, cursor.identifier(), span);
        return Some(recognised);
    }
    cursor.eat("IF EXISTS");
    cursor.eat("ONLY");
    let mut table = cursor.name()?;
    cursor.eat("*");
    if cursor.mysql() && cursor.eat("WAIT") || cursor.mysql() && cursor.eat("NOWAIT") {
        cursor.eat("=");
        if cursor.kind() == Some(TokenKind::Number) {
            cursor.advance();
        }
    }
    while !cursor.at_end() {
        let place = cursor.place();
        // Each action alone, so that what one looks for is not found in the next.
        let mut action = cursor.item();
        let moved = moved(&mut action, &table).map(|kind| vec![kind]);
        let kinds = moved.or_else(|| action_of(&mut action)).unwrap_or_else(|| vec![ChangeKind::Unknown]);
        let span = cursor.span_since(place);
        for kind in kinds {
            let renamed = match &kind {
                ChangeKind::RenameTable { to } => Some(to.clone()),
                _ => None,
            };
            recognised.push(Some(table.clone()), kind, span);
            table = renamed.unwrap_or(table);
        }
        cursor.advance();
    }
    Some(recognised)
}

/// SET SCHEMA: for those who name the table as they always did, it has another name.
fn moved(action: &mut Cursor<'_>, table: &str) -> Option<ChangeKind> {
    let schema = action.eat("SET SCHEMA").then(|| action.identifier())??;
    let to = if schema == "public" { table.to_owned() } else { format!("{schema}.{table}") };
    Some(ChangeKind::RenameTable { to })
}

fn other(words: &str, object: Option<String>) -> Vec<ChangeKind> {
    vec![ChangeKind::Other { words: words.to_owned(), object }]
}

fn action_of(action: &mut Cursor<'_>) -> Option<Vec<ChangeKind>> {
    if action.eat("ADD") {
        add(action)
    } else if action.eat("DROP") {
        drop(action)
    } else if action.eat("ALTER CONSTRAINT") {
        Some(other("ALTER TABLE ALTER CONSTRAINT", action.identifier()))
    } else if action.eat_any(&["ALTER INDEX", "ALTER KEY"]) {
        Some(other("ALTER TABLE ALTER INDEX", action.identifier()))
    } else if action.eat_any(&["ALTER CHECK"]) {
        Some(other("ALTER TABLE ALTER CONSTRAINT", action.identifier()))
    } else if action.eat("ALTER") {
        action.eat("COLUMN");
        action.eat("IF EXISTS");
        alter_column(action)
    } else if action.eat("RENAME") {
        rename(action)
    } else if action.eat("MODIFY") {
        action.eat("COLUMN");
        action.eat("IF EXISTS");
        column(action).map(modify)
    } else if action.eat("CHANGE") {
        action.eat("COLUMN");
        action.eat("IF EXISTS");
        let old = action.identifier()?;
        let column = column(action)?;
        let renames =
            (old != column.name).then(|| ChangeKind::RenameColumn { column: old.clone(), to: column.name.clone() });
        Some(renames.into_iter().chain(modify(column)).collect())
    } else if action.eat("VALIDATE CONSTRAINT") {
        Some(vec![ChangeKind::ValidateConstraint { name: action.identifier()? }])
    } else if action.eat("SET") {
        set(action)
    } else {
        option(action)
    }
}

fn add(action: &mut Cursor<'_>) -> Option<Vec<ChangeKind>> {
    if let Some(stated) = table_constraint(action) {
        let using_index = stated.using_index;
        return Some(vec![ChangeKind::AddConstraint {
            constraint: stated.constraint,
            not_valid: stated.not_valid,
            using_index,
        }]);
    }
    if action.eat("PARTITION") {
        return Some(other("ALTER TABLE ADD PARTITION", None));
    }
    if let Some((index, _)) = index::key_of_mysql(action) {
        return Some(vec![ChangeKind::CreateIndex { index, concurrently: false, if_not_exists: false }]);
    }
    action.eat("COLUMN");
    let if_not_exists = action.eat("IF NOT EXISTS");
    let added = |column| ChangeKind::AddColumn { column, transient_default: false, if_not_exists };
    // MySQL: ADD COLUMN (a integer, b integer)
    if let Some(mut inside) = action.group() {
        let mut kinds = Vec::new();
        while !inside.at_end() {
            kinds.push(added(column(&mut inside)?));
            inside.advance();
        }
        return Some(kinds);
    }
    Some(vec![added(column(action)?)])
}

fn drop(action: &mut Cursor<'_>) -> Option<Vec<ChangeKind>> {
    let constraint = |kind| Some(Constraint { name: None, kind });
    Some(if action.eat("PRIMARY KEY") {
        let constraint = constraint(ConstraintKind::PrimaryKey(Vec::new()));
        vec![ChangeKind::DropConstraint { name: None, constraint }]
    } else if action.eat_any(&["CONSTRAINT", "FOREIGN KEY", "CHECK"]) {
        action.eat("IF EXISTS");
        vec![ChangeKind::DropConstraint { name: Some(action.identifier()?), constraint: None }]
    } else if action.mysql() && action.eat_any(&["INDEX", "KEY"]) {
        action.eat("IF EXISTS");
        vec![ChangeKind::DropIndex { name: Some(action.identifier()?), index: None, concurrently: false }]
    } else if action.eat("PARTITION") {
        other("ALTER TABLE DROP PARTITION", action.identifier())
    } else {
        action.eat("COLUMN");
        action.eat("IF EXISTS");
        vec![ChangeKind::DropColumn { column: action.identifier()?, cascade: action.has_later("CASCADE") }]
    })
}

fn rename(action: &mut Cursor<'_>) -> Option<Vec<ChangeKind>> {
    if action.eat_any(&["TO", "AS", "="]) {
        return Some(vec![ChangeKind::RenameTable { to: action.name()? }]);
    }
    if action.eat("CONSTRAINT") {
        let name = action.identifier()?;
        action.eat("TO");
        return Some(vec![ChangeKind::RenameConstraint { name, to: action.identifier()? }]);
    }
    if action.mysql() && action.eat_any(&["INDEX", "KEY"]) {
        let name = action.identifier()?;
        action.eat("TO");
        return Some(vec![ChangeKind::RenameIndex { name, to: action.identifier()? }]);
    }
    action.eat("COLUMN");
    action.eat("IF EXISTS");
    let column = action.identifier()?;
    if !action.eat("TO") {
        // MySQL: RENAME new_name
        return (action.mysql() && action.at_end()).then(|| vec![ChangeKind::RenameTable { to: column }]);
    }
    Some(vec![ChangeKind::RenameColumn { column, to: action.identifier()? }])
}

fn alter_column(action: &mut Cursor<'_>) -> Option<Vec<ChangeKind>> {
    let column = action.identifier()?;
    if action.eat_any(&["TYPE", "SET DATA TYPE"]) {
        let to = column_type(action)?;
        let collation = action.eat("COLLATE").then(|| action.name()).flatten();
        let using = action.eat("USING").then(|| {
            let place = action.place();
            action.skip_all();
            action.text_since(place).to_owned()
        });
        let kind = ChangeKind::AlterColumnType { column, from: None, to, collation, using, drops_expression: false };
        return Some(vec![kind]);
    }
    Some(vec![if action.eat("SET NOT NULL") {
        ChangeKind::SetNotNull { column }
    } else if action.eat("DROP NOT NULL") {
        ChangeKind::DropNotNull { column }
    } else if action.eat("SET DEFAULT") {
        ChangeKind::SetDefault { column, default: default(action) }
    } else if action.eat("DROP DEFAULT") {
        ChangeKind::DropDefault { column }
    } else {
        let words = [
            ("ADD GENERATED", "ALTER COLUMN ADD IDENTITY"),
            ("DROP IDENTITY", "ALTER COLUMN DROP IDENTITY"),
            ("DROP EXPRESSION", "ALTER COLUMN DROP EXPRESSION"),
            ("SET EXPRESSION", "ALTER COLUMN SET EXPRESSION"),
            ("SET GENERATED", "ALTER COLUMN SET GENERATED"),
            ("SET STATISTICS", "ALTER COLUMN SET STATISTICS"),
            ("SET STORAGE", "ALTER COLUMN SET STORAGE"),
            ("SET COMPRESSION", "ALTER COLUMN SET COMPRESSION"),
            ("SET VISIBLE", "ALTER COLUMN SET VISIBLE"),
            ("SET INVISIBLE", "ALTER COLUMN SET VISIBLE"),
            ("RESTART", "ALTER COLUMN SET GENERATED"),
            ("SET INCREMENT", "ALTER COLUMN SET GENERATED"),
            ("SET START", "ALTER COLUMN SET GENERATED"),
            ("SET CACHE", "ALTER COLUMN SET GENERATED"),
            ("SET (", "ALTER COLUMN SET"),
            ("RESET", "ALTER COLUMN SET"),
        ];
        let (_, words) = words.into_iter().find(|(words, _)| action.eat(words))?;
        ChangeKind::Other { words: words.to_owned(), object: Some(column) }
    }])
}

/// ALTER TABLE … SET
fn set(action: &mut Cursor<'_>) -> Option<Vec<ChangeKind>> {
    let words = [
        ("TABLESPACE", "ALTER TABLE SET TABLESPACE"),
        ("LOGGED", "ALTER TABLE SET LOGGED"),
        ("UNLOGGED", "ALTER TABLE SET UNLOGGED"),
        ("ACCESS METHOD", "ALTER TABLE SET ACCESS METHOD"),
        ("WITHOUT CLUSTER", "ALTER TABLE SET WITHOUT CLUSTER"),
        ("WITHOUT OIDS", "ALTER TABLE SET WITHOUT OIDS"),
    ];
    if action.is("(") {
        return Some(other("ALTER TABLE SET", None));
    }
    let (_, words) = words.into_iter().find(|(words, _)| action.eat(words))?;
    Some(other(words, action.identifier()))
}

/// The other actions, by how they begin.
const ACTIONS: &[(&str, &str)] = &[
    ("ATTACH PARTITION", "ALTER TABLE ATTACH PARTITION"),
    ("DETACH PARTITION", "ALTER TABLE DETACH PARTITION"),
    ("ENABLE ROW LEVEL SECURITY", "ALTER TABLE ROW LEVEL SECURITY"),
    ("DISABLE ROW LEVEL SECURITY", "ALTER TABLE ROW LEVEL SECURITY"),
    ("FORCE ROW LEVEL SECURITY", "ALTER TABLE ROW LEVEL SECURITY"),
    ("NO FORCE ROW LEVEL SECURITY", "ALTER TABLE ROW LEVEL SECURITY"),
    ("ENABLE ALWAYS TRIGGER", "ALTER TABLE TRIGGER"),
    ("ENABLE REPLICA TRIGGER", "ALTER TABLE TRIGGER"),
    ("ENABLE TRIGGER", "ALTER TABLE TRIGGER"),
    ("DISABLE TRIGGER", "ALTER TABLE TRIGGER"),
    ("ENABLE ALWAYS RULE", "ALTER TABLE RULE"),
    ("ENABLE REPLICA RULE", "ALTER TABLE RULE"),
    ("ENABLE RULE", "ALTER TABLE RULE"),
    ("DISABLE RULE", "ALTER TABLE RULE"),
    ("ENABLE KEYS", "ALTER TABLE KEYS"),
    ("DISABLE KEYS", "ALTER TABLE KEYS"),
    ("CLUSTER ON", "ALTER TABLE CLUSTER ON"),
    ("RESET", "ALTER TABLE SET"),
    ("NO INHERIT", "ALTER TABLE INHERIT"),
    ("INHERIT", "ALTER TABLE INHERIT"),
    ("NOT OF", "ALTER TABLE OF"),
    ("OF", "ALTER TABLE OF"),
    ("OWNER TO", "ALTER TABLE OWNER TO"),
    ("REPLICA IDENTITY", "ALTER TABLE REPLICA IDENTITY"),
    // MySQL and MariaDB.
    ("ALGORITHM", "ALGORITHM"),
    ("LOCK", "LOCK"),
    ("CONVERT TO CHARACTER SET", "ALTER TABLE CONVERT TO CHARACTER SET"),
    ("CONVERT TO CHARSET", "ALTER TABLE CONVERT TO CHARACTER SET"),
    ("DEFAULT CHARACTER SET", "ALTER TABLE CHARACTER SET"),
    ("DEFAULT CHARSET", "ALTER TABLE CHARACTER SET"),
    ("CHARACTER SET", "ALTER TABLE CHARACTER SET"),
    ("CHARSET", "ALTER TABLE CHARACTER SET"),
    ("DEFAULT COLLATE", "ALTER TABLE CHARACTER SET"),
    ("COLLATE", "ALTER TABLE CHARACTER SET"),
    ("ENGINE", "ALTER TABLE ENGINE"),
    ("ROW_FORMAT", "ALTER TABLE ROW_FORMAT"),
    ("KEY_BLOCK_SIZE", "ALTER TABLE ROW_FORMAT"),
    ("AUTO_INCREMENT", "ALTER TABLE AUTO_INCREMENT"),
    ("ORDER BY", "ALTER TABLE ORDER BY"),
    ("FORCE", "ALTER TABLE FORCE"),
    ("PARTITION BY", "ALTER TABLE PARTITION BY"),
    ("REMOVE PARTITIONING", "ALTER TABLE REMOVE PARTITIONING"),
    ("REORGANIZE PARTITION", "ALTER TABLE REORGANIZE PARTITION"),
    ("TRUNCATE PARTITION", "ALTER TABLE TRUNCATE PARTITION"),
    ("EXCHANGE PARTITION", "ALTER TABLE EXCHANGE PARTITION"),
    ("WITH VALIDATION", "WITH VALIDATION"),
    ("WITHOUT VALIDATION", "WITHOUT VALIDATION"),
    ("STATS_PERSISTENT", "ALTER TABLE STATS"),
    ("STATS_AUTO_RECALC", "ALTER TABLE STATS"),
    ("STATS_SAMPLE_PAGES", "ALTER TABLE STATS"),
    ("DISCARD TABLESPACE", "ALTER TABLE DISCARD TABLESPACE"),
    ("IMPORT TABLESPACE", "ALTER TABLE IMPORT TABLESPACE"),
    ("ADD SYSTEM VERSIONING", "ALTER TABLE SYSTEM VERSIONING"),
    ("DROP SYSTEM VERSIONING", "ALTER TABLE SYSTEM VERSIONING"),
];

fn option(action: &mut Cursor<'_>) -> Option<Vec<ChangeKind>> {
    if action.eat("COMMENT") {
        return Some(vec![ChangeKind::Comment { column: None }]);
    }
    let (_, words) = ACTIONS.iter().find(|(beginning, _)| action.eat(beginning))?;
    action.eat("=");
    let object = action.name();
    // DETACH PARTITION … CONCURRENTLY
    let concurrently = action.eat("CONCURRENTLY");
    Some(other(&format!("{words}{}", if concurrently { " CONCURRENTLY" } else { "" }), object))
}

#[cfg(test)]
mod tests {
    use crate::sql::{ChangeKind, statements};
    use crate::target::Vendor;

    #[test]
    fn each_action_of_one_statement_has_its_place() {
        let text =
            "ALTER TABLE a ADD COLUMN b numeric(5, 2) DEFAULT (1 + 2), DROP COLUMN c, ALGORITHM=INPLACE, LOCK=NONE;";
        let statements = statements(text, Vendor::MySql);
        let actions: Vec<&str> = statements[0].changes.iter().map(|change| &text[change.span.range()]).collect();
        assert_eq!(
            actions,
            ["ADD COLUMN b numeric(5, 2) DEFAULT (1 + 2)", "DROP COLUMN c", "ALGORITHM=INPLACE", "LOCK=NONE"]
        );
        let ChangeKind::Other { words, object } = &statements[0].changes[3].kind else { panic!("no option") };
        assert_eq!((words.as_str(), object.as_deref()), ("LOCK", Some("NONE")));
    }
}
