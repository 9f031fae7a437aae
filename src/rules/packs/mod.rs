//! Rule packs: folders of rule files that repositories share, and what pins them.
//!
//! Nothing here touches a file or the network: packs are read from texts, and the lock file is a value.

mod content;
mod lock;
mod manifest;

pub use content::{Pack, PackError};
pub use lock::{LOCK_FILE, Lock, Locked, LockedSource};
pub use manifest::{MANIFEST, Manifest};
