"""An outside shop: shows an order, takes no money, and tells the exam by the signed calls that docs/shops.md describes.

It knows of the learner only what the pay link brought: a token that it hands back.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

import httpx
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from proctored_exam_xblock.domain.policy_json import policy_from_json

from . import clock
from .courses import COURSES, PAID, by_usage
from .runtime import CampusRuntime

SHOP = "demo"
_SECONDS = 15


@login_required(login_url="index")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One order: to be paid, paid or refunded. A payment leads back to the course, as a shop does."""
    asked = request.POST if request.method == "POST" else request.GET
    course, token = _course(asked.get("exam") or COURSES[PAID].usage_id), asked.get("order", "")
    orders: dict[str, Any] = request.session.setdefault("orders", {})
    request.session.modified = True
    order = orders.setdefault(course.slug, {"reference": _reference(), "state": "open"})
    failure = ""
    if request.method == "POST":
        failure = _act(order, request.POST.get("action", ""), token)
        if not failure and order["state"] == "paid":
            return redirect(_back(request, asked.get("return_url", "")))
    policy = policy_from_json(CampusRuntime(request.user, course).exam().policy)
    context = {
        "course": course,
        "order": order,
        "token": token,
        "price": policy.price,
        "return_url": _back(request, asked.get("return_url") or reverse("course", args=[course.slug])),
        "refund": _call("refundable", reference=order["reference"]) if order["state"] == "paid" else {},
        "failure": failure,
    }
    return render(request, "demo/shop.html", context)


def _course(usage_id: str) -> Any:
    try:
        return by_usage(usage_id)
    except KeyError:
        raise Http404(usage_id) from None


def _act(order: dict[str, Any], action: str, token: str) -> str:
    """Do it, and keep it once the exam has it; '' or the code of the refusal."""
    if action == "pay" and order["state"] != "paid":
        if order["state"] == "refunded":
            order["reference"] = _reference()
        answer = _call("orders", reference=order["reference"], status="paid", at=_now(), order=token)
    elif action == "refund" and order["state"] == "paid":
        if not _call("refundable", reference=order["reference"]).get("refundable"):
            return "not_refundable"
        answer = _call("orders", reference=order["reference"], status="refunded", at=_now())
    else:
        return ""
    if answer["code"] not in ("recorded", "known"):
        return str(answer["code"])
    order["state"] = "paid" if action == "pay" else "refunded"
    return ""


def _call(name: str, **content: str) -> dict[str, Any]:
    """One signed call over HTTP, as from another machine; the campus's clock is the shop's too."""
    path = f"/proctored_exam/shop/{SHOP}/{name}/"
    body = json.dumps(content).encode()
    timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
    said = "\n".join(("POST", path, timestamp, nonce, "")).encode() + body
    secret = settings.PROCTORED_EXAM["SHOPS"][SHOP]["secret"]
    headers = {
        "Content-Type": "application/json",
        "X-Shop-Timestamp": timestamp,
        "X-Shop-Nonce": nonce,
        "X-Shop-Signature": hmac.new(secret.encode(), said, hashlib.sha256).hexdigest(),
    }
    try:
        return dict(_client().post(settings.PUBLIC_URL + path, content=body, headers=headers).json())
    except (httpx.HTTPError, ValueError):
        return {"code": "unreachable"}


def _client() -> httpx.Client:
    return httpx.Client(timeout=_SECONDS, trust_env=False)


def _reference() -> str:
    return f"D-{secrets.token_hex(4).upper()}"


def _now() -> str:
    return clock.now().isoformat()


def _back(request: HttpRequest, target: str) -> str:
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "/dashboard/"
