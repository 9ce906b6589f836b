"""Django's settings. What differs between installations comes from the environment; what is secret from one file."""

import os

from csp.constants import NONE, SELF

from canbao.config.database import as_django, connections
from canbao.config.environment import day, file_to_write, log_level, networks, web_address
from canbao.config.home import CHECKOUT, PRODUCTION, UnsafeToStart, home, sample_today, secret_values

_secrets = secret_values()
_databases = connections()

DEBUG = False
SECRET_KEY = _secrets["django"]
ALLOWED_HOSTS = os.environ.get("CANBAO_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CANBAO_PROXIES = networks("CANBAO_PROXIES")  # whose X-Forwarded-For is believed: nobody's, unless it is said
BASE_URL = web_address("CANBAO_BASE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "canbao.access",
    "canbao.divisions",
    "canbao.register",
    "canbao.rosters",
    "canbao.ledger",
    "canbao.enrolment",
    "canbao.collection",
    "canbao.reports",
    "canbao.web",
    "canbao.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "canbao.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "canbao.access.middleware.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "canbao.config.urls"
WSGI_APPLICATION = "canbao.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

_options = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DATABASES = {"default": as_django(_databases["default"], **_options)}
if "owner" in _databases:  # not where pages are served: nobody there can become the owner
    DATABASES["owner"] = as_django(_databases["owner"])
DATABASE_ROUTERS = ["canbao.config.database.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "front"
AXES_HANDLER = "canbao.access.attempts.AlsoByNameAlone"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "canbao.web.limits.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["password", "username", "number", "name"]
# somebody may type their identity number as a user name: what looks like one is kept as a fingerprint
AXES_USERNAME_CALLABLE = "canbao.access.attempts.name_for_the_record"
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "locked.html"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
LOCALE_PATHS = [CHECKOUT / "src" / "canbao" / "web" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = home() / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The sample county lives in its season: "today" is a day of 2021 there. Never in production.
CANBAO_TODAY = day("CANBAO_TODAY") or sample_today()
if CANBAO_TODAY and PRODUCTION:
    raise UnsafeToStart("CANBAO_TODAY 只用于样例 (a borrowed date is for the sample county alone)")

CANBAO_KEYS = {key: _secrets[key] for key in ("seal_key_id", "seal_keys", "index_key", "scope_key")}
CANBAO_SYNTHETIC_NUMBERS = not PRODUCTION  # numbers under the never-issued prefix 99 are let in for the sample
# Which gateway takes which channel's money. The only place where a gateway is named.
# An empty value: that channel is not open here, people pay at the village.
_gateways = {
    "wechat": os.environ.get("CANBAO_WECHAT", "canbao.gateways.standin.client.StandIn"),
    "alipay": os.environ.get("CANBAO_ALIPAY", "canbao.gateways.standin.client.StandInAlipay"),
}
CANBAO_GATEWAYS = {channel: path for channel, path in _gateways.items() if path}
CANBAO_MERCHANT = os.environ.get("CANBAO_MERCHANT", "")  # the file of real accounts, for canbao.gateways.merchant
CANBAO_GATEWAY_KEYS = home() / "gateway"
CANBAO_GATEWAY_URL = web_address("CANBAO_GATEWAY_URL", "http://127.0.0.1:8001")
if PRODUCTION and any("standin" in path for path in CANBAO_GATEWAYS.values()):
    raise UnsafeToStart("生产环境不得使用模拟支付渠道 (the stand-in gateway is not for production)")

# With a file for the log, the terminal is told of errors alone: who looks at a 404 there cannot mend it.
_log_file = file_to_write("CANBAO_LOG_FILE")
_handlers = {"console": {"class": "logging.StreamHandler", "formatter": "line"}}
if _log_file:
    _handlers["console"]["level"] = "ERROR"
    _handlers["file"] = {
        "class": "logging.FileHandler",
        "formatter": "line",
        "filename": _log_file,
        "encoding": "utf-8",
    }
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": _handlers,
    # axes writes the name that was tried into its lines
    "loggers": {"axes": {"level": "CRITICAL"}},
    "root": {"handlers": list(_handlers), "level": log_level("CANBAO_LOG")},
}
