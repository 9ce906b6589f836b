from django.urls import path

from canbao.web.department import department

urlpatterns = [path("", department.department, name="department")]
