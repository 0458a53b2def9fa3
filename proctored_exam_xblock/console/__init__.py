"""Pages of those who run an exam day: HTML from rows that services read, JSON for what they do."""
