//! `whimbrel state`.

use crate::deployed::migration;
use crate::support::Folder;

fn shop() -> Folder {
    Folder::with(&[
        (
            "shop/migrations/0001_initial.py",
            &migration(
                "('users', '0001_initial')",
                "migrations.CreateModel('Order', fields=[('id', models.BigAutoField(primary_key=True)), ('user', models.ForeignKey('users.User', models.CASCADE)), ('state', models.CharField('state', max_length=LENGTH))], options={'ordering': ['id'], 'indexes': [models.Index(fields=['state'], name='state_idx')]})",
            ),
        ),
        (
            "shop/migrations/0002_kind.py",
            &migration(
                "('shop', '0001_initial')",
                "migrations.AddField('order', 'kind', models.CharField(max_length=9, default='x', null=False))",
            ),
        ),
        (
            "users/migrations/0001_initial.py",
            &migration("", "migrations.CreateModel('User', fields=[('id', models.BigAutoField(primary_key=True))])"),
        ),
        (
            "users/migrations/0002_person.py",
            &migration(
                "('users', '0001_initial'), ('shop', '0001_initial')",
                "migrations.RenameModel('User', 'Person')",
            ),
        ),
        ("users/apps.py", "from django.apps import AppConfig\nclass UsersConfig(AppConfig):\n    name = 'users'\n"),
    ])
}

