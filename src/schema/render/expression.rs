//! Expressions that the database evaluates: `db_default`.

use crate::python::{Call, Value, ValueKind};
use crate::schema::render::value::{class_name, text};
use crate::sql::{DatabaseDefault, Volatility};

/// What a function of Django's gives from row to row, before its arguments are looked at.
///
/// PostgreSQL: the volatility of the function that the class stands for (`pg_proc.provolatile`); the other databases
/// have the same for these. A function that is not listed is not known.
const FUNCTIONS: &[(&str, Volatility)] = &[
    // django/db/models/functions/datetime.py: STATEMENT_TIMESTAMP(), on PostgreSQL stable
    ("Now", Volatility::Stable),
    // django/contrib/postgres/functions.py: CURRENT_TIMESTAMP, stable; GEN_RANDOM_UUID(), volatile
    ("TransactionNow", Volatility::Stable),
    ("RandomUUID", Volatility::Volatile),
    // django/db/models/functions/math.py: RANDOM(), volatile
    ("Random", Volatility::Volatile),
    // django/db/models/functions/uuid.py (6.0): volatile
    ("UUID4", Volatility::Volatile),
    ("UUID7", Volatility::Volatile),
    ("Pi", Volatility::Stable),
    // What only passes on what its arguments are; all of it immutable or stable in the database
    ("Value", Volatility::Stable),
    ("ExpressionWrapper", Volatility::Stable),
    ("Cast", Volatility::Stable),
    ("Coalesce", Volatility::Stable),
    ("Concat", Volatility::Stable),
    ("ConcatPair", Volatility::Stable),
    ("Lower", Volatility::Stable),
    ("Upper", Volatility::Stable),
    ("Length", Volatility::Stable),
    ("Trim", Volatility::Stable),
    ("MD5", Volatility::Stable),
    ("Round", Volatility::Stable),
    ("Floor", Volatility::Stable),
    ("Ceil", Volatility::Stable),
    ("Abs", Volatility::Stable),
    ("JSONObject", Volatility::Stable),
    ("JSONArray", Volatility::Stable),
    ("TruncDate", Volatility::Stable),
    ("Extract", Volatility::Stable),
    ("ExtractYear", Volatility::Stable),
];

/// SQL functions that `Func(function=…)` may name.
const SQL_FUNCTIONS: &[(&str, Volatility)] = &[
    ("NOW", Volatility::Stable),
    ("CURRENT_TIMESTAMP", Volatility::Stable),
    ("TRANSACTION_TIMESTAMP", Volatility::Stable),
    ("STATEMENT_TIMESTAMP", Volatility::Stable),
    ("CLOCK_TIMESTAMP", Volatility::Volatile),
    ("TIMEOFDAY", Volatility::Volatile),
    ("RANDOM", Volatility::Volatile),
    ("RAND", Volatility::Volatile),
    ("GEN_RANDOM_UUID", Volatility::Volatile),
    ("UUID_GENERATE_V4", Volatility::Volatile),
    ("UUIDV4", Volatility::Volatile),
    ("UUIDV7", Volatility::Volatile),
    ("UUID", Volatility::Volatile),
    ("NEXTVAL", Volatility::Volatile),
];

/// The default that a `db_default` makes the database keep.
pub(super) fn database_default(value: &Value) -> DatabaseDefault {
    let expression = match &value.kind {
        // `Value(1)` and `1` are the same default.
        ValueKind::Call(call) if is(call, "Value") && call.arguments.len() == 1 => text(&call.arguments[0].value),
        _ => text(value),
    };
    DatabaseDefault { expression, volatility: volatility(value) }
}

fn is(call: &Call, class: &str) -> bool {
    call.callee.as_deref().map(class_name) == Some(class)
}

fn volatility(value: &Value) -> Volatility {
    match &value.kind {
        ValueKind::Unknown(_) | ValueKind::Definition(_) => Volatility::Unknown,
        ValueKind::Call(call) => of_call(call),
        ValueKind::List(items) | ValueKind::Tuple(items) | ValueKind::Set(items) => all(items.iter()),
        ValueKind::Dict(entries) => all(entries.iter().map(|(_, value)| value)),
        // `Random` without a call, or the attribute of a module.
        ValueKind::Reference(path) if path.starts_with("django.db.models.functions") => Volatility::Unknown,
        _ => Volatility::Stable,
    }
}

fn of_call(call: &Call) -> Volatility {
    let Some(callee) = call.callee.as_deref() else { return Volatility::Unknown };
    let class = class_name(callee);
    let listed = |table: &[(&str, Volatility)], name: &str| {
        table.iter().find(|(other, _)| *other == name).map(|(_, volatility)| *volatility)
    };
    let own = if callee.starts_with("django.") {
        match class {
            "Func" => {
                let function = call.arguments.iter().find(|argument| argument.name.as_deref() == Some("function"));
                let name = function.and_then(|function| function.value.as_str()).map(str::to_uppercase);
                name.and_then(|name| listed(SQL_FUNCTIONS, &name)).unwrap_or(Volatility::Unknown)
            }
            _ => listed(FUNCTIONS, class).unwrap_or(Volatility::Unknown),
        }
    } else if ["datetime.", "decimal.", "uuid.UUID"].iter().any(|constant| callee.starts_with(constant)) {
        // A value that Python makes once.
        return Volatility::Stable;
    } else {
        Volatility::Unknown
    };
    let inner = all(call.arguments.iter().map(|argument| &argument.value).filter(|value| is_expression(value)));
    more_volatile(own, inner)
}

/// Whether an argument is an expression itself, not a field such as `output_field`.
fn is_expression(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Call(call) => !call.callee.as_deref().is_some_and(|path| class_name(path).ends_with("Field")),
        _ => true,
    }
}

fn all<'v>(values: impl Iterator<Item = &'v Value>) -> Volatility {
    values.map(volatility).fold(Volatility::Stable, more_volatile)
}

fn more_volatile(a: Volatility, b: Volatility) -> Volatility {
    match (a, b) {
        (Volatility::Volatile, _) | (_, Volatility::Volatile) => Volatility::Volatile,
        (Volatility::Unknown, _) | (_, Volatility::Unknown) => Volatility::Unknown,
        _ => Volatility::Stable,
    }
}
