"""The door for web servers. It does not open when the database would let it do what it must not (decision 18)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "canbao.config.settings")
application = get_wsgi_application()

from canbao.config.safety import refuse_gateways_without_keys, refuse_unsafe  # noqa: E402 - needs the settings

refuse_unsafe()
refuse_gateways_without_keys()
