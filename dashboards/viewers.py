"""Who is looking. Without sign-in that is whoever sits at this machine: role and language are theirs to choose.

:func:`viewer_of` is the one place that a sign-in will change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse

from listening.brands import Brand, Role, Viewer
from listening.settings import DashboardSettings

from .catalogue import LANGUAGES, Words, mark

CHOICES = (Role.BRAND, Role.PR, Role.HR)
"""Roles that the page's switch offers; the one in the settings is always among them."""

ROLE_NAMES = {
    Role.BRAND: mark("Brand"),
    Role.PR: mark("PR"),
    Role.HR: mark("HR"),
    Role.OPERATOR: mark("Operator"),
    Role.ADMIN: mark("Admin"),
}
_SWITCHES = ("lang", "role")
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """One request's reader: what they may see (``viewer``), their name in logs (``by``), how they are spoken to."""

    viewer: Viewer
    by: str
    words: Words
    roles: tuple[Role, ...]


def viewer_of(request: Request, settings: DashboardSettings, now: datetime) -> Visit:
    """The reader of this request, from cookies that the switches set, else from the settings."""
    roles = CHOICES if settings.role in CHOICES else (settings.role, *CHOICES)
    chosen = request.cookies.get("earshot_role", "")
    role = next((r for r in roles if r.value == chosen), settings.role)
    language = request.cookies.get("earshot_lang", "")
    if language not in LANGUAGES:
        language = settings.locale if settings.locale in LANGUAGES else "en"
    viewer = Viewer(role=role, purpose="dashboard", zone=settings.zone, locale=language)
    return Visit(viewer, role.value, Words(language, ZoneInfo(settings.zone), now), roles)


def switched(request: Request, settings: DashboardSettings) -> RedirectResponse | None:
    """The answer to ``?lang=`` and ``?role=``: remembered in a cookie, and gone from the address.

    A link on somebody else's page cannot switch anything: browsers say where a request comes from.
    """
    if not any(name in request.query_params for name in _SWITCHES) or request.url.path.startswith("/api"):
        return None
    rest = request.url.remove_query_params(_SWITCHES)
    answer = RedirectResponse(rest.path + (f"?{rest.query}" if rest.query else ""), status_code=303)
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return answer
    roles = {role.value for role in (settings.role, *CHOICES)}
    for name, known in (("lang", set(LANGUAGES)), ("role", roles)):
        value = request.query_params.get(name, "")
        if value in known:
            answer.set_cookie(f"earshot_{name}", value, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


def brands_of(viewer: Viewer, brands: Sequence[Brand]) -> tuple[Brand, ...]:
    """The brands whose purpose has this viewer's role in its audience; operator and admin see all."""
    if viewer.role in (Role.OPERATOR, Role.ADMIN):
        return tuple(brands)
    return tuple(brand for brand in brands if viewer.role in brand.purpose.audience)
