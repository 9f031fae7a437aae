//! Code against schemas that are built by hand.
