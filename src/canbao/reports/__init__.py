"""Seeing: targets and coverage, the four ways of counting, the report of the 20th. Reads everything, writes nothing."""
