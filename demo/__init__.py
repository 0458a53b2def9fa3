"""The demo campus: a small LMS-like site on the xblock-sdk runtime. Not shipped in the wheel."""
