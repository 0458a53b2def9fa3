"""Addresses of the demo campus; outside tests rely on them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from . import courseware, crowd, dashboard, learners, mailbox, pages, shop, simulators

urlpatterns = [
    path("", pages.index, name="index"),
    path("demo/sign-in/<slug:username>/", pages.sign_in, name="sign_in"),
    path("demo/sign-out/", pages.sign_out, name="sign_out"),
    path("demo/language/<slug:code>/", pages.language, name="language"),
    path("demo/clock/", pages.time_machine, name="clock"),
    path("demo/shop/", shop.page, name="shop"),
    path("demo/mail/", mailbox.mailbox, name="mail"),
    path("demo/mail/<int:number>/html/", mailbox.html, name="mail_html"),
    path("demo/mail/attachments/<int:number>/", mailbox.attachment, name="mail_attachment"),
    path("account/", pages.account, name="account"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/enrol/<slug:slug>/", dashboard.enrol, name="enrol"),
    path("courses/<slug:slug>/", courseware.course, name="course"),
    path("courses/<slug:slug>/unit/", courseware.unit, name="unit"),
    path("courses/<slug:slug>/board/", courseware.board, name="board"),
    path("courses/<slug:slug>/corrections/", courseware.corrections, name="corrections"),
    path("courses/<slug:slug>/items/", courseware.items, name="items"),
    path("courses/<slug:slug>/crowd/", crowd.add, name="crowd"),
    path("courses/<slug:slug>/author/", courseware.author, name="author"),
    path("courses/<slug:slug>/progress/", learners.progress, name="progress"),
    path("courses/<slug:slug>/learners/", learners.learners, name="learners"),
    re_path(
        r"^courses/(?P<slug>[-\w]+)/xblock/(?P<door>handler|handler_noauth)/(?P<name>\w+)(?:/(?P<suffix>.*))?$",
        courseware.handler,
        name="block_handler",
    ),
    path("xblock/resource/<slug:block_type>/<path:path>", courseware.resource, name="block_resource"),
    path("simulators/<slug:vendor>/", simulators.proxy, name="simulator"),
    path("simulators/<slug:vendor>/<path:rest>", simulators.proxy),
    path("proctored_exam/", include("proctored_exam_xblock.urls", namespace="proctored_exam")),
    path("admin/", admin.site.urls),
]
