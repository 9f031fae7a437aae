//! Which paths look like migration files.

/// Whether `path` (with `/` or `\`) is one that Django may load as a migration: a Python module directly in a folder
/// whose name holds `migrations`. Whether it really is one, only its content tells.
#[must_use]
pub fn is_migration_path(path: &str) -> bool {
    let mut parts = path.rsplit(['/', '\\']);
    let (Some(file), Some(folder)) = (parts.next(), parts.next()) else { return false };
    let Some(name) = file.strip_suffix(".py") else { return false };
    // Django skips names that start with `_` or `~`; a name with a dot can't be imported.
    let loadable = !name.is_empty() && !name.starts_with(['_', '~']) && !name.contains('.');
    // Tests beside migrations are named like this; Django's own package is no app's.
    let test = name.starts_with("test_") || name == "conftest";
    let django = parts.next() == Some("db") && parts.next() == Some("django") && folder == "migrations";
    loadable && !test && !django && folder.contains("migrations")
}

#[cfg(test)]
mod tests {
    use super::is_migration_path;

    #[test]
    fn modules_directly_in_a_migrations_folder_are_candidates() {
        for path in [
            "shop/migrations/0001_initial.py",
            "shop\\migrations\\0001_initial.py",
            "dojo/db_migrations/0001_initial.py",
            "data_migrations/migrations/unique_constraints.py",
            "migrations/24_to_26.py",
        ] {
            assert!(is_migration_path(path), "{path}");
        }
    }

    #[test]
    fn packages_tests_and_django_itself_are_not() {
        for path in [
            "shop/migrations/__init__.py",
            "shop/migrations/_helpers.py",
            "shop/migrations/sql/0001.sql",
            "shop/migrations/sql/tables.py",
            "shop/models.py",
            "tests/migrations/test_0001.py",
            "django/db/migrations/autodetector.py",
            "lib/python3.12/site-packages/django/db/migrations/state.py",
            "0001_initial.py",
        ] {
            assert!(!is_migration_path(path), "{path}");
        }
    }
}
