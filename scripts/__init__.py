"""What the Makefile calls; run from the project's root."""
