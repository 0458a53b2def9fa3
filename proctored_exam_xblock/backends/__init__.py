"""Proctoring services behind one small interface; see ``base`` for it and ``registry`` for how one is found."""
