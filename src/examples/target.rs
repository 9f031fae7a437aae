//! What an example is judged for.

use crate::language::{DatabaseScope, Example, Rule, VersionRange};
use crate::target::{Database, Vendor, Version};

/// Where neither the example nor its rule says otherwise.
const DEFAULT_VENDOR: Vendor = Vendor::PostgreSql;
const DEFAULT_DJANGO: Version = Version::new(5, 2);
/// Versions of Django that rules may be limited to, the likeliest first.
const DJANGO: [(u32, u32); 9] = [(5, 2), (6, 0), (6, 1), (5, 1), (5, 0), (4, 2), (4, 1), (4, 0), (3, 2)];

/// The database: the example's own, else one that the rule is about.
pub(super) fn database(rule: &Rule, example: &Example) -> Database {
    let vendor = |name: &str| name.parse().unwrap_or(DEFAULT_VENDOR);
    if let Some((name, version)) = example.database {
        return Database { vendor: vendor(name), version };
    }
    let default = rule.databases.iter().find(|scope| scope.name == DEFAULT_VENDOR.word());
    match default.or(rule.databases.first()) {
        Some(DatabaseScope { name, range }) => {
            Database { vendor: vendor(name), version: range.as_ref().and_then(version_in) }
        }
        None => Database { vendor: DEFAULT_VENDOR, version: None },
    }
}

/// All databases that an example may be about: its own, those of its rule, else all.
pub(super) fn databases(rule: &Rule, example: &Example) -> Vec<Database> {
    let first = database(rule, example);
    if example.database.is_some() {
        return vec![first];
    }
    let about = |vendor: Vendor| match rule.databases.iter().find(|scope| scope.name == vendor.word()) {
        Some(scope) => Some(Database { vendor, version: scope.range.as_ref().and_then(version_in) }),
        None => rule.databases.is_empty().then_some(Database { vendor, version: None }),
    };
    Vendor::ALL.into_iter().filter_map(about).collect()
}

/// The version of Django: one that the rule is about.
pub(super) fn django(rule: &Rule) -> Version {
    let fits = |version: &Version| rule.django.iter().all(|range| range.holds(version));
    let usual = DJANGO.into_iter().map(|(major, minor)| Version::new(major, minor));
    let named = rule.django.iter().filter_map(version_in);
    usual.chain(named).find(fits).unwrap_or(DEFAULT_DJANGO)
}

/// A version in the range: the one it names, else the next or the one before.
fn version_in(range: &VersionRange) -> Option<Version> {
    let (major, minor) = (range.version.major(), range.version.minor());
    let near = [
        Some(range.version),
        major.checked_add(1).map(|next| Version::new(next, 0)),
        minor.checked_sub(1).map(|before| Version::new(major, before)),
        major.checked_sub(1).map(|before| Version::new(before, 0)),
    ];
    near.into_iter().flatten().find(|version| range.holds(version))
}
