//! What schema changes do: the locks that they take, what they break for code that runs, what is lost, and what going
//! back means.

mod around;
mod bound;
pub mod compat;
mod earlier;
pub mod locks;
pub mod loss;
mod neighbourhood;
pub mod phase;
pub mod reversal;
pub mod rows;
mod written;
pub use around::{Effects, Release, Surroundings};
pub use written::{Written, written};
