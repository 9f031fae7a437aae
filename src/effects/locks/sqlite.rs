//! SQLite: one lock for all of the database.
//!
//! From the first statement that changes anything on, nobody else can write, to the end of the transaction; readers go
//! on, but for the moment of the commit ("File Locking And Concurrency In SQLite Version 3"; "Write-Ahead Logging").
//! What takes long is a remake (`DatabaseSchemaEditor._remake_table`; measured in `tests/truth/cases` as `rewrite`): a
//! copy of the whole table.

use crate::effects::locks::Blocks;

/// Who waits for a statement that changes anything, on all tables.
pub const BLOCKS: Blocks = Blocks::Writes;
