"""Plain values that every room shares: money, days, identity numbers, division codes, a refusal.

Nothing here reads a clock, a file, a setting or a database.
"""
