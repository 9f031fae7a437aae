//! The models of Django's own apps, whose migrations stand in no repository: what relations refer to and proxies stand for.
//!
//! django/contrib/{auth,contenttypes,sites,admin,sessions,flatpages,redirects}/models.py, from 3.2 to 6.1. Their
//! `AppConfig`s say `default_auto_field = "django.db.models.AutoField"`.

/// A model of one of Django's own apps.
pub(crate) struct ContribModel {
    /// Label of the app.
    app: &'static str,
    /// Lower-case name of the model.
    name: &'static str,
    /// Its table.
    pub(crate) table: &'static str,
    /// The column and field of its primary key.
    pub(crate) key: &'static str,
    /// The class of the primary key, and the length that it has.
    pub(crate) class: (&'static str, Option<i64>),
}

const AUTO: (&str, Option<i64>) = ("AutoField", None);

const MODELS: &[ContribModel] = &[
    ContribModel { app: "admin", name: "logentry", table: "django_admin_log", key: "id", class: AUTO },
    ContribModel { app: "auth", name: "group", table: "auth_group", key: "id", class: AUTO },
    ContribModel { app: "auth", name: "permission", table: "auth_permission", key: "id", class: AUTO },
    ContribModel { app: "auth", name: "user", table: "auth_user", key: "id", class: AUTO },
    ContribModel { app: "contenttypes", name: "contenttype", table: "django_content_type", key: "id", class: AUTO },
    ContribModel { app: "flatpages", name: "flatpage", table: "django_flatpage", key: "id", class: AUTO },
    ContribModel { app: "redirects", name: "redirect", table: "django_redirect", key: "id", class: AUTO },
    ContribModel {
        app: "sessions",
        name: "session",
        table: "django_session",
        key: "session_key",
        class: ("CharField", Some(40)),
    },
    ContribModel { app: "sites", name: "site", table: "django_site", key: "id", class: AUTO },
];

/// The model of that name, where it is one of Django's own.
pub(crate) fn contrib_model(app: &str, name: &str) -> Option<&'static ContribModel> {
    MODELS.iter().find(|model| model.app == app && model.name == name)
}
