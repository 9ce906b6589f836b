"""`GET /api/health`: is the program there, and does it reach its database? For whoever watches the service."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """`{"database": true}` and 200; false and 503 when it does not answer. Says nothing else: anybody may ask."""
    reached = _database_answers()
    return JsonResponse({"database": reached}, status=200 if reached else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
