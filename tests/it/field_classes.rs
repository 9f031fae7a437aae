//! Field classes that are not Django's: read from the modules that define them.

use crate::repository::Repository;

/// What the field is, and which statement its column gets.
const RULES: &str = r#"rule field "a field" {
  forbid AddField
  unknown report
  message "{field.class} null={field.null} len={field.max_length} default={field.default} column={field.column}"
}
rule type "its type" { forbid schema.AddColumn  message "{definition.type}" }
rule text "a text" { forbid AddField(field is CharField)  message "is a text" }
"#;

fn migration(import: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations, models\n{import}\n\n\nclass Migration(migrations.Migration):\n    \
         dependencies = [('shop', '0001_initial')]\n    operations = [{operations}]\n"
    )
}

fn project(fields: &str) -> Repository {
    let initial = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
                   operations = [migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True))])]\n";
    let repository = Repository::with(&[
        ("whimbrel.toml", "rules = [\"team.rules\"]\n"),
        ("team.rules", RULES),
        ("shop/__init__.py", ""),
        ("shop/fields.py", fields),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/0001_initial.py", initial),
    ]);
    repository.commit();
    repository
}

/// The findings of the team's rules for what is staged, without their places.
fn staged(repository: &Repository) -> Vec<String> {
    repository.git(&["add", "--all"]);
    let run = repository.run(&["check", "--select", "team/*", "--format", "concise", "-q"]);
    assert!(run.status < 2, "{}", run.err);
    run.out.lines().map(|line| line.split("[team/").nth(1).unwrap_or(line).to_owned()).collect()
}

/// What is said of a field of a class.
fn said(fields: &str, field: &str) -> Vec<String> {
    let repository = project(fields);
    let add = format!("migrations.AddField('order', 'code', {field})");
    repository.write("shop/migrations/0002_code.py", migration("import shop.fields", &add));
    staged(&repository)
}

const DJANGO: &str = "from django.db import models\n\n\n";

#[test]
fn what_an_initialiser_does_with_its_arguments_is_followed() {
    for (class, field, expected) in [
        (
            "class Code(models.CharField):\n    def __init__(self, *args, **kwargs):\n        kwargs['null'] = kwargs['blank'] = True\n        \
             kwargs.setdefault('max_length', 12)\n        super().__init__(*args, **kwargs)\n",
            "shop.fields.Code()",
            "Code null=True len=12 default=⟨unset⟩ column=code",
        ),
        (
            "SHORT = 5\n\n\nclass Code(models.CharField):\n    def __init__(self, length=SHORT, *args, **kwargs):\n        \
             super(Code, self).__init__(*args, max_length=length * 1 if False else length, **kwargs)\n",
            "shop.fields.Code(null=True)",
            "Code null=True len=5 default=⟨unset⟩ column=code",
        ),
        (
            "class Base(models.CharField):\n    def __init__(self, *args, **kwargs):\n        if 'max_length' not in kwargs:\n            \
             kwargs['max_length'] = 7\n        super().__init__(*args, **kwargs)\n        self.null = True\n\n\n\
             class Code(Base):\n    def __init__(self, *args, **kwargs):\n        kwargs.pop('kind', None)\n        \
             defaults = {'default': ''}\n        defaults.update(kwargs)\n        super().__init__(*args, **defaults)\n",
            "shop.fields.Code(kind='x')",
            "Code null=True len=7 default= column=code",
        ),
        // A branch that can't be decided leaves open what its sides disagree on, and nothing else.
        (
            "import os\n\n\nclass Code(models.CharField):\n    def __init__(self, *args, **kwargs):\n        \
             if os.environ.get('WIDE'):\n            kwargs['max_length'] = 99\n        super().__init__(*args, **kwargs)\n",
            "shop.fields.Code(max_length=3)",
            "Code null=False len=⟨shop.fields.Code⟩ default=⟨unset⟩ column=code",
        ),
        // Django makes a field anew out of what `deconstruct` gives.
        (
            "class Code(models.CharField):\n    def __init__(self, *args, **kwargs):\n        \
             kwargs.setdefault('max_length', 9)\n        super().__init__(*args, **kwargs)\n\n    \
             def deconstruct(self):\n        name, path, args, kwargs = super().deconstruct()\n        \
             del kwargs['max_length']\n        return name, path, args, kwargs\n",
            "shop.fields.Code(max_length=4)",
            "Code null=False len=9 default=⟨unset⟩ column=code",
        ),
        (
            "class Upper:\n    def __init__(self, *args, upper=False, **kwargs):\n        super().__init__(*args, **kwargs)\n\n\n\
             class Code(Upper, models.CharField):\n    pass\n",
            "shop.fields.Code(upper=True, max_length=4)",
            "Code null=False len=4 default=⟨unset⟩ column=code",
        ),
    ] {
        let said = said(&format!("{DJANGO}{class}"), field);
        assert_eq!(said.first().map(|line| line.split("] ").last().unwrap_or_default()), Some(expected), "{class}");
        assert!(said.iter().any(|line| line.ends_with("is a text")), "{said:?}");
    }
}

