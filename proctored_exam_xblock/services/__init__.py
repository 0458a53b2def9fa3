"""Use-cases: load rows (locked), ask the domain, write rows and the audit entry in one transaction."""
