"""The course: its page, the unit in the iframe, the author's page, and the addresses of the block."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect, ensure_csrf_cookie
from xblock.core import XBlock
from xblock.django.request import django_to_webob_request, webob_to_django_response
from xblock.exceptions import DisallowedFileError, NoSuchHandlerError

from proctored_exam_xblock.domain.clock import window_end
from proctored_exam_xblock.domain.errors import ExamError
from proctored_exam_xblock.domain.policy_json import policy_from_json
from proctored_exam_xblock.services import exams

from .courses import BLOCK_TYPE, COURSES, Course
from .host import Host
from .runtime import CampusRuntime


@login_required(login_url="index")
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """The learning MFE's page: header, outline crumbs, the unit as an iframe."""
    found = course_or_404(slug)
    runtime = CampusRuntime(request.user, found)
    context = {
        "course": found,
        "deadline": window_end(policy_from_json(runtime.exam().policy)),
        "unit_url": reverse("unit", args=[slug]),
        "is_staff": runtime.user_is_staff,
        "is_invigilator": Host().is_invigilator(request.user.pk, found.course_key) or runtime.user_is_staff,
    }
    return render(request, "demo/course.html", context)


@ensure_csrf_cookie
@login_required(login_url="index")
def unit(request: HttpRequest, slug: str) -> HttpResponse:
    """The unit alone, as the LMS serves it to the iframe."""
    return _block_page(request, slug, "student_view", "demo/unit.html")


@ensure_csrf_cookie
@login_required(login_url="index")
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """What Studio shows to the course team."""
    if not CampusRuntime(request.user, course_or_404(slug)).user_is_staff:
        return render(request, "demo/refused.html", status=403)
    return _block_page(request, slug, "studio_view", "demo/author.html")


@login_required(login_url="index")
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The invigilator's board of the course's exam, by a name that can be remembered."""
    return _page_of_exam("board", slug)


@login_required(login_url="index")
def items(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures of the exam's questions, likewise."""
    return _page_of_exam("items", slug)


def _page_of_exam(page: str, slug: str) -> HttpResponse:
    try:
        exam = exams.find(course_or_404(slug).usage_id)
    except ExamError:
        raise Http404(slug) from None
    return redirect(f"proctored_exam:{page}", exam.pk)


@login_required(login_url="index")
def corrections(request: HttpRequest, slug: str) -> HttpResponse:
    """The course team's page of corrections, by a name that can be remembered."""
    try:
        exam = exams.find(course_or_404(slug).usage_id)
    except ExamError:
        raise Http404(slug) from None
    return redirect("proctored_exam:regrade", exam.pk)


@csrf_exempt
def handler(request: HttpRequest, slug: str, door: str, name: str, suffix: str = "") -> HttpResponse:
    """Both doors of the LMS: ``handler`` wants a session and the CSRF header, ``handler_noauth`` wants nothing.

    As in the LMS neither looks at enrolment: that is the block's own business.
    """
    if door == "handler_noauth":
        return _handle(request, slug, name, suffix)
    if request.method == "POST" and not request.user.is_authenticated:
        return HttpResponse("Unauthenticated", status=403, content_type="text/plain; charset=utf-8")
    return csrf_protect(_handle)(request, slug, name, suffix)


@cache_control(no_cache=True)
def resource(request: HttpRequest, block_type: str, path: str) -> HttpResponse:
    """A file of the block's package below its public directory."""
    if block_type != BLOCK_TYPE or ".." in PurePosixPath(path).parts:
        raise Http404(path)
    try:
        with XBlock.load_class(block_type).open_local_resource(path) as file:
            content = file.read()
    except (DisallowedFileError, OSError):
        raise Http404(path) from None
    return HttpResponse(content, content_type=mimetypes.guess_type(path)[0] or "application/octet-stream")


def _handle(request: HttpRequest, slug: str, name: str, suffix: str) -> HttpResponse:
    runtime = CampusRuntime(request.user, course_or_404(slug))
    try:
        answer = runtime.handle(runtime.exam(), name, django_to_webob_request(request), suffix)
    except NoSuchHandlerError:
        raise Http404(name) from None
    return webob_to_django_response(answer)


def _block_page(request: HttpRequest, slug: str, view: str, template: str) -> HttpResponse:
    found = course_or_404(slug)
    block = CampusRuntime(request.user, found).exam()
    fragment = block.render(view, {})
    context = {
        "course": found,
        "title": str(found.unit),
        "handler_base": reverse("block_handler", args=[slug, "handler", "x"]).removesuffix("x"),
        "head": fragment.head_html(),
        "body": fragment.body_html(),
        "foot": fragment.foot_html(),
    }
    return render(request, template, context)


def course_or_404(slug: str) -> Course:
    """The course of an address."""
    try:
        return COURSES[slug]
    except KeyError:
        raise Http404(slug) from None
