"""The LTI 1.1 launch: an OAuth 1.0 signature checked by hand, then a session for that user and resource link."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from .store import Session, Store

WINDOW = timedelta(minutes=5)
_REQUIRED = {"lti_message_type": "basic-lti-launch-request", "lti_version": "LTI-1p0"}


class BadLaunch(Exception):
    """The text says why, for the page shown."""


def verify(
    params: Mapping[str, Any], addresses: Iterable[str], store: Store, now: datetime, *, key: str, secret: str
) -> None:
    """RFC 5849, section 3.4, with HMAC-SHA1 and the parameters of address and form together.

    Args:
        addresses: where the form may have been posted to, as the browser saw it.

    Raises:
        BadLaunch: not signed by this key for this moment, or seen before.
    """
    if params.get("oauth_consumer_key") != key or params.get("oauth_signature_method") != "HMAC-SHA1":
        raise BadLaunch("clé ou méthode de signature inconnue")
    given = str(params.get("oauth_signature") or "")
    right = [signature("POST", address, params, secret) for address in addresses]
    if not any(hmac.compare_digest(given.encode(), wanted.encode()) for wanted in right):
        raise BadLaunch("signature fausse")
    stamp = str(params.get("oauth_timestamp") or "")
    if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > WINDOW.total_seconds():
        raise BadLaunch("lien trop ancien")
    nonce = str(params.get("oauth_nonce") or "")
    if not nonce or not store.use_nonce(f"lti:{stamp}:{nonce}", now):
        raise BadLaunch("lien déjà utilisé")
    for name, wanted in _REQUIRED.items():
        if params.get(name) != wanted:
            raise BadLaunch(f"{name} est absent")


def signature(method: str, address: str, params: Mapping[str, Any], secret: str) -> str:
    """Base64 of the HMAC-SHA1 of method, address and sorted parameters, each percent-encoded twice over."""
    parts = urlsplit(address)
    base_address = f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path}"
    pairs = sorted(
        (_encoded(name), _encoded(str(value))) for name, value in params.items() if name != "oauth_signature"
    )
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(_encoded(part) for part in (method.upper(), base_address, joined))
    raw = hmac.new(f"{_encoded(secret)}&".encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(raw).decode()


def session_of(params: Mapping[str, Any], exam_id: int, store: Store, now: datetime) -> Session:
    """The session of this user and link, made at the first launch.

    Raises:
        BadLaunch: the launch does not say who or what.
    """
    user_id, link = str(params.get("user_id") or ""), str(params.get("resource_link_id") or "")
    if not user_id or not link:
        raise BadLaunch("user_id ou resource_link_id est absent")
    known = store.by_launch(exam_id, user_id, link)
    returns = str(params.get("launch_presentation_return_url") or "")
    if known is not None:
        return store.save(replace(known, return_url=returns))
    return store.add(
        Session(
            exam_id=exam_id,
            name=str(params.get("lis_person_name_full") or user_id),
            email=str(params.get("lis_person_contact_email_primary") or ""),
            created_at=now.isoformat(),
            user_id=user_id,
            link=link,
            context=str(params.get("context_id") or ""),
            return_url=returns,
        )
    )


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
