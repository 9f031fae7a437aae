from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=80, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")


class Product(models.Model):
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    sku = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, db_default="")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    tags = models.ManyToManyField("catalog.Tag", related_name="products")


class Tag(models.Model):
    name = models.CharField(max_length=40, unique=True)
