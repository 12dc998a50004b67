from rest_framework import generics, serializers

from shop.models import Item


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ["id", "category_id", "name", "price_cents", "note", "active", "created_at"]


class ItemDetail(generics.RetrieveAPIView):
    queryset = Item.objects.filter(active=True)
    serializer_class = ItemSerializer


class ItemList(generics.ListCreateAPIView):
    """The first 20 items of a category by id; POST adds an item."""

    serializer_class = ItemSerializer

    def get_queryset(self):
        category = int(self.request.query_params["category_id"])
        return Item.objects.filter(active=True, category_id=category).order_by("id")[:20]
