from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "canbao.collection"
    label = "collection"
    verbose_name = "征缴"
