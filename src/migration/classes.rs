//! Classes of a project that are not Django's, as far as rule files or their source tell what they do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::migration::field_class::{FieldClasses, lock};
use crate::migration::operation_class::{self, OperationDeclarations};
use crate::migration::{Declarations, Migration, Modules};

/// A migration as it was read, and with what is known of its classes.
type Applied = (Arc<Migration>, Arc<Migration>);

/// The classes of operations and fields that migrations of a project use.
pub struct Classes<'m> {
    operations: Box<OperationDeclarations>,
    fields: FieldClasses<'m>,
    /// Migrations by their address, which the first of each pair keeps alive.
    migrations: Mutex<HashMap<usize, Applied>>,
}

impl std::fmt::Debug for Classes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Classes").finish_non_exhaustive()
    }
}

impl<'m> Classes<'m> {
    /// The classes that rule files declare, and the field classes that the modules define.
    #[must_use]
    pub fn new(operations: Box<OperationDeclarations>, fields: Box<Declarations>, modules: &'m dyn Modules) -> Self {
        Self { operations, fields: FieldClasses::new(fields, modules), migrations: Mutex::default() }
    }

    /// The migration, with what is known of its classes.
    #[must_use]
    pub fn applied(&self, migration: &Arc<Migration>) -> Arc<Migration> {
        let custom = migration.operations.iter().any(operation_class::is_custom);
        if !custom && !FieldClasses::concern(migration) {
            return Arc::clone(migration);
        }
        let address = Arc::as_ptr(migration).addr();
        if let Some((_, known)) = lock(&self.migrations).get(&address) {
            return Arc::clone(known);
        }
        let mut applied = Migration::clone(migration);
        self.apply(&mut applied);
        let applied = Arc::new(applied);
        lock(&self.migrations).insert(address, (Arc::clone(migration), Arc::clone(&applied)));
        applied
    }

    /// Gives a migration what is known of its classes.
    pub fn apply(&self, migration: &mut Migration) {
        for operation in &mut migration.operations {
            operation_class::apply(operation, &migration.source, &*self.operations, &self.fields);
        }
        self.fields.apply(migration);
    }

    /// The migrations, with what is known of their classes.
    #[must_use]
    pub fn applied_to(&self, migrations: &[Arc<Migration>]) -> Vec<Arc<Migration>> {
        migrations.iter().map(|migration| self.applied(migration)).collect()
    }
}