#[test]
fn a_class_may_say_the_type_of_its_column() {
    for (body, expected) in [
        ("def db_type(self, connection):\n        return 'char(3)'", "char(3)"),
        ("def get_internal_type(self):\n        return 'TextField'", "text"),
        (
            "def db_type(self, connection):\n        return 'text'\n\n    def get_internal_type(self):\n        return 'DateField'",
            "text",
        ),
        ("pass", "varchar(4)"),
    ] {
        let said =
            said(&format!("{DJANGO}class Code(models.CharField):\n    {body}\n"), "shop.fields.Code(max_length=4)");
        assert!(said.iter().any(|line| line == &format!("type] {expected}")), "{body}: {said:?}");
    }
}

#[test]
fn what_only_running_a_class_can_tell_stays_unknown_with_its_place() {
    for (class, place) in [
        (
            "class Code(models.CharField):\n    def get_attname_column(self):\n        return 'a', None\n",
            "shop/fields.py:5",
        ),
        ("class Code(models.CharField, metaclass=type):\n    pass\n", "shop/fields.py:4"),
        (
            "class Code(models.CharField):\n    def contribute_to_class(self, cls, name):\n        pass\n",
            "shop/fields.py:5",
        ),
        (
            "class Code(models.CharField):\n    def contribute_to_class(self, cls, name, **kwargs):\n        \
             super().contribute_to_class(cls, name, **kwargs)\n        self.null = True\n",
            "shop/fields.py:7",
        ),
        (
            "class Code(models.CharField):\n    @property\n    def null(self):\n        return True\n",
            "shop/fields.py:6",
        ),
        ("class Code(build(models.CharField)):\n    pass\n", "shop/fields.py:4"),
        ("from elsewhere import Mixin\n\n\nclass Code(Mixin, models.CharField):\n    pass\n", "`elsewhere.Mixin`"),
        ("Other = 1\n", "is not defined in shop/fields.py"),
    ] {
        let repository = project(&format!("{DJANGO}{class}"));
        repository.write("team.rules", "rule null \"null\" { forbid AddField(field.null)  message \"null\" }\n");
        let add = "migrations.AddField('order', 'code', shop.fields.Code(max_length=4))";
        repository.write("shop/migrations/0002_code.py", migration("import shop.fields", add));
        let said = staged(&repository);
        assert!(said.iter().any(|line| line.contains("can't be decided") && line.contains(place)), "{class}: {said:?}");
        assert!(!said.iter().any(|line| line.starts_with("null]")), "{class}: {said:?}");
    }
}

