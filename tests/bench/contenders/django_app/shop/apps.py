from django.apps import AppConfig
from django.db.backends.signals import connection_created


def tune(connection, **_):
    """A commit does not wait for the disk: WAL's usual setting, and PocketBase's."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA cache_size = -16000")
        cursor.execute("PRAGMA mmap_size = 268435456")


class ShopConfig(AppConfig):
    name = "shop"

    def ready(self):
        connection_created.connect(tune)
