"""The candidate's file before the exam, as staff see it: steps, eligibility, terms accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.timezone import template_localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import conf, models
from ..domain.eligibility import Missing, Requirement
from ..domain.errors import ExamError
from ..domain.journey import onboarding_steps
from ..exports.tables import write_csv
from ..messages import text
from ..services import dossier as files
from ..services import eligibility, terms
from .rows import ReadOnly


class TermsAcceptanceInline(admin.TabularInline):
    """Every version that the candidate accepted."""

    model = models.TermsAcceptance
    fields = readonly_fields = ("accepted_at", "version", "language", "read")
    extra = 0
    can_delete = False
    verbose_name_plural = gettext_lazy("Terms of use that were accepted")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("Texts"))
    def read(self, row: models.TermsAcceptance) -> str:
        """What was read, by source, version and language."""
        return ", ".join(map(str, row.texts.order_by("source")))


@admin.display(description=gettext_lazy("Steps before booking"))
def steps(candidacy: models.Candidacy) -> str:
    """Each step, whether it is done and when; as the candidate's own page has it."""
    try:
        dossier = files.read(files.of_candidacy(candidacy.pk), conf.now())
    except ExamError as error:
        return text(error)
    done = dossier.facts.onboarding
    moments = {
        "equipment": done.equipment_checked_at,
        "terms": done.terms_accepted_at,
        "name": done.name_confirmed_at,
        "information": done.information_saved_at,
    }
    rows = [
        (_step(name), _("Done") if finished else _("To do"), _at(moments.get(name)))
        for name, finished in onboarding_steps(dossier.facts, dossier.policy).items()
    ]
    if dossier.facts.email_is_refused:
        rows.append((_("E-mail"), _("An address with an alias: the service refuses it"), ""))
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: <b>{}</b> {}</li>", rows))


def _step(name: str) -> str:
    return {
        "equipment": _("Technical compliance"),
        "terms": _("Terms of use"),
        "name": _("First and last name"),
        "information": _("Your information"),
        "payment": _("Payment"),
    }.get(name, name)


def _at(moment: datetime | None) -> str:
    return localize(template_localtime(moment)) if moment is not None else ""


@admin.display(description=gettext_lazy("Eligibility"))
def lacks(candidacy: models.Candidacy) -> str:
    """What keeps the candidate out now, as their own page says it."""
    try:
        dossier = files.read(files.of_candidacy(candidacy.pk), conf.now())
    except ExamError as error:
        return text(error)
    course_key = dossier.exam.course_key
    missing = eligibility.missing(candidacy.user_id, course_key, dossier.policy, dossier.appointment)
    if not missing:
        return _("Nothing is missing.")
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", [(_lack(item),) for item in missing]))


def _lack(item: Missing) -> str:
    title = {
        Requirement.ENROLMENT: _("Enrolment for the certification"),
        Requirement.GROUP: _("Group"),
    }.get(item.code, item.title)
    values = {"title": title, "needed": ", ".join(item.needed), "have": ", ".join(item.have) or "-"}
    return _("%(title)s: needed %(needed)s, has %(have)s") % values


@admin.register(models.TermsText)
class TermsTextAdmin(ReadOnly):
    list_display = ("source", "version", "language", "first_seen_at", "digest")
    list_filter = ("source", "language", "version")


@admin.register(models.TermsAcceptance)
class TermsAcceptanceAdmin(ReadOnly):
    list_display = ("candidacy", "user", "version", "language", "accepted_at")
    list_filter = ("candidacy__exam", "version", "language")
    list_select_related = ("candidacy__user", "candidacy__exam")
    search_fields = ("candidacy__user__username", "candidacy__user__email")
    date_hierarchy = "accepted_at"
    actions = ("export",)

    @admin.display(description=gettext_lazy("User name"))
    def user(self, row: models.TermsAcceptance) -> str:
        """Whose it is."""
        return row.candidacy.user.get_username()

    @admin.action(description=gettext_lazy("Export as CSV"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """The rows that were selected, as the command ``export_terms`` writes them."""
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="terms.csv"'
        rows = queryset.select_related("candidacy__user", "candidacy__exam").prefetch_related("texts")
        ordered = rows.order_by("accepted_at", "pk")
        write_csv(answer, terms.EXPORT_HEADER, (terms.export_row(row, row.candidacy.exam.usage_key) for row in ordered))
        return answer
