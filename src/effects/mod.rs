//! What schema changes do: the locks that they take, what they break for code that runs, what is lost, and what going
//! back means.

mod around;
pub mod compat;
pub mod locks;
pub mod loss;
mod neighbourhood;
pub mod phase;
pub mod reversal;
pub use around::{Effects, Release, Surroundings};
