"""Plugin URLs: what a browser opens by itself, and what vendors call; all else goes through the XBlock's handlers."""

from __future__ import annotations

from django.urls import path

from . import shop, views, webhooks
from .console import board, items, regrade
from .providers import room as native_room

app_name = "proctored_exam"

urlpatterns = [
    path("launch/<str:token>/", views.launch, name="launch"),
    path("calendar/<str:token>/", views.calendar, name="calendar"),
    path("board/<int:exam_id>/", board.page, name="board"),
    path("board/<int:exam_id>/rows/", board.rows, name="board_rows"),
    path("board/<int:exam_id>/deeds/", board.deed, name="board_deed"),
    path("regrade/<int:exam_id>/", regrade.page, name="regrade"),
    path("regrade/<int:exam_id>/preview/", regrade.preview, name="regrade_preview"),
    path("regrade/<int:exam_id>/apply/", regrade.apply, name="regrade_apply"),
    path("regrade/<int:exam_id>/undo/", regrade.undo, name="regrade_undo"),
    path("regrade/<int:exam_id>/left/", regrade.left, name="regrade_left"),
    path("items/<int:exam_id>/", items.page, name="items"),
    path("items/<int:exam_id>/csv/", items.table, name="items_csv"),
    path("native/<slug:external_id>/", native_room.open_room, name="native_room"),
    path("webhooks/<slug:slug>/", webhooks.receive, name="webhook"),
    path("shop/<slug:shop>/orders/", shop.orders, name="shop_orders"),
    path("shop/<slug:shop>/refundable/", shop.refundable, name="shop_refundable"),
]
