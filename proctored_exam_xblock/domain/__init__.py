"""Pure rules of a proctored exam: no framework, no network, no wall clock; every function takes ``now``."""
