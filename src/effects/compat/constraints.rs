//! Constraints and indexes that refuse what the code writes, or that its upserts name.

use crate::effects::bound::Bound;
use crate::effects::compat::check::{At, Check};
use crate::effects::compat::code::{Fill, Model, ModelColumn};
use crate::effects::compat::failure::{Action, Cause, Certainty, Outcome};
use crate::effects::compat::{table, types};
use crate::schema::Table;
use crate::sql::{Column, Index, Volatility};
use crate::target::Vendor;

use Action::{Insert, Update, Upsert};
use Certainty::{Certain, Possible};
use Outcome::{Error, Silent};

/// A B-tree takes no entry of more bytes, a third of a page (PostgreSQL manual, "B-Tree Indexes").
const LONGEST_ENTRY: i64 = 2704;

impl Check<'_, '_> {
    /// Rules that rows differ: those that upserts name, and those that old rows break.
    pub(super) fn uniques(&mut self, at: At<'_>, holder: &Model, expected: &Table, actual: &Table) {
        let (wanted, there) = (table::uniques(expected), table::uniques(actual));
        let vendor = self.vendor;
        for unique in wanted.iter().filter(|unique| unique.conflict_target) {
            let found = there
                .iter()
                .any(|other| other.conflict_target && table::same_columns(&unique.columns, &other.columns, vendor));
            let there = |name: &&str| table::column(actual, name, vendor).is_some();
            // `bulk_create` wants something to update, and does not take the primary key
            // (`QuerySet._check_bulk_create_options`).
            let key = table::primary_key(expected);
            let updates = holder.columns.iter().any(|own| {
                let is_among =
                    |columns: &[&str]| columns.iter().any(|name| table::same_column(name, &own.name, vendor));
                own.fill != Fill::Computed && !is_among(&key) && !is_among(&unique.columns)
            });
            if !found && updates && unique.columns.iter().all(there) {
                // ON DUPLICATE KEY UPDATE names no columns: a second row is inserted.
                let mysql = matches!(vendor, Vendor::MySql | Vendor::MariaDb);
                let how = (Certain, if mysql { Silent } else { Error });
                let columns = unique.columns.iter().map(ToString::to_string).collect();
                let only = single(&unique.columns);
                self.say(at, &[Upsert], how, only, &Cause::NoConflictTarget(columns));
            }
        }
        for unique in &there {
            // Rows that differ in some of the columns differ in all of them. Conditions are not known: only the same
            // constraint has the same.
            let renamed = |(old, new): (&&str, &&str)| {
                let is_known = holder.columns.iter().any(|own| table::same_column(&own.name, new, vendor));
                table::same_column(old, new, vendor) || !is_known && table::column(actual, old, vendor).is_none()
            };
            let implied = wanted.iter().any(|own| {
                let contains = |column: &&str| unique.columns.iter().any(|c| table::same_column(c, column, vendor));
                let whole = !own.partial && !own.expressions;
                // The same over a column that has got another name.
                let follows = || {
                    own.columns.len() == unique.columns.len() && own.columns.iter().zip(&unique.columns).all(renamed)
                };
                own == unique || whole && (own.columns.iter().all(contains) || follows())
            });
            if !implied && self.collides(holder, actual, &unique.columns) {
                let columns = unique.columns.iter().map(ToString::to_string).collect();
                let only = single(&unique.columns);
                self.say(at, &[Insert, Update], (Possible, Error), only, &Cause::Duplicate(columns));
            }
        }
    }

    /// Whether two rows that the code writes may have the same in all of these columns: NULL never is the same.
    fn collides(&self, holder: &Model, actual: &Table, columns: &[&str]) -> bool {
        columns.iter().all(|name| {
            let known = holder.columns.iter().find(|own| table::same_column(&own.name, name, self.vendor));
            if let Some(own) = known {
                return own.fill != Fill::Numbered;
            }
            match table::column(actual, name, self.vendor) {
                None => true,
                Some(column) => match &column.default {
                    _ if column.auto => false,
                    Some(default) => default.volatility != Volatility::Volatile,
                    None => !column.null || column.generated.is_some(),
                },
            }
        })
    }

