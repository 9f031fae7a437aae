//! What schema changes do: the locks that they take, what they break for code that runs, and what going back means.

pub mod compat;
pub mod locks;
pub mod loss;
pub mod phase;
pub mod reversal;
