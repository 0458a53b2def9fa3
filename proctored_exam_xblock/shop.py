"""Where outside shops call us: an order is paid or refunded, may it be refunded? Signed, single, answered in JSON.

As with vendors nothing is read from the database before the signature is verified, and nothing of a call is logged.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from . import conf
from .domain.errors import (
    BadCall,
    BadRequest,
    ExamError,
    OrderDiffers,
    PayloadTooLarge,
    StaleCall,
    UnsupportedMediaType,
)
from .json_body import read_object
from .outside_calls import answer, bounded_body, only_posts
from .services import payments, shops
from .services.shops import Subject

log = logging.getLogger(__name__)
LARGEST_BODY = 16 * 1024
_SUBJECT = {"order", "exam", "username", "email"}
_LONGEST_TEXT = 400
Deed = Callable[[str, dict[str, Any], datetime], JsonResponse]


@csrf_exempt
@never_cache
@transaction.non_atomic_requests
def orders(request: HttpRequest, shop: str) -> HttpResponse:
    """An order is paid, or refunded: 200 ``recorded``, or ``known`` when it is told again."""
    return _call(request, shop, _order)


@csrf_exempt
@never_cache
@transaction.non_atomic_requests
def refundable(request: HttpRequest, shop: str) -> HttpResponse:
    """May an order, or a learner's payment, be refunded? 200 with ``refundable``, ``reasons`` and ``until``."""
    return _call(request, shop, _refundable)


def _call(request: HttpRequest, shop: str, deed: Deed) -> HttpResponse:
    if request.method != "POST":
        return only_posts()
    try:
        now = conf.now()
        return deed(shop, _verified(request, shop, now), now)
    except UnreadablePostError:
        return answer(400, "unreadable")
    except (BadCall, StaleCall) as error:
        log.warning("shop %s: a call refused, %s", shop, error.code)
        return answer(error.status, error.code)
    except ExamError as error:
        log.info("shop %s: %s", shop, error.code)
        return answer(error.status, error.code, **({"field": error.field} if error.field else {}))


def _verified(request: HttpRequest, shop: str, now: datetime) -> dict[str, Any]:
    raw = bounded_body(request, LARGEST_BODY)
    if raw is None:
        raise PayloadTooLarge(limit=LARGEST_BODY)
    headers = {name.lower(): value for name, value in request.headers.items()}
    nonce = shops.verify(shop, "POST", request.get_full_path(), headers, raw, now)
    shops.take(shop, nonce, now)
    if (request.content_type or "").lower() != "application/json":
        raise UnsupportedMediaType()
    return read_object(raw)


def _order(shop: str, body: dict[str, Any], now: datetime) -> JsonResponse:
    _only(body, {"reference", "status", "at", *_SUBJECT})
    reference, at, subject = _reference(body), _instant(body, now), _subject(body)
    if body.get("status") == "paid":
        exam, user_id = shops.find(subject, now)
        is_new = payments.record_paid(payments.Order(exam, user_id, shop, reference), at, f"shop:{shop}", now)
    elif body.get("status") == "refunded":
        row = shops.find_order(shop, reference)
        if subject.is_named:
            exam, user_id = shops.find(subject, now)
            if (exam.pk, user_id) != (row.exam_id, row.user_id):
                raise OrderDiffers("reference")
        is_new = payments.record_refunded(row, at, f"shop:{shop}", now)
    else:
        raise BadRequest("status")
    return answer(200, "recorded" if is_new else "known")


def _refundable(shop: str, body: dict[str, Any], now: datetime) -> JsonResponse:
    _only(body, {"reference", *_SUBJECT})
    subject = _subject(body)
    if "reference" in body:
        if subject.is_named:
            raise BadRequest("reference")
        row = shops.find_order(shop, _reference(body))
        found = payments.refund_answer(row.exam, row.user_id, now, row)
    else:
        found = payments.refund_answer(*shops.find(subject, now), now)
    return JsonResponse(payments.as_json(found))


# --- strict types -------------------------------------------------------------------------------------------------


def _only(body: dict[str, Any], known: set[str]) -> None:
    """A name that is not known is a misunderstanding, and money is involved."""
    for name in body:
        if name not in known:
            raise BadRequest(name[:64])


def _text(body: dict[str, Any], name: str) -> str:
    value = body[name]
    if not isinstance(value, str) or not value or len(value) > _LONGEST_TEXT:
        raise BadRequest(name)
    return value


def _reference(body: dict[str, Any]) -> str:
    value = body.get("reference")
    if not isinstance(value, str) or not re.fullmatch(payments.REFERENCE, value):
        raise BadRequest("reference")
    return value


def _subject(body: dict[str, Any]) -> Subject:
    said = {name: _text(body, name) for name in sorted(_SUBJECT & set(body))}
    return Subject(said.get("order", ""), said.get("exam", ""), said.get("username", ""), said.get("email", ""))


def _instant(body: dict[str, Any], now: datetime) -> datetime:
    """Of the past, or so little ahead as two clocks may be apart."""
    try:
        moment = datetime.fromisoformat(_text(body, "at") if "at" in body else "")
        if moment.tzinfo is None or moment.astimezone(UTC) > now + shops.TOLERANCE:
            raise BadRequest("at")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest("at") from None
