//! Field classes of widely used packages, as data: what they make of their arguments, as far as migrations leave it out.
//!
//! Each was read in the source of the version that its line names, and is only asked for where that source is not at
//! hand. What a class decides by means of settings or of other models is left to be unknown.

use super::{Default, FieldEntry, field_named};

/// A field class of a package.
#[derive(Debug)]
pub struct PackageClass {
    /// The package that it is imported from, whatever the module inside.
    pub package: &'static str,
    /// Class name.
    pub name: &'static str,
    /// The class of Django that it derives from or is stored like.
    like: &'static str,
    /// What it makes of its arguments before it hands them on.
    pub takes: &'static [(&'static str, Taken)],
}

/// What a class takes for an argument.
#[derive(Debug)]
pub enum Taken {
    /// This, whatever is written.
    Always(Default),
    /// This, when it is not written.
    Unless(Default),
    /// What this path names, when it is not written.
    UnlessPath(&'static str),
    /// Something that is not known.
    Unsure,
}

impl PackageClass {
    /// The class of Django.
    #[must_use]
    pub fn like(&self) -> &'static FieldEntry {
        // The test below makes sure that there is one; the first entry is `Field`.
        field_named(self.like).unwrap_or(&super::FIELDS[0])
    }
}

/// The class that is imported as `path`.
#[must_use]
pub fn class(path: &str) -> Option<&'static PackageClass> {
    let (module, name) = path.rsplit_once('.')?;
    let package = module.split('.').next()?;
    CLASSES.iter().find(|class| class.name == name && class.package == package)
}

const fn class_of(
    package: &'static str,
    name: &'static str,
    like: &'static str,
    takes: &'static [(&'static str, Taken)],
) -> PackageClass {
    PackageClass { package, name, like, takes }
}

static CLASSES: &[PackageClass] = &[
    class_of("mptt", "TreeForeignKey", "ForeignKey", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_like_one_of_django() {
        for class in CLASSES {
            assert_eq!(class.like().name, class.like, "{}.{}", class.package, class.name);
            for (name, _) in class.takes {
                assert!(class.like().parameter(name).is_some(), "{}.{} takes no `{name}`", class.package, class.name);
            }
        }
    }
}
