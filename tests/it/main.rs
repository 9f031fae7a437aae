//! Tests of the whole against what was measured with Django.

mod history;
