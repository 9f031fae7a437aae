//! What migrations are judged for: databases such as `postgresql@16`, and versions of them and of Django.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// A version such as `5.2` or `16`. A part that is not written counts as 0, so `5` equals `5.0`.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    parts: [u32; Version::PARTS],
    /// How many parts were written: only [`Display`](fmt::Display) cares.
    written: usize,
}

impl Version {
    /// The most parts a version has.
    const PARTS: usize = 4;

    /// The version `major.minor`.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { parts: [major, minor, 0, 0], written: 2 }
    }

    /// The first part.
    #[must_use]
    pub const fn major(self) -> u32 {
        self.parts[0]
    }

    /// The second part.
    #[must_use]
    pub const fn minor(self) -> u32 {
        self.parts[1]
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().take(self.written).enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

impl FromStr for Version {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let bad = || TargetError::Version { given: text.to_owned() };
        let mut parts = [0; Version::PARTS];
        let mut written = 0;
        for part in text.split('.') {
            let slot = parts.get_mut(written).ok_or_else(bad)?;
            // `u32::from_str` would take a sign.
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(bad());
            }
            *slot = part.parse().map_err(|_| bad())?;
            written += 1;
        }
        Ok(Self { parts, written })
    }
}

/// A maker of databases that Django supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vendor {
    /// PostgreSQL.
    PostgreSql,
    /// MySQL.
    MySql,
    /// MariaDB, which Django reaches through its MySQL backend.
    MariaDb,
    /// SQLite.
    Sqlite,
}

impl Vendor {
    /// Every vendor.
    pub const ALL: [Vendor; 4] = [Vendor::PostgreSql, Vendor::MySql, Vendor::MariaDb, Vendor::Sqlite];

    /// The word for it in flags, configuration and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Vendor::PostgreSql => "postgresql",
            Vendor::MySql => "mysql",
            Vendor::MariaDb => "mariadb",
            Vendor::Sqlite => "sqlite",
        }
    }

    /// What it quotes names with (`quote_name` in `django/db/backends/*/operations.py`).
    #[must_use]
    pub const fn quote(self) -> &'static str {
        match self {
            Vendor::MySql | Vendor::MariaDb => "`",
            Vendor::PostgreSql | Vendor::Sqlite => "\"",
        }
    }

    /// The word that Django's connection has for it (`DatabaseWrapper.vendor` in `django/db/backends/*/base.py`).
    #[must_use]
    pub const fn django_word(self) -> &'static str {
        match self {
            Vendor::MariaDb => Vendor::MySql.word(),
            other => other.word(),
        }
    }

    /// What someone meant who wrote another common name for it.
    fn meant_by(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "postgresql" | "postgres" | "pg" | "psql" | "postgis" | "psycopg" | "psycopg2" => Some(Vendor::PostgreSql),
            "mysql" => Some(Vendor::MySql),
            "mariadb" | "maria" => Some(Vendor::MariaDb),
            "sqlite" | "sqlite3" | "spatialite" => Some(Vendor::Sqlite),
            _ => None,
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Vendor {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        Vendor::ALL
            .into_iter()
            .find(|vendor| vendor.word() == text)
            .ok_or_else(|| TargetError::Vendor { given: text.to_owned(), meant: Vendor::meant_by(text) })
    }
}

/// A database that migrations run on: `postgresql@16`, or `mysql` when the version is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Database {
    /// Whose it is.
    pub vendor: Vendor,
    /// Its version, where one was given.
    pub version: Option<Version>,
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.vendor.fmt(f)?;
        match self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Database {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (vendor, version) = match text.split_once('@') {
            Some((vendor, version)) => (vendor, Some(version)),
            None => (text, None),
        };
        Ok(Self { vendor: vendor.parse()?, version: version.map(str::parse).transpose()? })
    }
}

/// A database or a version that is not written as one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No database of this name.
    #[error("`{given}` is no database that Django supports")]
    Vendor {
        /// What was written.
        given: String,
        /// What may have been meant.
        meant: Option<Vendor>,
    },
    /// Not a version.
    #[error("`{given}` is no version")]
    Version {
        /// What was written.
        given: String,
    },
}

impl TargetError {
    /// The way out.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            TargetError::Vendor { meant: Some(vendor), .. } => format!("did you mean `{vendor}`?"),
            TargetError::Vendor { meant: None, .. } => {
                "write one of `postgresql`, `mysql`, `mariadb` and `sqlite`, with a version if you can: \
                 `postgresql@16`"
                    .to_owned()
            }
            TargetError::Version { .. } => "write numbers with dots between them, such as `16` or `5.2`".to_owned(),
        }
    }
}

impl miette::Diagnostic for TargetError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(TargetError::help(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn versions_compare_by_number_and_missing_parts_are_zero() {
        assert!(version("10.11") > version("10.6"));
        assert!(version("9") < version("10"));
        assert_eq!(version("5"), version("5.0"));
        assert!(version("5.2") >= Version::new(5, 2));
        assert_eq!((version("16.4").major(), version("16.4").minor()), (16, 4));
    }

    #[test]
    fn what_was_written_is_shown_again() {
        for text in ["postgresql@16", "mysql@8.0", "mariadb@10.11", "sqlite", "postgresql@16.4.0"] {
            assert_eq!(text.parse::<Database>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", "5.", ".5", "5.x", "+5", "-1", "5,2", " 5", "1.2.3.4.5", "99999999999", "５"] {
            let error = text.parse::<Version>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is no version"));
        }
        assert_eq!("postgresql@".parse::<Database>().unwrap_err().to_string(), "`` is no version");
    }

    #[test]
    fn another_name_for_a_database_gets_a_suggestion() {
        let error = "Postgres@16".parse::<Database>().unwrap_err();
        assert_eq!(error.to_string(), "`Postgres` is no database that Django supports");
        assert_eq!(error.help(), "did you mean `postgresql`?");
        assert!("oracle".parse::<Database>().unwrap_err().help().starts_with("write one of `postgresql`"));
    }
}
