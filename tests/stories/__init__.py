"""A village through a year, from one end to the other."""
