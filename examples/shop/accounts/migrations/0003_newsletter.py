from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_phone"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="wants_newsletter",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
