//! Behaviour of histories.
