"""edx-proctoring's own URLs, where the LMS mounts them."""

from django.urls import include, path

from demo.urls import urlpatterns as campus

urlpatterns = [*campus, path("api/", include("edx_proctoring.urls"))]
