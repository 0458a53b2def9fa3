"""Pages around the courses: accounts, sign-in, language, account, mailbox, time machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from . import clock, simulators, worker
from .accounts import ACCOUNTS, Account
from .courses import LISTED
from .models import Preference

_FARTHEST = timedelta(days=3650)


def index(request: HttpRequest) -> HttpResponse:
    """Accounts to sign in as, and what to try."""
    return render(request, "demo/index.html", {"accounts": ACCOUNTS.values(), "courses": LISTED})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, username: str) -> HttpResponse:
    """A session without a password, because there is nothing to protect here."""
    if username not in ACCOUNTS:
        raise Http404(username)
    user = get_user_model().objects.get(username=username)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):  # chosen before, by whoever it was
        Preference.objects.update_or_create(user=user, defaults={"language": request.LANGUAGE_CODE})
    return redirect(_next(request) or _home(ACCOUNTS[username]))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Back to the accounts."""
    logout(request)
    return redirect("index")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the language in a cookie and go back."""
    if code not in dict(settings.LANGUAGES):
        raise Http404(code)
    if request.user.is_authenticated:
        Preference.objects.update_or_create(user=request.user, defaults={"language": code})
    response = redirect(_next(request) or "index")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, samesite="Lax")
    return response


@login_required(login_url="index")
def account(request: HttpRequest) -> HttpResponse:
    """The name that goes on the certificate; editable, as on a real platform."""
    if request.method == "POST":
        user = request.user
        user.first_name = request.POST.get("first_name", "").strip()[:150] or user.first_name
        user.last_name = request.POST.get("last_name", "").strip()[:150] or user.last_name
        user.save(update_fields=["first_name", "last_name"])
        return redirect("account")
    return render(request, "demo/account.html")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def time_machine(request: HttpRequest) -> HttpResponse:
    """Read the campus's clock, or move it together with the simulators' clocks."""
    if request.method == "GET":
        return JsonResponse({"now": iso(clock.now())})
    try:
        moment = _wanted(_input(request))
    except (ValueError, TypeError, OverflowError):
        message = "Send advance=<seconds> or now=<ISO instant>, at most ten years away."
        return JsonResponse({"error": message}, status=400)
    moment = clock.set_to(moment)
    simulators.set_clocks(moment.isoformat())
    worker.wake()
    if target := _next(request):
        return HttpResponseRedirect(target)
    return JsonResponse({"now": iso(clock.now())})


def iso(moment: datetime) -> str:
    """UTC with milliseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _input(request: HttpRequest) -> dict[str, Any]:
    if request.content_type == "application/json":
        data = json.loads(request.body)
        if not isinstance(data, dict):
            raise TypeError("an object is expected")
        return data
    return {**request.GET.dict(), **request.POST.dict()}


def _wanted(data: dict[str, Any]) -> datetime:
    if data.get("now"):
        moment = datetime.fromisoformat(data["now"])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    else:
        moment = clock.now() + timedelta(seconds=float(data.get("advance", "missing")))
    if abs(moment - datetime.now(UTC)) > _FARTHEST:
        raise ValueError("too far")
    return moment


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else ""


def _home(account: Account) -> str:
    if account.home == "admin":
        return reverse("admin:index")
    with_course = account.home in {"course", "author", "board"}
    return reverse(account.home, args=[account.courses[0]]) if with_course else reverse(account.home)
