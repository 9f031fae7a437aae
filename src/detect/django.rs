//! The version of Django that lock files and requirements name.

use crate::target::Version;

/// Files that tell the version of Django, those that pin it first.
pub const LOCK_FILES: [&str; 14] = [
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pylock.toml",
    "requirements.txt",
    "requirements/base.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/requirements.txt",
    "requirements/common.txt",
    "pyproject.toml",
    "Pipfile",
    "setup.cfg",
];

/// The version of Django that a file names: the one that is locked, or the oldest that is allowed. `name` is the file's.
#[must_use]
pub fn django_version(name: &str, text: &str) -> Option<Version> {
    let file = name.rsplit('/').next().unwrap_or(name);
    match file {
        "uv.lock" | "poetry.lock" | "pdm.lock" | "pylock.toml" => locked(text),
        "Pipfile.lock" => {
            let lock: serde_json::Value = serde_json::from_str(text).ok()?;
            oldest(lock.get("default")?.get("django")?.get("version")?.as_str()?)
        }
        "pyproject.toml" | "Pipfile" => text.lines().find_map(|line| of_table(line).or_else(|| of_list(line))),
        // `requirements.in` beside `requirements.txt` and `install_requires` of `setup.cfg` have a requirement a line.
        _ => text.lines().find_map(requirement),
    }
}

/// `[[package]]`, `name = "django"`, `version = "5.2.1"`: the two keys stand beside each other in all lock files.
fn locked(text: &str) -> Option<Version> {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_end().eq_ignore_ascii_case("name = \"django\"") {
            let near = lines.clone().take(5).take_while(|line| !line.starts_with("[["));
            return near.filter_map(|line| line.strip_prefix("version = \"")).find_map(leading);
        }
    }
    None
}

/// `Django>=4.2,<6` in quotes.
fn of_list(line: &str) -> Option<Version> {
    line.split(['"', '\'']).skip(1).step_by(2).find_map(requirement)
}

/// `django = "^5.2"`, `Django = {version = "~5.2", extras = […]}`
fn of_table(line: &str) -> Option<Version> {
    let (key, value) = line.split_once('=')?;
    if !key.trim().trim_matches('"').eq_ignore_ascii_case("django") {
        return None;
    }
    let value = match value.find("version") {
        Some(at) => &value[at..],
        None => value,
    };
    oldest(value.split(['"', '\'']).nth(1)?)
}

/// `Django[argon2]==5.2.1  # comment`: a requirement as pip reads it.
fn requirement(line: &str) -> Option<Version> {
    let line = line.trim();
    let rest = line.get(..6).filter(|name| name.eq_ignore_ascii_case("django")).map(|_| &line[6..])?;
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => rest,
    };
    let rest = rest.trim_start();
    // `django-environ` is another package.
    rest.starts_with(['=', '<', '>', '~', '!', '(']).then(|| oldest(rest))?
}

/// The oldest version that specifiers allow, as far as they say: of `>=4.2,<6`, 4.2. Without a lower bound, none.
fn oldest(specifiers: &str) -> Option<Version> {
    let specifiers = specifiers.split(['#', ';']).next().unwrap_or_default();
    let bounds = specifiers.split(',').map(|part| part.trim().trim_matches(['(', ')', '"', '\'', ' ']));
    let lower = bounds.filter(|bound| !bound.starts_with(['<', '!']));
    lower.filter_map(|bound| leading(bound.trim_start_matches(['=', '>', '~', '^', ' ']))).max()
}

/// Major and minor version at the start of a text.
fn leading(text: &str) -> Option<Version> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let mut parts = text[..end].split('.');
    let major: u32 = parts.next()?.parse().ok()?;
    let minor: u32 = parts.next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
    // Something else is called like it: a year, a hash.
    (1..100).contains(&major).then(|| Version::new(major, minor))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(name: &str, text: &str) -> String {
        django_version(name, text).map_or_else(|| "none".to_owned(), |version| version.to_string())
    }

    #[test]
    fn lock_files_pin_the_version() {
        let uv = "version = 1\n\n[[package]]\nname = \"django-environ\"\nversion = \"0.11\"\n\n[[package]]\nname = \"django\"\nversion = \"5.1.4\"\nsource = { registry = \"x\" }\n";
        assert_eq!(found("uv.lock", uv), "5.1");
        let poetry = "[[package]]\nname = \"Django\"\nversion = \"4.2.16\"\ndescription = \"x\"\n";
        assert_eq!(found("backend/poetry.lock", poetry), "4.2");
        let pipfile = r#"{"_meta": {}, "default": {"django": {"hashes": [], "version": "==3.2.25"}}}"#;
        assert_eq!(found("Pipfile.lock", pipfile), "3.2");
        assert_eq!(found("Pipfile.lock", "{"), "none");
    }

    #[test]
    fn requirements_give_the_oldest_version() {
        for (line, version) in [
            ("django==5.2.1", "5.2"),
            ("Django[argon2,bcrypt] == 4.2.7 \\", "4.2"),
            ("django>=4.2,<6  # LTS", "4.2"),
            ("django<6,>=5.0 ; python_version > '3.8'", "5.0"),
            ("Django~=5.1", "5.1"),
            ("django<5", "none"),
            ("django", "none"),
            ("django-environ==0.11", "none"),
            ("# django==1.0", "none"),
        ] {
            assert_eq!(found("requirements.txt", &format!("asgiref==3.8\n{line}\n")), version, "{line}");
        }
    }

    #[test]
    fn project_files_are_read_in_every_style() {
        for (text, version) in [
            ("[project]\ndependencies = [\n  \"Django>=5.0,<5.3\",\n]\n", "5.0"),
            ("dependencies = ['django-x==1', 'django==5.2']", "5.2"),
            ("[tool.poetry.dependencies]\npython = \"^3.12\"\ndjango = \"^5.1\"\n", "5.1"),
            ("Django = {version = \"~4.2\", extras = [\"argon2\"]}\n", "4.2"),
            ("django = \"*\"\n", "none"),
            ("name = \"django\"\nversion = \"1.0\"\n", "none"),
        ] {
            assert_eq!(found("pyproject.toml", text), version, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_file_panics(index in 0..LOCK_FILES.len(), text in "(name = \"django\"\n|version = \"|[Dd]jango|[\\[\\]=<>~!,;\"'0-9. \n]|\\PC){0,30}") {
            let _ = django_version(LOCK_FILES[index], &text);
        }
    }
}