#[test]
fn the_table_shows_models_fields_and_what_is_not_known() {
    let run = shop().run(&["state", "shop"]);
    assert_eq!(run.status, 0, "{run:?}");
    insta::assert_snapshot!(run.out, @r#"
    shop after 0002_kind

    Order  table shop_order
      id     BigAutoField  primary_key=True
      user   ForeignKey    on_delete=CASCADE, to="users.user"
      state  CharField     max_length=⟨LENGTH⟩, verbose_name="state"
      kind   CharField     default="x", max_length=9
      ordering: ["id"]
      index state_idx: models.Index(fields=['state'], name='state_idx')
    "#);
}

#[test]
fn an_unknown_operation_leaves_a_doubt_on_what_it_names_and_the_reason_stands_once() {
    let create = "migrations.CreateModel('Order', fields=[('id', models.BigAutoField(primary_key=True)), ('total', models.IntegerField())]), migrations.CreateModel('Item', fields=[('id', models.BigAutoField(primary_key=True))])";
    let shop = Folder::with(&[
        ("shop/migrations/0001_initial.py", &migration("", create)),
        (
            "shop/migrations/0002_other.py",
            &format!("from shop.operations import Tidy\n{}", migration("('shop', '0001_initial')", "Tidy('order')")),
        ),
    ]);
    let run = shop.run(&["state", "shop"]);
    assert_eq!(run.status, 0, "{run:?}");
    insta::assert_snapshot!(run.out, @r"
    shop after 0002_other

    Item  table shop_item
      id  BigAutoField  primary_key=True

    Order  table ?1
      may not be there ?1
      may have more than this ?1
      id     BigAutoField  primary_key=True  ?1
      total  IntegerField    ?1

    ?1  `shop.operations.Tidy` is an operation that no rule file declares (`operation Tidy(…) like …` in one tells what it does) (shop/migrations/0002_other.py:7)
    ");
}

#[test]
fn json_has_django_s_names() {
    let run = shop().run(&["state", "shop", "0001", "--format", "json"]);
    assert_eq!(run.status, 0, "{run:?}");
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(json["migration"], "0001_initial");
    let order = &json["models"]["order"];
    assert_eq!((&order["name"], &order["table"]), (&"Order".into(), &"shop_order".into()));
    assert_eq!(order["options"]["ordering"], serde_json::json!(["id"]));
    assert_eq!(order["options"]["indexes"][0]["kwargs"]["name"], "state_idx");
    assert_eq!(order["bases"], serde_json::json!(["django.db.models.Model"]));
    let fields = &order["fields"];
    assert_eq!(fields["user"]["class"], "django.db.models.ForeignKey");
    assert_eq!(fields["user"]["kwargs"]["to"], "users.user");
    assert_eq!(fields["state"]["kwargs"]["max_length"]["unknown"], "LENGTH");
    assert_eq!(fields["kind"], serde_json::Value::Null, "that comes later");
}

#[test]
fn names_are_those_of_the_version_of_django() {
    let folder = Folder::with(&[(
        "shop/migrations/0001_initial.py",
        &migration(
            "",
            "migrations.CreateModel('Order', fields=[('tags', models.ManyToManyField('shop.Tag')), ('user', models.ForeignKey('shop.User', models.CASCADE))])",
        ),
    )]);
    for (version, target) in [("3.2", "shop.Tag"), ("4.0", "shop.tag")] {
        let run = folder.run(&["state", "shop", "--format", "json", "--django", version]);
        let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let fields = &json["models"]["order"]["fields"];
        assert_eq!(fields["tags"]["kwargs"]["to"], target);
        assert_eq!(fields["user"]["kwargs"]["to"], "shop.user");
    }
}

#[test]
fn other_apps_reach_into_the_state() {
    let run = shop().run(&["state", "users", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert!(json["models"]["person"].is_object(), "{json}");
}

#[test]
fn what_is_not_there_is_named_with_what_is_near() {
    let folder = shop();
    for (arguments, message, help) in [
        (&["state", "shpo"][..], "no app `shpo` has migrations here", "did you mean `shop`?"),
        (&["state", "shop", "0002_kinds"], "`shop` has no migration `0002_kinds`", "did you mean `0002_kind`?"),
        (&["state", "shop", "000"], "several migrations of `shop` begin with `000`", "0001_initial, 0002_kind"),
    ] {
        let run = folder.run(arguments);
        assert_eq!(run.status, 2, "{run:?}");
        assert!(run.err.contains(message) && run.err.contains(help), "{run:?}");
    }
}

#[test]
fn installed_packages_are_read_where_the_configuration_names_them() {
    let folder = shop();
    folder.write(
        "venv/site-packages/tagging/migrations/0001_initial.py",
        &migration("", "migrations.CreateModel('Tag', fields=[])"),
    );
    assert_eq!(folder.run(&["state", "tagging"]).status, 2);
    folder.write("whimbrel.toml", "site-packages = [\"venv/site-packages\"]\n");
    let run = folder.run(&["state", "tagging"]);
    assert_eq!(run.out, "tagging after 0001_initial\n\nTag  table tagging_tag\n", "{run:?}");
    folder.write("whimbrel.toml", "site-packages = [\"venv/lib\"]\n");
    let run = folder.run(&["state", "tagging"]);
    assert!(run.status == 2 && run.err.contains("`site-packages` names `venv/lib`"), "{run:?}");
}

#[test]
fn a_proxy_has_the_table_of_the_model_that_it_stands_for_and_relations_to_it_that_key() {
    let create = "migrations.CreateModel('Code', fields=[('code', models.CharField(max_length=7, primary_key=True))]), \
        migrations.CreateModel('Short', fields=[], options={'proxy': True}, bases=('shop.code',)), \
        migrations.CreateModel('Kind', fields=[], options={'proxy': True}, bases=('contenttypes.contenttype',)), \
        migrations.CreateModel('Far', fields=[], options={'proxy': True}, bases=('elsewhere.thing',)), \
        migrations.CreateModel('Item', fields=[('id', models.BigAutoField(primary_key=True))]), \
        migrations.AddField('item', 'kind', models.ForeignKey('shop.Kind', models.CASCADE, null=True)), \
        migrations.AddField('item', 'short', models.ForeignKey('shop.Short', models.CASCADE, null=True))";
    let shop = Folder::with(&[("shop/migrations/0001_initial.py", &migration("", create))]);
    let run = shop.run(&["state", "shop"]);
    let line = |name: &str| run.out.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert_eq!(line("Short "), "Short  table shop_code");
    assert_eq!(line("Kind "), "Kind  table django_content_type");
    assert_eq!(line("Far "), "Far  table ?1");
    assert!(run.out.contains("?1  `elsewhere.thing` is created by none of the migrations"), "{}", run.out);
    let plan = shop.run(&["plan", "--database", "postgresql", "--django", "5.2", "."]);
    let plan = plan.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plan.contains("ADD COLUMN kind_id integer REFERENCES django_content_type "), "{plan}");
    assert!(plan.contains("ADD COLUMN short_id varchar(7) REFERENCES shop_code "), "{plan}");
}
