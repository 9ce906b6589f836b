"""Campaigns, bills and enrolments: what each person owes and why, and from when to when they are covered."""
