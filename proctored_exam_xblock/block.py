"""ProctoredExamXBlock: fields that authors write, views, OLX. Learner state is in rows, never in fields.

XBlock fields hold no secret: an OLX export would publish it. The one ``user_state`` field is a marker written at start,
because the LMS's rescore and reset tools walk over StudentModule rows.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation
from xblock.completable import CompletableXBlockMixin
from xblock.core import XBlock
from xblock.fields import Boolean, Dict, Scope, String

from . import authoring, compat, conf, olx, presenter, screens
from .domain.errors import ExamError
from .handlers import ExamHandlers
from .presenter import author
from .services import exams, grading
from .services.dossier import Caller

try:
    from web_fragments.fragment import Fragment
except ImportError:  # XBlock 6.2 and later, which need Python 3.12, bring their own
    from xblock.fragment import Fragment

_OWN_XML = frozenset({"display_name", "policy", "paper", "started", "unread_paper"})


@XBlock.needs("i18n")
@XBlock.wants("user", "completion", "studio_user_permissions", "replace_urls")
class ProctoredExamXBlock(ExamHandlers, CompletableXBlockMixin, XBlock):
    """A certifying, proctored final exam."""

    display_name = String(default="Examen final certifiant", scope=Scope.settings)
    policy = Dict(default={}, scope=Scope.settings, help="The exam's rules: an ExamPolicy as JSON.")
    paper = String(default="", scope=Scope.content, help="The paper: <part> elements of <problem> in OLX.")
    started = Boolean(default=False, scope=Scope.user_state, help="Marks that rows exist for this learner.")

    # The LMS publishes every file below resources_dir (collectstatic): never the package, which has papers with keys.
    resources_dir = "static"
    public_dir = "proctored_exam_xblock"
    has_score = True
    weight = None  # the LMS would weigh the maximum but not a score of the submissions API: points are the weight
    has_author_view = True
    icon_class = "problem"
    show_in_read_only_mode = True

    # --- views ------------------------------------------------------------------------------------------------

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """The candidate's panel; in the LMS it also takes the snapshot of what authors wrote."""
        if compat.in_studio():
            return self.author_view(context)
        now = conf.now()
        caller = self.caller()
        try:
            self.publish_content(now)
            first = screens.first_screen(caller, now)
        except ExamError as error:
            first = screens.refused(error, caller.usage_key, now)
        return self._panel(first)

    public_view = student_view

    def author_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """What a course team sees in Studio's unit page: the rules and the paper at a glance, no attempt."""
        fragment = Fragment(authoring.summary(self))
        fragment.add_css_url(self._static("css/author.css"))
        return fragment

    def studio_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Edit the rules and the paper, see the exam as a candidate, and what would stop it."""
        fragment = Fragment(authoring.form(self))
        fragment.add_css_url(self._static("css/author.css"))
        for path in author.SCRIPTS:
            fragment.add_javascript_url(self._static(f"js/author/{path}"))
        handlers = {name: self.runtime.handler_url(self, name).rstrip("?") for name in self.AUTHORING}
        styles = [self._static(f"css/{path}") for path in presenter.STYLES]
        fragment.initialize_js(
            "ProctoredExamAuthor", {**authoring.arguments(self), "handlers": handlers, "styles": styles}
        )
        return fragment

    def _panel(self, first: screens.FirstScreen) -> Fragment:
        fragment = Fragment(f'<div class="pex" data-pex-root>{first.html}</div>')
        for path in presenter.STYLES:
            fragment.add_css_url(self._static(f"css/{path}"))
        for path in presenter.SCRIPTS:
            fragment.add_javascript_url(self._static(f"js/{path}"))
        handlers = {name: self.runtime.handler_url(self, name).rstrip("?") for name in self.HANDLERS}
        fragment.initialize_js(
            "ProctoredExamXBlock",
            {
                "handlers": handlers,
                "server_time": first.server_time,
                "fingerprint": first.fingerprint,
                "check": self._check_of_equipment(),
            },
        )
        return fragment

    def _check_of_equipment(self) -> dict[str, Any]:
        """Files of the check, asked for when somebody begins one; the sample is a static file, no handler's answer."""
        scripts = [self._static(f"js/{path}") for path in presenter.CHECK_SCRIPTS]
        return {"scripts": scripts, "sample": self._static(presenter.SAMPLE)}

    def _static(self, path: str) -> str:
        return self.runtime.local_resource_url(self, f"proctored_exam_xblock/{path}")

    # --- who and what -------------------------------------------------------------------------------------------

    @property
    def usage_text(self) -> str:
        """The block's usage key as text; ``usage_key`` is the platform's and gives the key itself."""
        return str(self.scope_ids.usage_id)

    def caller(self, window: str = "") -> Caller:
        """Who asks, as the runtime's user service says; roles are the platform's."""
        service = self.runtime.service(self, "user")
        user = service.get_current_user() if service else None
        known = user.opt_attrs if user else {}
        user_id = known.get("edx-platform.user_id")
        return Caller(
            usage_key=self.usage_text,
            user_id=int(user_id) if user_id and known.get("edx-platform.is_authenticated", True) else None,
            staff=bool(known.get("edx-platform.user_is_staff", False)),
            language=(translation.get_language() or "fr").split("-")[0],
            window=window,
        )

    def publish_content(self, now: Any) -> None:
        """Snapshot policy and paper, from the LMS side only: Studio shares the database but shows drafts."""
        exams.publish(
            usage_key=self.usage_text,
            course_key=self.course_key_text,
            title=self.display_name,
            policy=dict(self.policy),
            paper=self.paper,
            now=now,
        )

    @property
    def course_key_text(self) -> str:
        """The course's key as text: the usage key's in the LMS, the runtime's elsewhere."""
        key = getattr(self.scope_ids.usage_id, "context_key", None)
        return str(key or getattr(self, "course_id", "") or "")

    def mark_started(self) -> None:
        """Write the marker that makes the LMS's instructor tools see this learner."""
        self.started = True

    # --- grade tools of the platform ----------------------------------------------------------------------------

    def max_score(self) -> float:
        """What the gradebook gets the exam's score out of: the same for every learner, as the block structure needs."""
        return float(authoring.most_points(self))

    def has_submitted_answer(self) -> bool:
        """True when this learner's answers were counted once."""
        return grading.has_counted_answers(self.caller())

    def rescore(self, only_if_higher: bool = False) -> None:
        """The LMS's rescore tool: grade the stored answers again and publish."""
        grading.rescore(self.caller(), bool(only_if_higher), conf.now())

    def get_score(self) -> Any:
        """The score on file (xblock.scorable.Score), None without one."""
        return grading.score(self.caller())

    def set_score(self, score: Any) -> None:
        """The LMS's override tool: put a score by hand, audited."""
        grading.override(self.caller(), score.raw_earned, score.raw_possible, conf.now())

    def publish_grade(self, score: Any = None, only_if_higher: bool | None = None) -> None:
        """File the grade on record with the gradebook again."""
        grading.publish_again(self.caller(), conf.now())

    def clear_student_state(self, user_id: str, course_id: str, item_id: str, requesting_user_id: str) -> None:
        """The LMS's "delete state": archive the attempt with its trail, take the grade back, allow a new booking.

        Args:
            user_id: the learner's per-course anonymous id.
            requesting_user_id: anonymous id of the member of staff who asks.
        """
        grading.clear_state(item_id, user_id, conf.now())

    # --- OLX ------------------------------------------------------------------------------------------------------

    def add_xml_to_node(self, node: Any) -> None:
        """Export: ``<proctored_exam display_name policy><part>...``; only what authors wrote."""
        node.tag = "proctored_exam"
        for name, field in sorted(self.fields.items()):
            if name not in _OWN_XML and field.scope in (Scope.settings, Scope.content) and field.is_set_on(self):
                self._add_field(node, name, field)
        node.set("display_name", self.display_name)
        node.set("policy", authoring.export_policy(dict(self.policy)))
        olx.append_parts(node, self.paper)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any, *_ignored: Any) -> ProctoredExamXBlock:
        """Import what :meth:`add_xml_to_node` wrote, or a hand-written file: what is wrong is shown to its authors."""
        block: ProctoredExamXBlock = runtime.construct_xblock_from_class(cls, keys)
        for name, value in node.items():
            if name not in _OWN_XML and name in block.fields:
                cls._set_field_if_present(block, name, value, {})  # the platform's own: dates, visibility, groups
        if node.get("display_name"):
            block.display_name = node.get("display_name")
        if node.get("policy"):
            block.policy = authoring.import_policy(node.get("policy"))
        block.paper = olx.inner_parts(node)
        return block