#[test]
fn a_class_is_found_behind_imports_in_the_index_and_in_packages() {
    let class = format!(
        "{DJANGO}class Code(models.CharField):\n    def __init__(self, **kwargs):\n        \
                         super().__init__(max_length=6, **kwargs)\n"
    );
    let first = |repository: &Repository| {
        staged(repository)
            .first()
            .map(|line| line.split("] ").last().unwrap_or_default().to_owned())
            .unwrap_or_default()
    };
    let expected = "Code null=False len=6 default=⟨unset⟩ column=code";
    let add = |path: &str| format!("migrations.AddField('order', 'code', {path}())");

    let repository = project("from .texts import *\n");
    repository.write("shop/texts/__init__.py", "from .code import Code\n");
    repository.write("shop/texts/code.py", &class);
    repository.write("shop/migrations/0002_code.py", migration("from ..fields import Code", &add("Code")));
    assert_eq!(first(&repository), expected, "relative imports and a star");

    // What is staged counts, not what lies beside it.
    repository.git(&["add", "--all"]);
    repository.write("shop/texts/code.py", "");
    let run = repository.run(&["check", "--select", "team/*", "--format", "concise", "-q"]);
    assert!(run.out.contains(expected), "{run:?}");

    let repository = project("");
    repository.write("venv/lib/codes/__init__.py", &class);
    repository.write(".gitignore", "venv\n");
    repository.write("shop/migrations/0002_code.py", migration("import codes", &add("codes.Code")));
    assert!(first(&repository).contains("null=⟨codes.Code⟩"), "nothing is known of it");
    repository.write("whimbrel.toml", "rules = [\"team.rules\"]\nsite-packages = [\"venv/lib\"]\n");
    assert_eq!(first(&repository), expected, "an installed package");

    let repository = project("");
    let own = format!("\n\n{}", class.trim_start_matches(DJANGO));
    repository.write("shop/migrations/0002_code.py", migration(&own, &add("Code")));
    assert_eq!(first(&repository), expected, "a class of the migration itself");
}

