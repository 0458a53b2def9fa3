"""``make bench``: what our use-cases cost beside a bare view on the same database."""
