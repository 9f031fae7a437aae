//! Behaviour of the reader of migrations.
