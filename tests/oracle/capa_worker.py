"""Grades with the platform's own capa: runs in the oracle's environment, JSON lines in, JSON lines out.

In: ``{"xml": ..., "answers": [{"1_2_1": ...}, ...]}``. Out: ``{"error": ...}`` for a problem that capa does not load,
else ``{"ids": [...], "results": [{"score":, "total":, "points": {}} or {"error": ...}, ...]}``.
"""

import gettext
import json
import logging
import sys
from unittest.mock import MagicMock

import django
from django.conf import settings

settings.configure(STATIC_URL="/static/", INSTALLED_APPS=[], DATABASES={}, TEMPLATES=[], USE_I18N=False)
django.setup()
logging.disable(logging.CRITICAL)

from xblocks_contrib.problem.capa.capa_problem import LoncapaProblem, LoncapaSystem  # noqa: E402

SYSTEM = LoncapaSystem(
    ajax_url="/ajax",
    anonymous_student_id="student",
    cache=None,
    can_execute_unsafe_code=lambda: False,
    get_python_lib_zip=lambda: None,
    DEBUG=True,
    i18n=gettext.NullTranslations(),
    render_template=lambda template, context: "<div/>",
    resources_fs=MagicMock(root_path="/nowhere"),
    seed=723,
    xqueue=MagicMock(),
)


def load(xml):
    """The lone problem ``1``. Not drawn: capa cannot draw every list that it grades, e.g. one with ``l'été``."""
    return LoncapaProblem(xml, id="1", seed=723, capa_system=SYSTEM, capa_block=MagicMock(), extract_tree=False)


def grade(problem, answers):
    """One set of answers."""
    marks = problem.grade_answers(answers)
    score = problem.calculate_score()
    return {**score, "points": {key: marks.get_npoints(key) for key in marks}}


def told(function, *arguments):
    """What it says, or why it does not."""
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001 (whatever capa raises is its answer)
        return {"error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    asked = json.loads(line)
    problem = told(load, asked["xml"])
    if isinstance(problem, dict):
        answer = problem
    else:
        ids = [key for responder in problem.responders.values() for key in responder.answer_ids]
        answer = {"ids": ids, "results": [told(grade, problem, answers) for answers in asked["answers"]]}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
