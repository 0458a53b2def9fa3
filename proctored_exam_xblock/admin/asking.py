"""An admin action that asks something first, a reason above all, on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..domain.errors import ExamError
from ..messages import text

TEMPLATE = "proctored_exam_xblock/admin/asking.html"


class ReasonForm(forms.Form):
    """Why, in the operator's words."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=255, widget=forms.TextInput(attrs={"size": 80}))


def ask(
    page: admin.ModelAdmin[Any],
    request: HttpRequest,
    rows: QuerySet[Any],
    form: type[forms.Form],
    title: str,
    deed: Callable[[Any, Mapping[str, Any]], object],
) -> TemplateResponse | None:
    """Show the form, or do the deed to each row once the form is filled in.

    Args:
        page: the list the action belongs to.
        request: of the action, or of the form that came back.
        rows: what was selected.
        form: what to ask.
        title: heading of the form.
        deed: called with a row and what was answered; an ExamError is shown and stops no other row.

    Returns:
        The page with the form, None (back to the list) when all is done.
    """
    filled = form(request.POST) if "answered" in request.POST else form()
    if filled.is_bound and filled.is_valid():
        report(page, request, rows, lambda row: deed(row, filled.cleaned_data))
        return None
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "form": filled,
        "rows": list(rows),
        "action": request.POST.get("action", ""),
        "opts": page.model._meta,
    }
    return TemplateResponse(request, TEMPLATE, context)


def report(
    page: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], deed: Callable[[Model], object]
) -> None:
    """Do the deed to each row, and say how many it was done to and what was refused."""
    done = 0
    for row in rows:
        try:
            deed(row)
            done += 1
        except ExamError as error:
            page.message_user(request, f"{row}: {text(error)} [{error.code}]", messages.ERROR)
    if done:
        page.message_user(request, _("Done: %(count)d") % {"count": done}, messages.SUCCESS)
