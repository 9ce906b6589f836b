"""Why some pay less: departments' lists, a verdict for every row, and the categories that people hold from … to."""
