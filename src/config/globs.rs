//! Patterns for paths.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::source::Spanned;

/// A set of patterns. A pattern that matches a folder matches all that lies below it.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    patterns: Vec<Spanned<String>>,
    set: GlobSet,
}

impl Globs {
    /// The set of `patterns`; those that are no patterns are given back, with what is wrong.
    pub(super) fn new(patterns: Vec<Spanned<String>>) -> (Self, Vec<(Spanned<String>, String)>) {
        let mut set = GlobSetBuilder::new();
        let mut good = Vec::new();
        let mut bad = Vec::new();
        for pattern in patterns {
            match compile(&pattern.value) {
                Ok(globs) => {
                    for glob in globs {
                        set.add(glob);
                    }
                    good.push(pattern);
                }
                Err(error) => bad.push((pattern, error.kind().to_string())),
            }
        }
        match set.build() {
            Ok(set) => (Self { patterns: good, set }, bad),
            // Each is a pattern, and together they are too large.
            Err(error) => {
                bad.extend(good.into_iter().next().map(|first| (first, error.kind().to_string())));
                (Self::default(), bad)
            }
        }
    }

    /// Whether `path` matches: relative to the configuration's folder, with forward slashes.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// The patterns that none of these paths matches.
    #[must_use]
    pub fn idle(&self, paths: &[&str]) -> Vec<&Spanned<String>> {
        let is_idle = |pattern: &&Spanned<String>| {
            let (alone, _) = Self::new(vec![(*pattern).clone()]);
            !paths.iter().any(|path| alone.is_match(path))
        };
        self.patterns.iter().filter(is_idle).collect()
    }

    /// Whether there are no patterns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The patterns as they were written.
    #[must_use]
    pub fn patterns(&self) -> &[Spanned<String>] {
        &self.patterns
    }
}

/// The pattern itself, and what lies below it.
fn compile(pattern: &str) -> Result<[Glob; 2], globset::Error> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern).trim_end_matches('/');
    let below = if pattern == "." || pattern.is_empty() { "**".to_owned() } else { format!("{pattern}/**") };
    let glob = |pattern: &str| GlobBuilder::new(pattern).literal_separator(true).build();
    Ok([glob(pattern)?, glob(&below)?])
}