    /// Checks, exclusions and foreign keys.
    pub(super) fn constraints(&mut self, at: At<'_>, holder: &Model, expected: &Table, actual: &Table) {
        let own_checks = table::checks(expected);
        for (check, expression) in table::checks(actual) {
            self.own_default_refused(at, holder, expected, (check, expression));
            let is_own = own_checks.iter().any(|(_, other)| table::same_text(other, expression));
            if is_own || self.passes_null(holder, actual, expression) {
                continue;
            }
            let is_about = |own: &&ModelColumn| {
                let named = table::mentions(expression, &own.name) || table::mentions(expression, &own.field);
                own.fill != Fill::Computed && named
            };
            let about: Vec<&ModelColumn> = holder.columns.iter().filter(is_about).collect();
            let Some(own) = about.first() else {
                self.default_refused(at, holder, actual, (check, expression));
                continue;
            };
            let wanted = table::column(expected, &own.name, self.vendor);
            let bound = Bound::of(expression, &[&own.name, &own.field]).filter(|_| about.len() == 1);
            let name = Some(own.name.as_str());
            match bound {
                // The same as NOT NULL, which may take its place.
                Some(Bound::NotNull) => {
                    if wanted.is_some_and(|wanted| wanted.null) {
                        self.say(at, &[Insert, Update], (Possible, Error), name, &own.null_refused());
                    }
                }
                Some(bound) if self.implied(&bound, own, wanted, &own_checks) => {}
                _ if about.len() == 1 && own.chooses_within(expression) => {}
                _ => {
                    let cause = Cause::Check(check.unwrap_or(expression).to_owned());
                    self.say(at, &[Insert, Update], (Possible, Error), name, &cause);
                }
            }
        }
        let known: Vec<Option<&str>> = table::exclusions(expected).collect();
        if table::exclusions(actual).any(|name| !known.contains(&name)) {
            self.say(at, &[Insert, Update], (Possible, Error), None, &Cause::Exclusion);
        }
        let own_keys = table::foreign_keys(expected);
        for (columns, references) in table::foreign_keys(actual) {
            let parent = table::table(self.schema, &references.table, self.vendor);
            if parent.is_none() && self.vendor == Vendor::Sqlite {
                // "no such table" as soon as the constraint is looked at.
                let at = At { table: &references.table, ..at };
                self.say(at, &[Insert, Update], (Certain, Error), None, &Cause::NoTable);
            }
            let is_own = own_keys.iter().any(|(own, target)| {
                table::same_columns(own, &columns, self.vendor) && self.code.leads_to(target, references)
            });
            let known = |name: &&&str| holder.columns.iter().any(|own| own.name == **name);
            if let (false, Some(column)) = (is_own, columns.iter().find(known)) {
                // A parent under another name is a failure of its own.
                let renamed = own_keys.iter().any(|(own, target)| {
                    table::same_columns(own, &columns, self.vendor)
                        && table::table(self.schema, &target.table, self.vendor).is_none()
                });
                if !renamed {
                    let cause = Cause::Dangling(references.table.clone());
                    self.say(at, &[Insert, Update], (Possible, Error), Some(column), &cause);
                }
            }
        }
    }

    /// A check that the code's own `db_default` does not pass.
    fn own_default_refused(&mut self, at: At<'_>, holder: &Model, expected: &Table, check: (Option<&str>, &str)) {
        let (name, expression) = check;
        for own in holder.columns.iter().filter(|own| own.relies_on_default) {
            let default = table::column(expected, &own.name, self.vendor).and_then(|wanted| wanted.default.as_ref());
            let number = default.and_then(|default| default.expression.trim().parse().ok());
            let bound = Bound::of(expression, &[&own.name, &own.field]);
            if bound.zip(number).is_some_and(|(bound, number)| bound.refuses(number)) {
                let cause = Cause::Check(name.unwrap_or(expression).to_owned());
                self.say(at, &[Insert], (Certain, Error), Some(&own.name), &cause);
            }
        }
    }

