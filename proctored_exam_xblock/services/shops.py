"""Calls of outside shops: the signature that proves them, the nonce that makes each one single, whom they are about.

docs/shops.md is the shops' side of this.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction

from .. import compat, conf
from ..domain.errors import BadCall, BadRequest, Gone, Replayed, StaleCall, UnknownExam, UnknownLearner, UnknownOrder
from ..models import Candidacy, Exam, Payment, ShopCall
from . import payments
from .dossier import Dossier

TOLERANCE = timedelta(minutes=5)
"""How far a call's time may be from ours."""
TOKEN_DAYS = 30
_KEPT = 3 * TOLERANCE
_MOST_FORGOTTEN = 100
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SALT = "proctored-exam-order"


# --- proof --------------------------------------------------------------------------------------------------------


def verify(shop: str, method: str, path: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Check who calls and when. No row is read.

    Args:
        path: of the request, with its query.
        headers: by lower-case name.
        body: raw.

    Returns:
        The call's nonce, for :func:`take`.

    Raises:
        Gone: no such shop here, or one without a secret.
        BadCall: no signature that fits.
        StaleCall: signed more than five minutes from our time.
    """
    secrets = conf.shop_secrets(shop)
    if not secrets:
        raise Gone()
    timestamp, nonce = headers.get("x-shop-timestamp", ""), headers.get("x-shop-nonce", "")
    given = headers.get("x-shop-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _NONCE.fullmatch(nonce) or not given.isascii():
        raise BadCall()
    said = "\n".join((method, path, timestamp, nonce, "")).encode() + body
    fits = [hmac.compare_digest(_hmac(secret, said), given) for secret in secrets]
    if not any(fits):
        raise BadCall()
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise StaleCall()
    return nonce


def _hmac(secret: str, said: bytes) -> str:
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def take(shop: str, nonce: str, now: datetime) -> None:
    """Use a call up, also one that is refused afterwards: whoever tries again signs again.

    Raises:
        Replayed: it was taken before.
    """
    old = ShopCall.objects.filter(received_at__lt=now - _KEPT).order_by("pk").values_list("pk", flat=True)
    forgotten = list(old[:_MOST_FORGOTTEN])
    if forgotten:
        ShopCall.objects.filter(pk__in=forgotten).delete()
    try:
        with transaction.atomic():
            ShopCall.objects.create(shop=shop, nonce=nonce, received_at=now)
    except IntegrityError:
        raise Replayed() from None


# --- whom and what ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """Whom a call is about, as the shop says it: a pay link's token, or an exam and one name of the learner."""

    token: str = ""
    exam: str = ""
    username: str = ""
    email: str = ""

    @property
    def is_named(self) -> bool:
        """True when somebody is named, well or not."""
        return bool(self.token or self.exam or self.username or self.email)


def pay_url(dossier: Dossier) -> str:
    """The shop's page for this candidate, '' where the exam has none: ``{order}`` becomes a token that only we can
    read, ``{exam}`` and ``{return_url}`` the exam and its page, ``{language}`` the candidate's."""
    places = {
        "order": _token(dossier.own, dossier.now),
        "exam": dossier.exam.usage_key,
        "return_url": compat.host().block_url(dossier.exam.usage_key),
        "language": dossier.caller.language,
    }
    address = dossier.policy.payment_url
    for name, value in places.items():
        address = address.replace(f"{{{name}}}", quote(value, safe=""))
    return address


def _token(candidacy: Candidacy, now: datetime) -> str:
    return Signer(salt=_SALT).sign(f"{candidacy.pk}.{int(now.timestamp())}")


def _of_token(token: str, now: datetime) -> Candidacy:
    try:
        number, made = Signer(salt=_SALT).unsign(token).split(".")
        age = now - datetime.fromtimestamp(int(made), UTC)
        if age > timedelta(days=TOKEN_DAYS):
            raise UnknownLearner("order")
        return Candidacy.objects.select_related("exam__current_version").get(pk=int(number))
    except (BadSignature, ValueError, Candidacy.DoesNotExist):
        raise UnknownLearner("order") from None


def find(subject: Subject, now: datetime) -> tuple[Exam, int]:
    """The exam and the learner's id.

    Raises:
        BadRequest: neither a token alone, nor an exam with one name.
        UnknownExam, UnknownLearner: not here; a token forged or older than 30 days; more than one has the address.
    """
    if subject.token:
        if subject.exam or subject.username or subject.email:
            raise BadRequest("order")
        candidacy = _of_token(subject.token, now)
        return candidacy.exam, candidacy.user_id
    if not subject.exam or bool(subject.username) == bool(subject.email):
        raise BadRequest("exam" if not subject.exam else "username")
    exam = Exam.objects.select_related("current_version").filter(usage_key=subject.exam).first()
    if exam is None or exam.current_version is None:
        raise UnknownExam("exam")
    named = {"username": subject.username} if subject.username else {"email__iexact": subject.email}
    found = list(get_user_model().objects.filter(**named).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        raise UnknownLearner("username" if subject.username else "email")
    return exam, int(found[0])


def find_order(shop: str, reference: str) -> Payment:
    """An order of this shop.

    Raises:
        UnknownOrder: it never told us of it.
    """
    rows = Payment.objects.select_related("exam__current_version")
    row = rows.filter(order_key=payments.key_of(shop, reference)).first()
    if row is None or row.reference != reference:
        raise UnknownOrder("reference")
    return row
