//! Examples, and the settings that they and overrides name.

use crate::language::checker::Checker;
use crate::language::checker::scope::Scope;
use crate::language::rule::Example;
use crate::language::syntax;
use crate::language::{Slot, Type, did_you_mean};
use crate::source::Spanned;

impl Checker<'_> {
    pub(super) fn example(&mut self, example: &syntax::Example, pack: &str) -> Option<Example> {
        let database = match &example.on {
            None => None,
            Some(on) => {
                let name = self.word(&on.name, self.vocabulary.databases, "database")?;
                let version = match &on.version {
                    Some(version) => Some(self.version(version)?),
                    None => None,
                };
                Some((name, version))
            }
        };
        let mut settings = Vec::new();
        let mut app = None;
        let mut migration = None;
        for (name, value) in &example.with {
            // What an example is, beside its code: rules may ask for both.
            let own = match name.value.as_str() {
                "app" => Some(&mut app),
                "migration" => Some(&mut migration),
                _ => None,
            };
            if let Some(own) = own {
                if let syntax::Literal::Str(text) = self.literal_of(value, &Slot::set(Type::Str))? {
                    *own = Some(text);
                }
                continue;
            }
            let (id, slot) = self.setting_named(name, pack)?;
            settings.push((id, self.literal_of(value, &slot)?));
        }
        Some(Example {
            title: example.title.as_ref().map(|title| title.value.clone()),
            database,
            settings,
            app,
            migration,
            possible: example.possible.is_some(),
            code: example.code.clone(),
        })
    }

    /// The setting that a `with` or a `set` names.
    pub(super) fn setting_named(&mut self, name: &Spanned<String>, pack: &str) -> Option<(String, Slot)> {
        let scope = Scope::new(pack, Vec::new());
        if let Some(found) = self.find_setting(&name.value, &scope) {
            return Some(found);
        }
        let known: Vec<String> =
            self.packs.get(pack).into_iter().flat_map(|pack| pack.settings.keys().cloned()).collect();
        let help = did_you_mean(&name.value, known.iter().map(String::as_str)).map_or_else(
            || format!("declare it: `setting {}: list[str] = []`", name.value),
            |near| format!("did you mean `{near}`?"),
        );
        self.report(
            "names::unknown-setting",
            format!("`{pack}` has no setting `{}`", name.value),
            name.span,
            "unknown setting",
        )
        .help(help);
        None
    }
}
