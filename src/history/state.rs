//! The models of a project at one moment, as Django's `ProjectState` (`django.db.migrations.state`) holds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::history::model::ModelState;
use crate::python::Unknown;
use crate::source::{SourceFile, Span};

/// Why something about the state is not known, with the file that the reason stands in.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// The file.
    pub source: Arc<SourceFile>,
    /// What is not known, where, and why.
    pub unknown: Unknown,
}

impl Doubt {
    /// A doubt about something at `span` of `source`.
    pub(super) fn new(source: &Arc<SourceFile>, span: Span, text: &str, reason: &str) -> Arc<Self> {
        let unknown = Unknown { text: text.to_owned(), span, reason: reason.to_owned() };
        Arc::new(Self { source: Arc::clone(source), unknown })
    }

    /// A doubt for a reason that the reader of Python gives.
    pub(super) fn of(source: &Arc<SourceFile>, unknown: &Unknown) -> Arc<Self> {
        Arc::new(Self { source: Arc::clone(source), unknown: unknown.clone() })
    }
}

/// What is known of something that is looked up.
#[derive(Clone, Debug)]
pub enum Known<T> {
    /// It is there, and this is it.
    Yes(T),
    /// It is not there.
    No,
    /// Whether it is there, or what it is, can't be told. What is known of it all the same comes along.
    Maybe(Option<T>, Arc<Doubt>),
}

impl<T> Known<T> {
    /// What is certainly there.
    pub fn certain(self) -> Option<T> {
        match self {
            Known::Yes(value) => Some(value),
            Known::No | Known::Maybe(..) => None,
        }
    }

    /// What was found, certain or not.
    pub fn likely(self) -> Option<T> {
        match self {
            Known::Yes(value) | Known::Maybe(Some(value), _) => Some(value),
            Known::No | Known::Maybe(None, _) => None,
        }
    }

    /// `found`, with the doubt about it, or else with the doubt about what holds it.
    pub(super) fn of(found: Option<T>, own: Option<&Arc<Doubt>>, holder: Option<&Arc<Doubt>>) -> Self {
        match (found, own, holder) {
            (Some(value), None, _) => Known::Yes(value),
            (Some(value), Some(doubt), _) => Known::Maybe(Some(value), Arc::clone(doubt)),
            (None, _, Some(doubt)) => Known::Maybe(None, Arc::clone(doubt)),
            (None, _, None) => Known::No,
        }
    }
}

/// The models of a project at one moment.
///
/// A copy shares everything with the original until one of them is changed, and then all but the app and the model
/// that the change touches: keeping a state for every migration of a project costs little.
#[derive(Clone, Debug, Default)]
pub struct ProjectState {
    /// Why there may be apps and models beside these.
    more: Option<Arc<Doubt>>,
    apps: Arc<BTreeMap<Arc<str>, Arc<AppState>>>,
}

/// The models of an app.
#[derive(Clone, Debug, Default)]
pub(super) struct AppState {
    /// By lower-case name.
    pub(super) models: BTreeMap<Arc<str>, Arc<ModelState>>,
    /// Why there may be models beside these.
    pub(super) doubt: Option<Arc<Doubt>>,
    /// The present lower-case names of models that were renamed, by their old ones.
    pub(super) renamed: BTreeMap<Arc<str>, Arc<str>>,
}

impl ProjectState {
    /// The model of that app and name, in any case.
    #[must_use]
    pub fn model(&self, app: &str, name: &str) -> Known<&Arc<ModelState>> {
        let state = self.apps.get(app);
        let model = state.and_then(|state| state.models.get(lower(name).as_ref()));
        Known::of(model, model.and_then(|model| model.existence.as_ref()), self.doubt(app))
    }

    /// All models, by app and lower-case name, doubtful ones included.
    pub fn models(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, &Arc<ModelState>)> {
        self.apps.iter().flat_map(|(app, state)| state.models.iter().map(move |(name, model)| (app, name, model)))
    }

    /// The models of an app, by lower-case name, doubtful ones included.
    pub fn models_of<'s>(&'s self, app: &str) -> impl Iterator<Item = (&'s Arc<str>, &'s Arc<ModelState>)> + use<'s> {
        self.apps.get(app).into_iter().flat_map(|state| &state.models)
    }

    /// Why an app may have models beside those that are listed.
    #[must_use]
    pub fn doubt(&self, app: &str) -> Option<&Arc<Doubt>> {
        self.apps.get(app).and_then(|state| state.doubt.as_ref()).or(self.more.as_ref())
    }

    /// The state without the models that `keep` refuses; what is not known of it stays so.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str, &str) -> bool) -> Self {
        let part = |app: &Arc<str>, state: &Arc<AppState>| {
            let kept = state.models.iter().filter(|(name, _)| keep(app, name));
            let models = kept.map(|(name, model)| (Arc::clone(name), Arc::clone(model))).collect();
            Arc::new(AppState { models, doubt: state.doubt.clone(), renamed: state.renamed.clone() })
        };
        let apps = self.apps.iter().map(|(app, state)| (Arc::clone(app), part(app, state))).collect();
        Self { more: self.more.clone(), apps: Arc::new(apps) }
    }

    /// Equal for copies of which none has been changed, while one of them lives.
    #[must_use]
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.apps).addr()
    }

    /// Lets there be models that are not known.
    pub(super) fn open(&mut self, doubt: &Arc<Doubt>) {
        self.more.get_or_insert_with(|| Arc::clone(doubt));
    }

    /// The app, if it has or had models.
    pub(super) fn app(&self, app: &str) -> Option<&AppState> {
        self.apps.get(app).map(AsRef::as_ref)
    }

    /// The labels of the apps.
    pub(super) fn labels(&self) -> impl Iterator<Item = &Arc<str>> {
        self.apps.keys()
    }

    /// The app, to be changed.
    pub(super) fn app_mut(&mut self, app: &str) -> &mut AppState {
        let apps = Arc::make_mut(&mut self.apps);
        if !apps.contains_key(app) {
            apps.insert(Arc::from(app), Arc::default());
        }
        Arc::make_mut(apps.entry(Arc::from(app)).or_default())
    }

    /// The model, to be changed, when it is there.
    pub(super) fn model_mut(&mut self, app: &str, name: &str) -> Option<&mut ModelState> {
        let key = lower(name);
        if !self.apps.get(app)?.models.contains_key(key.as_ref()) {
            return None;
        }
        self.app_mut(app).models.get_mut(key.as_ref()).map(Arc::make_mut)
    }
}

/// A model's name as Django's keys have it.
pub(super) fn lower(name: &str) -> std::borrow::Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        std::borrow::Cow::Borrowed(name)
    } else {
        std::borrow::Cow::Owned(name.to_lowercase())
    }
}
