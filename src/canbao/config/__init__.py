"""Puts it together: settings, the database, which gateway is plugged in, the commands. Nothing imports this room."""
