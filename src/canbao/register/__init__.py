"""Whom: households and residents of the county, with sealed numbers. What they are entitled to is said elsewhere."""
