"""How the questions of an exam did: a page for the course team, and the same as a file. Nobody's name is in them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .. import conf
from ..domain.errors import ExamError
from ..exports.tables import BYTE_ORDER_MARK, write_csv
from ..models import Exam
from ..presenter import dates
from ..services import items
from . import door, item_table, item_words, staff


@require_GET
@never_cache
@transaction.non_atomic_requests
def page(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Figures, plot, table, and each question with its key."""
    try:
        visit = door.enter_as_staff(request, exam_id)
    except ExamError as error:
        return door.refused_page(error)
    found, locale = items.report(visit.exam), dates.locale_for(door.language())
    context = {
        **item_words.context(found, locale, lambda question: _correction(visit.exam, question)),
        "csv_url": reverse("proctored_exam:items_csv", args=[exam_id]),
        "own_styles": static("proctored_exam_xblock/css/items.css"),
        "script": static("proctored_exam_xblock/js/items.js"),
    }
    return staff.render("items", visit, "items", _("Questions"), context)


def _correction(exam: Exam, question_id: str) -> str:
    """Where the key of a question is corrected."""
    return f"{reverse('proctored_exam:regrade', args=[exam.pk])}?{urlencode({'question': question_id})}"


@require_GET
@never_cache
@transaction.non_atomic_requests
def table(request: HttpRequest, exam_id: int) -> HttpResponse:
    """The figures as CSV, as the language's Excel opens it; ``?header=codes`` for programs: codes, comma, point."""
    try:
        visit = door.enter_as_staff(request, exam_id)
    except ExamError as error:
        return door.refused_page(error)
    found, coded = items.report(visit.exam), request.GET.get("header") == "codes"
    french = door.language() == "fr" and not coded
    answer = HttpResponse(BYTE_ORDER_MARK, content_type="text/csv; charset=utf-8")
    header, rows = item_table.columns(found.items, coded=coded), item_table.rows(found.items, coded=coded)
    write_csv(answer, header, rows, delimiter=";" if french else ",", decimal="," if french else ".")
    day = conf.now().astimezone(found.policy.zone).date()
    name = slugify(f"{found.policy.title} {_('Questions')} {day.isoformat()}")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
