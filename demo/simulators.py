"""The vendor's side under the campus's own address: passes /simulators/<vendor>/ on to the simulator's process."""

from __future__ import annotations

import logging
from functools import lru_cache

import httpx
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

logger = logging.getLogger(__name__)

# Of one connection, not of the message (RFC 9110, 7.6.1), or computed anew.
_NOT_PASSED = {
    "connection",
    "content-encoding",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "date",
    "server",
}
_SECONDS = 130  # a simulator may be told to be slow


@csrf_exempt
@xframe_options_exempt
def proxy(request: HttpRequest, vendor: str, rest: str = "") -> HttpResponse:
    """One request passed on, its answer passed back."""
    if vendor not in settings.SIMULATOR_PORTS:
        raise Http404(vendor)
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in _NOT_PASSED]
    headers = [(name, value) for name, value in headers if value]
    try:
        answer = _client().request(
            request.method or "GET", address(vendor, request.get_full_path()), headers=headers, content=request.body
        )
    except httpx.HTTPError as error:
        logger.warning("simulator %s: %s", vendor, type(error).__name__)
        return HttpResponse("The simulator does not answer.", status=502, content_type="text/plain; charset=utf-8")
    response = HttpResponse(answer.content, status=answer.status_code)
    del response["Content-Type"]
    for name, value in answer.headers.multi_items():
        if name.lower() == "set-cookie":
            response.cookies.load(value)
        elif name.lower() not in _NOT_PASSED:
            response[name] = value
    return response


def address(vendor: str, path: str) -> str:
    """Where ``path`` (from the root, with query) is on the simulator's own port."""
    return f"http://127.0.0.1:{settings.SIMULATOR_PORTS[vendor]}{path}"


def set_clocks(moment: str) -> None:
    """Move every simulator to ``moment`` (ISO, UTC); one that does not run is left alone."""
    for vendor in settings.SIMULATOR_PORTS:
        try:
            _client().post(address(vendor, f"/simulators/{vendor}/clock/"), json={"now": moment}, timeout=5)
        except httpx.HTTPError as error:
            logger.warning("simulator %s keeps its clock: %s", vendor, type(error).__name__)


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    return httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False)
