"""Where vendors call us: signature over the raw bytes first, one insert, a short answer; what it means is asked later.

Nothing is read from the database before the signature is verified, and nothing of the body is logged or kept.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from . import conf
from .backends.base import BackendError, BadEvent, BadSignature
from .domain.errors import Gone
from .outside_calls import answer, bounded_body, only_posts
from .services import events

log = logging.getLogger(__name__)
LARGEST_BODY = 256 * 1024


@csrf_exempt
@never_cache
@transaction.non_atomic_requests
def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """One call of a vendor.

    Args:
        slug: the service's name in our settings.

    Returns:
        200 for an event that is kept or was known; 400 ``bad_event`` or ``stale``, 403 ``bad_signature``, 404, 405,
        413: a JSON object with the code.
    """
    if request.method != "POST":
        return only_posts()
    try:
        backend = events.receiver(slug)
        body = bounded_body(request, LARGEST_BODY)
        if body is None:
            return answer(413, "payload_too_large")
        event = backend.parse_event({name.lower(): value for name, value in request.headers.items()}, body)
        is_new = events.receive(backend, event, conf.now())
    except Gone as error:
        return answer(404, error.code)
    except UnreadablePostError:
        return answer(400, "unreadable")
    except BadSignature as error:
        log.warning("vendor %s: a call with a wrong signature", slug)
        return answer(403, error.code)
    except BadEvent as error:
        log.warning("vendor %s: a signed call that is no event", slug)
        return answer(400, error.code)
    except events.Stale:
        log.warning("vendor %s: an event of another day", slug)
        return answer(400, "stale")
    except BackendError as error:
        log.error("vendor %s: %s while reading its call", slug, error.code)
        return answer(503, error.code)
    return answer(200, "kept" if is_new else "known")