    /// Whether a check lets rows be that have NULL in a column which the code does not know, and leaves empty: a
    /// comparison with NULL is not false.
    fn passes_null(&self, holder: &Model, actual: &Table, expression: &str) -> bool {
        let is_empty = |column: &&Column| {
            let known = holder.columns.iter().any(|own| table::same_column(&own.name, &column.name, self.vendor));
            !known && column.null && column.default.is_none() && column.generated.is_none()
        };
        let empty = actual.columns.iter().filter(is_empty).find(|column| table::mentions(expression, &column.name));
        empty.is_some_and(|column| table::null_passes(expression, &column.name))
    }

    /// Whether the code's own field lets nothing through that a check refuses.
    fn implied(
        &self,
        bound: &Bound,
        own: &ModelColumn,
        wanted: Option<&Column>,
        checks: &[(Option<&str>, &str)],
    ) -> bool {
        let by_check = checks.iter().any(|(_, other)| {
            Bound::of(other, &[&own.name, &own.field]).is_some_and(|other| bound.follows_from(&other))
        });
        // SQLite does not look at ranges.
        let range = wanted.and_then(|wanted| types::range(wanted.column_type.as_ref().ok()?));
        let by_type = range.filter(|_| self.vendor != Vendor::Sqlite).is_some_and(|(least, most)| {
            bound.follows_from(&Bound::Least(least)) || bound.follows_from(&Bound::Most(most))
        });
        by_check || by_type
    }

    /// A check on a column that the code does not know, and of which the default does not hold.
    fn default_refused(&mut self, at: At<'_>, holder: &Model, actual: &Table, check: (Option<&str>, &str)) {
        let (name, expression) = check;
        let mut others = actual.columns.iter().filter(|column| table::mentions(expression, &column.name));
        let (Some(column), None) = (others.next(), others.next()) else { return };
        let is_own = holder.columns.iter().any(|own| table::same_column(&own.name, &column.name, self.vendor));
        let number = column.default.as_ref().and_then(|default| default.expression.trim().parse().ok());
        let bound = Bound::of(expression, &[&column.name]);
        let refused = bound.zip(number).is_some_and(|(bound, number)| bound.refuses(number));
        if !is_own && refused {
            let cause = Cause::Check(name.unwrap_or(expression).to_owned());
            self.say(at, &[Insert], (Certain, Error), Some(&column.name), &cause);
        }
    }

    /// Indexes of PostgreSQL that refuse a row: its entry is too long, or an expression fails.
    pub(super) fn indexes(&mut self, at: At<'_>, holder: &Model, expected: &Table, actual: &Table) {
        if self.vendor != Vendor::PostgreSql {
            return;
        }
        for index in &actual.indexes {
            let same = |other: &Index| other.columns == index.columns && other.method == index.method;
            if expected.indexes.iter().any(same) || !matches!(index.method.as_deref(), None | Some("btree")) {
                continue;
            }
            for entry in &index.columns {
                let may_fail = |own: &&ModelColumn| {
                    let names = table::mentions(entry, &own.name) || table::mentions(entry, &own.field);
                    let holds_long_texts = |table: &Table| {
                        let made = table::column(table, &own.name, self.vendor);
                        made.and_then(|made| made.column_type.as_ref().ok()).is_some_and(types::is_long_text)
                    };
                    // A character has up to four bytes.
                    let is_long = || {
                        !own.chooses_up_to(LONGEST_ENTRY / 4) && holds_long_texts(expected) && holds_long_texts(actual)
                    };
                    if *entry == own.name {
                        is_long()
                    } else {
                        names
                            && index.expressions
                            && (table::may_raise(entry) || table::keeps_length(entry) && is_long())
                    }
                };
                if let Some(own) = holder.columns.iter().find(may_fail) {
                    let cause = Cause::Indexed(index.name.clone().unwrap_or_default());
                    self.say(at, &[Insert, Update], (Possible, Error), Some(&own.name), &cause);
                }
            }
        }
    }
}

fn single<'a>(columns: &[&'a str]) -> Option<&'a str> {
    match columns {
        [column] => Some(column),
        _ => None,
    }
}
