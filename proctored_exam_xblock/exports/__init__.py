"""Rows -> files that people open in a spreadsheet."""