#[test]
fn a_class_may_give_its_column_another_type_on_each_database() {
    let class = "class Code(models.UUIDField):\n    def db_type(self, connection):\n        \
                 if connection.vendor == \"mysql\":\n            return \"char(32)\"\n        \
                 return super().db_type(connection)\n";
    let repository = project(&format!("{DJANGO}{class}"));
    let add = "migrations.AddField('order', 'code', shop.fields.Code(null=True))";
    repository.write("shop/migrations/0002_code.py", migration("import shop.fields", add));
    let on = |database: &str| {
        repository.git(&["add", "--all"]);
        let arguments = ["check", "--select", "team/type", "--format", "concise", "-q", "--database", database];
        let run = repository.run(&arguments);
        run.out.lines().filter_map(|line| line.split_once("type] ")).map(|(_, own)| own.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(on("mariadb@10.11"), ["char(32)"]);
    assert_eq!(on("postgresql"), ["uuid"]);
    // What else it asks of the connection only running it can tell.
    let other = class.replace("connection.vendor", "connection.alias");
    repository.write("shop/fields.py", format!("{DJANGO}{other}"));
    assert_eq!(on("postgresql"), ["⟨shop.fields.Code⟩"]);
}

#[test]
fn a_declaration_of_a_rule_file_wins() {
    let repository = project(&format!("{DJANGO}class Code(models.CharField):\n    pass\n"));
    let declared = "fieldclass Code(null: bool = True, max_length: int = 30, kind: str?) like CharField\n";
    repository.write("team.rules", format!("{declared}{RULES}"));
    let add = "migrations.AddField('order', 'code', shop.fields.Code(kind='x'))";
    repository.write("shop/migrations/0002_code.py", migration("import shop.fields", add));
    let said = staged(&repository);
    assert!(said.iter().any(|line| line == "field] Code null=True len=30 default=⟨unset⟩ column=code"), "{said:?}");
    assert!(said.iter().any(|line| line == "type] varchar(30)"), "{said:?}");
}

#[test]
fn classes_of_widely_used_packages_are_known() {
    let repository = project("");
    let add = "migrations.AddField('order', 'parent', mptt.fields.TreeForeignKey('shop.order', models.CASCADE, null=True)), \
               migrations.AddField('order', 'phone', phonenumber_field.modelfields.PhoneNumberField()), \
               migrations.AddField('order', 'picture', filer.fields.image.FilerImageField('shop.order', models.CASCADE)), \
               migrations.AddField('order', 'kind', enumfields.fields.EnumField(enum='shop.Kind')), \
               migrations.AddField('order', 'tags', taggit.managers.TaggableManager(to='taggit.tag', through='taggit.item'))";
    let imports = "import enumfields.fields\nimport filer.fields.image\nimport mptt.fields\nimport phonenumber_field.modelfields\nimport taggit.managers";
    repository.write("shop/migrations/0002_more.py", migration(imports, add));
    let said = staged(&repository);
    for expected in [
        "field] TreeForeignKey null=True len=⟨unset⟩ default=⟨unset⟩ column=parent_id",
        "field] PhoneNumberField null=False len=128 default=⟨unset⟩ column=phone",
        "field] FilerImageField null=False len=⟨unset⟩ default=⟨unset⟩ column=picture_id",
        "field] EnumField null=False len=10 default=⟨unset⟩ column=kind",
        "type] integer",
        "type] varchar(128)",
        "type] varchar(10)",
    ] {
        assert!(said.iter().any(|line| line == expected), "{expected}: {said:?}");
    }
    assert!(said.iter().any(|line| line.starts_with("field] TaggableManager") && line.ends_with("column=⟨unset⟩")));
    assert_eq!(said.iter().filter(|line| line.starts_with("type]")).count(), 4, "a manager has no column: {said:?}");
}

/// What the built-in rules of a pack find in staged operations, and what they leave open.
fn judged(repository: &Repository, operations: &str) -> (Vec<String>, Vec<String>) {
    let text = migration("import elsewhere", operations).replace("0001_initial", "0002_before");
    repository.write("shop/migrations/0003_judged.py", text);
    repository.git(&["add", "--all"]);
    let run = repository.run(&["check", "--ignore", "team/*", "--format", "concise", "-q"]);
    assert!(run.status < 2, "{}", run.err);
    let lines = run.out.lines().filter(|line| line.starts_with("shop/migrations/0003"));
    let (open, found): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.contains("[whimbrel/undecided]"));
    let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
    (owned(found), owned(open))
}

#[test]
fn nothing_is_certain_of_a_column_whose_class_is_not_known() {
    let repository = project("");
    let before = "migrations.AddField('order', 'parent', elsewhere.TreeKey('shop.order', models.CASCADE, null=True))";
    repository.write("shop/migrations/0002_before.py", migration("import elsewhere", before));
    repository.git(&["add", "--all"]);
    repository.commit();
    for operations in [
        "migrations.AddField('order', 'code', elsewhere.NullCharField(max_length=9, unique=True))",
        "migrations.AddField('order', 'count', elsewhere.PositiveField())",
        "migrations.AlterField('order', 'parent', models.ForeignKey('shop.order', models.CASCADE, null=True))",
        "migrations.RemoveField('order', 'parent')",
        "migrations.RenameField('order', 'parent', 'above')",
    ] {
        let (found, open) = judged(&repository, operations);
        assert!(found.is_empty(), "{operations}: {found:?}");
        assert!(!open.is_empty(), "{operations}");
    }
}

#[test]
fn what_every_field_takes_anyway_alters_nothing() {
    let class = "class Key(models.ForeignKey):\n    pass\n";
    let repository = project(&format!("{DJANGO}{class}"));
    let add = "migrations.AddField('order', 'parent', shop.fields.Key('shop.order', models.CASCADE))";
    repository.write("shop/migrations/0002_before.py", migration("import shop.fields", add));
    repository.git(&["add", "--all"]);
    repository.commit();
    let alter = |given: &str| {
        format!("migrations.AlterField('order', 'parent', shop.fields.Key('shop.order', models.CASCADE, {given}))")
    };
    let text = |given: &str| migration("import shop.fields", &alter(given)).replace("0001_initial", "0002_before");
    for (given, quiet) in [("null=False", true), ("null=True", false)] {
        repository.write("shop/migrations/0003_after.py", text(given));
        repository.git(&["add", "--all"]);
        let run = repository.run(&["check", "--ignore", "team/*", "--format", "concise", "-q"]);
        assert_eq!(run.out.is_empty(), quiet, "{given}: {}", run.out);
    }
}
