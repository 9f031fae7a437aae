//! What Django takes a database to be able to do (`django/db/backends/*/features.py`), which decides what it sends.

use crate::schema::Target;
use crate::target::{Vendor, Version};

impl Target {
    /// PostgreSQL.
    pub(super) fn is_postgresql(self) -> bool {
        self.database.vendor == Vendor::PostgreSql
    }

    /// MySQL or MariaDB: one backend of Django's, `django.db.backends.mysql`.
    pub(super) fn is_mysql(self) -> bool {
        matches!(self.database.vendor, Vendor::MySql | Vendor::MariaDb)
    }

    /// MariaDB (`mysql_is_mariadb`).
    pub(super) fn is_mariadb(self) -> bool {
        self.database.vendor == Vendor::MariaDb
    }

    /// SQLite.
    pub(super) fn is_sqlite(self) -> bool {
        self.database.vendor == Vendor::Sqlite
    }

    /// Whether Django is of that version or later.
    pub(super) fn since(self, major: u32, minor: u32) -> bool {
        self.django >= Version::new(major, minor)
    }

    /// Whether the database is of that version or later; one whose version is not known counts as new.
    fn database_since(self, major: u32, minor: u32) -> bool {
        self.database.version.is_none_or(|version| version >= Version::new(major, minor))
    }

    /// `supports_partial_indexes`: an index with a condition; MySQL and MariaDB have none.
    pub(super) fn partial_indexes(self) -> bool {
        !self.is_mysql()
    }

    /// `supports_covering_indexes`: INCLUDE, on PostgreSQL from 11 on.
    pub(super) fn covering_indexes(self) -> bool {
        self.is_postgresql()
    }

    /// `supports_expression_indexes`: not on MariaDB, on MySQL from 8.0.13 on.
    pub(super) fn expression_indexes(self) -> bool {
        !self.is_mariadb()
    }

    /// `supports_deferrable_unique_constraints`
    pub(super) fn deferrable_unique(self) -> bool {
        self.is_postgresql()
    }

    /// `supports_nulls_distinct_unique_constraints`: PostgreSQL from 15 on. Django 5.0 brought the option.
    pub(super) fn nulls_distinct(self) -> bool {
        self.is_postgresql() && self.database_since(15, 0)
    }

    /// `supports_comments`, with 4.2.
    pub(super) fn comments(self) -> bool {
        !self.is_sqlite() && self.since(4, 2)
    }

    /// `supports_comments_inline`: as a part of the column.
    pub(super) fn inline_comments(self) -> bool {
        self.is_mysql() && self.since(4, 2)
    }

    /// `can_rename_index`: since 4.1; not on SQLite, on MariaDB from 10.5.2 on.
    pub(super) fn renames_indexes(self) -> bool {
        !self.is_sqlite()
    }

    /// `has_native_uuid_field` of MariaDB: from 10.7 on, with Django 5.0 (`django/db/backends/mysql/features.py`).
    pub(super) fn mariadb_uuid(self) -> bool {
        self.is_mariadb() && self.since(5, 0) && self.database_since(10, 7)
    }

    /// `related_fields_match_type`: a foreign key to an unsigned column is unsigned.
    pub(super) fn related_fields_match_type(self) -> bool {
        self.is_mysql()
    }

    /// Whether foreign keys are `DEFERRABLE INITIALLY DEFERRED` (`DatabaseOperations.deferrable_sql`, and
    /// `sql_create_inline_fk` of SQLite).
    pub(super) fn deferrable_foreign_keys(self) -> bool {
        !self.is_mysql()
    }

    /// Whether `AutoField`s are `serial` (`data_types` of PostgreSQL), as they were before the identities of 4.1.
    pub(super) fn serial(self) -> bool {
        self.is_postgresql() && !self.since(4, 1)
    }
}
