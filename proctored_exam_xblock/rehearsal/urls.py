"""Addresses of the rehearsal: nobody serves them, but the links that candidates are given are made from them."""

from django.urls import include, path

urlpatterns = [path("proctored_exam/", include("proctored_exam_xblock.urls"))]
