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
