//! Behaviour of the reader of Python files.
