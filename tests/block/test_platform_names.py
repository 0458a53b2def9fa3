"""Names that Open edX gives every block by its mixins: the block must not take one for something else.

A handler called ``start`` hid the release date that the LMS inherits, and no course could be published.
"""

from __future__ import annotations

import pytest
from xblock.core import XBlock

from proctored_exam_xblock.block import ProctoredExamXBlock

# Fields of xmodule.modulestore.inheritance.InheritanceMixin, lms.djangoapps.lms_xblock.mixin.LmsBlockMixin and
# xmodule.modulestore.edit_info.EditInfoMixin, read from edx-platform of mid-2025.
_NAMES = """
    graded start due relative_weeks_due visible_to_staff_only course_edit_method giturl xqa_key annotation_token_secret
    annotation_storage_url graceperiod group_access showanswer show_correctness rerandomize days_early_for_beta
    static_asset_path use_latex_compiler max_attempts matlab_api_key user_partitions display_coursenumber
    display_organization catalog_visibility show_reset_button in_entrance_exam copied_from_block
    hide_from_toc ispublic format source_file course_id location category chrome default_tab
    merged_group_access edited_by edited_on subtree_edited_by subtree_edited_on published_by published_on
    has_custom_completion
"""
INHERITED = tuple(_NAMES.split())


@pytest.mark.parametrize("name", [*INHERITED, "usage_key", "context_key", "parent", "children", "tags"])
def test_the_platforms_names_stay_the_platforms(name: str) -> None:
    owners = [base for base in ProctoredExamXBlock.__mro__ if name in vars(base)]
    assert not [base for base in owners if base.__module__.startswith("proctored_exam_xblock")]


def test_the_usage_key_is_the_key_itself_as_the_platform_expects() -> None:
    assert ProctoredExamXBlock.usage_key is XBlock.usage_key


def test_every_handler_of_the_page_is_a_handler_of_the_block() -> None:
    for name in ProctoredExamXBlock.HANDLERS:
        assert getattr(ProctoredExamXBlock, name)._is_xblock_handler


def test_the_points_of_the_questions_are_the_weight() -> None:
    """The LMS applies a weight to the maximum it shows but never to a score of the submissions API."""
    assert ProctoredExamXBlock.weight is None
    assert "weight" not in ProctoredExamXBlock.fields
