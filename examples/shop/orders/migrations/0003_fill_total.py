from django.db import migrations
from django.db.models import F, Sum

BATCH = 1000


def fill_total(apps, schema_editor):
    Order = apps.get_model("orders", "Order")
    OrderLine = apps.get_model("orders", "OrderLine")
    while ids := list(Order.objects.filter(total=None).values_list("pk", flat=True)[:BATCH]):
        for order in Order.objects.filter(pk__in=ids):
            lines = OrderLine.objects.filter(order=order)
            total = lines.aggregate(total=Sum(F("quantity") * F("unit_price")))["total"]
            Order.objects.filter(pk=order.pk).update(total=total or 0)


class Migration(migrations.Migration):
    # Each batch is committed by itself.
    atomic = False

    dependencies = [
        ("orders", "0002_total"),
    ]

    operations = [
        migrations.RunPython(fill_total, migrations.RunPython.noop, elidable=True),
    ]
