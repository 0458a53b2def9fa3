"""What calls from other systems have in common, vendors' and shops': a bounded raw body, a short JSON answer."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse


def bounded_body(request: HttpRequest, largest: int) -> bytes | None:
    """The raw bytes, None when there are too many; never more than the limit is held."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdecimal() or int(declared) > largest:
        return None
    body: bytes = request.read(largest + 1)
    return None if len(body) > largest else body


def answer(status: int, code: str, **more: object) -> JsonResponse:
    """A JSON object with the stable code."""
    return JsonResponse({"code": code, **more}, status=status)


def only_posts() -> JsonResponse:
    """To every other method."""
    refused = answer(405, "method_not_allowed")
    refused["Allow"] = "POST"
    return refused
