from django.db import models


class Item(models.Model):
    """The table of tests/bench/lib/dataset.py, which makes it."""

    category_id = models.BigIntegerField()
    name = models.TextField()
    price_cents = models.BigIntegerField()
    note = models.TextField(null=True)
    active = models.BooleanField(default=True)
    created_at = models.TextField(default="2026-01-01T00:00:00Z")

    class Meta:
        managed = False
        db_table = "item"


class Category(models.Model):
    name = models.TextField()
    slug = models.TextField()

    class Meta:
        managed = False
        db_table = "category"


class Product(models.Model):
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    name = models.TextField()
    price_cents = models.BigIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        managed = False
        db_table = "product"


class ProductImage(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    path = models.TextField()
    alt = models.TextField()

    class Meta:
        managed = False
        db_table = "product_image"


class Review(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews")
    rating = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "review"
