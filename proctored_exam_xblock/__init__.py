"""Open edX block for a certifying, proctored final exam."""

__version__ = "0.1.0"
