"""What authors see and write: the form in Studio and its checks, the paper's editor, the preview, the unit page.

Every use-case here asks first whether the caller may write; nothing but :func:`save` and the password writes anything.
"""

from .content import export_policy, field_texts, import_policy, most_points, places, revision_of, save
from .pages import arguments, form, summary
from .pools import pooled
from .rights import may_write, require, set_password
from .trying import as_candidate, checked, described, imported, tried

__all__ = [
    "arguments",
    "as_candidate",
    "checked",
    "described",
    "export_policy",
    "field_texts",
    "form",
    "import_policy",
    "imported",
    "may_write",
    "most_points",
    "places",
    "pooled",
    "require",
    "revision_of",
    "save",
    "set_password",
    "summary",
    "tried",
]
