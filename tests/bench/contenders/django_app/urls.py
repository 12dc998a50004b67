from django.urls import path
from shop.views import ItemDetail, ItemList, product_list

urlpatterns = [
    path("item/<int:pk>", ItemDetail.as_view()),
    path("item", ItemList.as_view()),
    path("product", product_list),
]
