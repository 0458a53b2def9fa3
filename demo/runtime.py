"""The xblock-sdk runtime as the campus needs it: the session's user, addresses by course, ids that need no register.

Teaches nothing new to blocks: services and attributes are named as the LMS names them.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from web_fragments.fragment import Fragment
from workbench.runtime import WorkbenchRuntime
from xblock.core import XBlock
from xblock.exceptions import NoSuchUsage
from xblock.fields import ScopeIds
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import IdReader, Runtime

from .courses import BLOCK_TYPE, Course
from .host import Host


class StatelessIds(IdReader):
    """Reads the sdk's ids (scenario.type.dN.uN) instead of remembering them, so that any process knows any block."""

    def get_definition_id(self, usage_id: str) -> str:
        return usage_id.rpartition(".")[0]

    def get_block_type(self, def_id: str) -> str:
        try:
            return def_id.split(".")[1]
        except IndexError:
            raise NoSuchUsage(def_id) from None

    def get_definition_id_from_aside(self, aside_id: str) -> str:
        raise NoSuchUsage(aside_id)

    def get_usage_id_from_aside(self, aside_id: str) -> str:
        raise NoSuchUsage(aside_id)

    def get_aside_type_from_usage(self, aside_id: str) -> str:
        raise NoSuchUsage(aside_id)

    def get_aside_type_from_definition(self, aside_id: str) -> str:
        raise NoSuchUsage(aside_id)


class CampusUserService(UserService):
    """The session's user with the LMS's attribute names."""

    def __init__(self, user: AbstractBaseUser | AnonymousUser, course_key: str) -> None:
        super().__init__()
        self._user = _xblock_user(user, course_key)

    def get_current_user(self) -> XBlockUser:
        return self._user


class CampusRuntime(WorkbenchRuntime):
    """One course's block for one user.

    Args:
        user: of the session; anonymous is fine.
        course: whose block is shown.
    """

    def __init__(self, user: AbstractBaseUser | AnonymousUser, course: Course) -> None:
        self.learner_id = str(user.pk) if user.is_authenticated else None
        super().__init__(user_id=self.learner_id)
        self.id_reader = StatelessIds()
        self.course = course
        self.user_is_staff = user.is_authenticated and Host().is_course_staff(user.pk, course.course_key)
        self._services["user"] = CampusUserService(user, course.course_key)

    @property
    def is_author_mode(self) -> bool:
        """The campus has no Studio of its own: who is of the course team may write the block's content here."""
        return bool(self.user_is_staff)

    def exam(self) -> XBlock:
        """The course's exam block."""
        usage_id = self.course.usage_id
        ids = ScopeIds(self.learner_id, BLOCK_TYPE, self.id_reader.get_definition_id(usage_id), usage_id)
        block = self.construct_xblock_from_class(self.load_block_type(BLOCK_TYPE), ids)
        self._patch_xblock(block)
        return block

    def _patch_xblock(self, block: XBlock) -> None:
        """Only what the LMS gives to every block; the sdk would put stand-ins over ``due`` and others."""
        block.course_id = self.course.course_key

    def _wrap_ele(self, block: XBlock, view: str, frag: Fragment, extra_data: Any = None) -> Fragment:
        """A script of our own instead of the sdk's, which asks for jQuery and ``?student=``."""
        wrapped = Runtime._wrap_ele(self, block, view, frag, extra_data)
        wrapped.add_javascript_url(static("demo/runtime.js"))
        return wrapped

    def handler_url(
        self, block: XBlock, handler_name: str, suffix: str = "", query: str = "", thirdparty: bool = False
    ) -> str:
        """Address of a handler; with ``thirdparty`` the one that checks neither session nor CSRF."""
        if not getattr(getattr(block, handler_name, None), "_is_xblock_handler", False):
            raise ValueError(f"{handler_name!r} is not a handler name")
        path = "handler_noauth" if thirdparty else "handler"
        url = reverse("block_handler", args=[self.course.slug, path, handler_name])
        return url + (f"/{suffix}" if suffix else "") + (f"?{query}" if query else "")

    def local_resource_url(self, block: XBlock, uri: str) -> str:
        """Address of a file inside the block's package; large ones are static files, as all are in the LMS."""
        if uri.endswith(".bin"):
            return static(uri)
        return reverse("block_resource", args=[block.scope_ids.block_type, uri])


def _xblock_user(user: AbstractBaseUser | AnonymousUser, course_key: str) -> XBlockUser:
    if not user.is_authenticated:
        anonymous = XBlockUser(is_current_user=True)
        anonymous.opt_attrs["edx-platform.is_authenticated"] = False
        return anonymous
    host = Host()
    known = XBlockUser(is_current_user=True, emails=[user.email], full_name=user.get_full_name())
    staff = host.is_course_staff(user.pk, course_key)
    attributes = {
        "user_id": user.pk,
        "username": user.username,
        "anonymous_user_id": host.anonymous_id(user.pk, course_key),
        "is_authenticated": True,
        "user_is_staff": staff,
        "global_staff": user.is_superuser,
        "user_role": "staff" if staff else "student",
        "user_preferences": {"pref-lang": get_language() or "fr", "time_zone": "Europe/Paris"},
    }
    known.opt_attrs.update({f"edx-platform.{name}": value for name, value in attributes.items()})
    return known
