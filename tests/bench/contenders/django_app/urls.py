from django.urls import path
from shop.views import ItemDetail, ItemList

urlpatterns = [
    path("item/<int:pk>", ItemDetail.as_view()),
    path("item", ItemList.as_view()),
]
