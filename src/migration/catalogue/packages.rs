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
    /// This, when it is not written.
    Unless(Default),
    /// What this path names, when it is not written.
    UnlessPath(&'static str),
    /// Something that is not known, when it is not written.
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

const CASCADE: (&str, Taken) = ("on_delete", Taken::UnlessPath("django.db.models.CASCADE"));
const NOW: (&str, Taken) = ("default", Taken::UnlessPath("django.utils.timezone.now"));
const NOT_EDITABLE: (&str, Taken) = ("editable", Taken::Unless(Default::Bool(false)));
const EDITABLE: (&str, Taken) = ("editable", Taken::Unless(Default::Bool(true)));
const BLANK: (&str, Taken) = ("blank", Taken::Unless(Default::Bool(true)));

const fn longest(length: i64) -> (&'static str, Taken) {
    ("max_length", Taken::Unless(Default::Int(length)))
}

static CLASSES: &[PackageClass] = &[
    // django-mptt 0.20, fields.py
    class_of("mptt", "TreeForeignKey", "ForeignKey", &[]),
    class_of("mptt", "TreeOneToOneField", "OneToOneField", &[]),
    class_of("mptt", "TreeManyToManyField", "ManyToManyField", &[]),
    // django-taggit 6.1, managers.py: a relation over a model between, which has a table of its own
    class_of("taggit", "TaggableManager", "RelatedField", &[]),
    // django-modelcluster 6.5, fields.py
    class_of("modelcluster", "ParentalKey", "ForeignKey", &[CASCADE]),
    class_of("modelcluster", "ParentalManyToManyField", "ManyToManyField", &[]),
    // django-model-utils 5.0, fields.py
    class_of("model_utils", "AutoCreatedField", "DateTimeField", &[NOT_EDITABLE, NOW]),
    class_of("model_utils", "AutoLastModifiedField", "DateTimeField", &[NOT_EDITABLE, NOW]),
    class_of("model_utils", "MonitorField", "DateTimeField", &[NOW]),
    class_of("model_utils", "StatusField", "CharField", &[longest(100), ("choices", Taken::Unsure)]),
    class_of("model_utils", "SplitField", "TextField", &[]),
    // django-extensions 4.1, db/fields/__init__.py
    class_of(
        "django_extensions",
        "CreationDateTimeField",
        "DateTimeField",
        &[NOT_EDITABLE, BLANK, ("auto_now_add", Taken::Unless(Default::Bool(true)))],
    ),
    class_of(
        "django_extensions",
        "ModificationDateTimeField",
        "DateTimeField",
        &[("auto_now", Taken::Unless(Default::Bool(true)))],
    ),
    class_of("django_extensions", "AutoSlugField", "SlugField", &[NOT_EDITABLE, BLANK]),
    // django-autoslug 1.9, fields.py: it leaves out what `SlugField` sets, and sets the same
    class_of("autoslug", "AutoSlugField", "SlugField", &[("editable", Taken::Unsure)]),
    // django-countries 9.1, fields.py: the codes have two letters, unless several countries fit in
    class_of("django_countries", "CountryField", "CharField", &[longest(2), ("choices", Taken::Unsure)]),
    // django-phonenumber-field 9.0, modelfields.py
    class_of("phonenumber_field", "PhoneNumberField", "CharField", &[longest(128)]),
    // django-timezone-field 7.2, fields.py: derives from `Field`, and is stored as a `CharField`
    class_of("timezone_field", "TimeZoneField", "CharField", &[longest(63), ("choices", Taken::Unsure)]),
    // jsonfield 3.2, fields.py
    class_of("jsonfield", "JSONField", "TextField", &[]),
    class_of("jsonfield", "JSONCharField", "CharField", &[]),
    // django-colorfield 0.14, fields.py
    class_of(
        "colorfield",
        "ColorField",
        "CharField",
        &[longest(25), ("default", Taken::Unsure), ("blank", Taken::Unsure)],
    ),
    // django-fsm 3.0, __init__.py
    class_of("django_fsm", "FSMField", "CharField", &[longest(50)]),
    class_of("django_fsm", "FSMIntegerField", "IntegerField", &[]),
    class_of("django_fsm", "FSMKeyField", "ForeignKey", &[]),
    // django-money 3.6, models/fields.py
    class_of("djmoney", "MoneyField", "DecimalField", &[]),
    class_of("djmoney", "CurrencyField", "CharField", &[longest(3), ("default", Taken::Unsure)]),
    // wagtail 8.0, fields.py; the type of a StreamField depends on the version
    class_of("wagtail", "RichTextField", "TextField", &[]),
    // django-ckeditor 6.7, fields.py; django-tinymce 5.0, models.py; django-markdownx 4.0, models.py; martor 1.8, models.py
    class_of("ckeditor", "RichTextField", "TextField", &[]),
    class_of("ckeditor_uploader", "RichTextUploadingField", "TextField", &[]),
    class_of("tinymce", "HTMLField", "TextField", &[]),
    class_of("markdownx", "MarkdownxField", "TextField", &[]),
    class_of("martor", "MartorField", "TextField", &[]),
    // easy-thumbnails 2.10, fields.py; sorl-thumbnail 13.4, fields.py
    class_of("easy_thumbnails", "ThumbnailerField", "FileField", &[]),
    class_of("easy_thumbnails", "ThumbnailerImageField", "ImageField", &[]),
    class_of("sorl", "ImageField", "ImageField", &[]),
    // django-simple-history 3.13, models.py
    class_of("simple_history", "HistoricForeignKey", "ForeignKey", &[]),
    class_of("simple_history", "HistoricOneToOneField", "OneToOneField", &[]),
    // morango 0.8, models/fields/uuids.py: derives from `CharField`, and is stored as a `UUIDField`
    class_of("morango", "UUIDField", "UUIDField", &[]),
    // django-i18nfield 1.12, fields.py: several languages are longer than one
    class_of("i18nfield", "I18nCharField", "TextField", &[]),
    class_of("i18nfield", "I18nTextField", "TextField", &[]),
    // django-fernet-fields 0.6, fields.py: whatever the value, it is stored as bytes
    class_of("fernet_fields", "EncryptedCharField", "BinaryField", &[EDITABLE]),
    class_of("fernet_fields", "EncryptedTextField", "BinaryField", &[EDITABLE]),
    class_of("fernet_fields", "EncryptedEmailField", "BinaryField", &[EDITABLE]),
    class_of("fernet_fields", "EncryptedIntegerField", "BinaryField", &[EDITABLE]),
    class_of("fernet_fields", "EncryptedDateField", "BinaryField", &[EDITABLE]),
    class_of("fernet_fields", "EncryptedDateTimeField", "BinaryField", &[EDITABLE]),
    // django-parler 2.4, fields.py
    class_of("parler", "TranslationsForeignKey", "ForeignKey", &[]),
    // django-filer 3.6, fields/file.py, image.py, folder.py
    class_of("filer", "FilerFileField", "ForeignKey", &[]),
    class_of("filer", "FilerImageField", "ForeignKey", &[]),
    class_of("filer", "FilerFolderField", "ForeignKey", &[]),
    // django-enumfields 2.1, django-enumfields2 4.0, fields.py
    class_of("enumfields", "EnumField", "CharField", &[longest(10), ("choices", Taken::Unsure)]),
    class_of("enumfields", "EnumIntegerField", "IntegerField", &[("choices", Taken::Unsure)]),
    // django-oauth-toolkit 3.4, models.py
    class_of("oauth2_provider", "TokenChecksumField", "CharField", &[]),
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
