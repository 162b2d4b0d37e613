"""What every page needs: the house, the settings, the clock at the outermost edge, and the printing press."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import plotly
import regex
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from listening.brands import Brand, Viewer
from listening.posts import Post
from listening.settings import Settings
from listening.verdicts import LABELS, LONGEST_REASON, Verdict
from pipeline.wiring import IMPORTS, House
from store.protocol import Filters, Search

from . import security
from .catalogue import LANGUAGES, Words, translations
from .labels import SIGNS, label
from .shown import link_name, web_address
from .told import told
from .viewers import ROLE_NAMES, Visit, brands_of, viewer_of

_HERE = Path(__file__).parent
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_STYLE_ID = regex.compile(r'getElementById\("([0-9a-f]{64})"\)')


@dataclass(frozen=True, slots=True)
class Assets:
    """Our static files by name, each under an address that changes with its content and may be kept for ever."""

    paths: Mapping[str, Path]
    stamp: str
    style_ids: tuple[str, ...]
    """Ids of styles that plotly.js inserts unless they exist; our policy forbids that, so we bring them."""

    @classmethod
    def read(cls) -> "Assets":
        paths = {path.name: path for path in sorted((_HERE / "static").iterdir()) if path.is_file()}
        paths["plotly.min.js"] = PLOTLY
        digest = sha256()
        for path in paths.values():
            digest.update(path.read_bytes())
        ids = tuple(dict.fromkeys(_STYLE_ID.findall(PLOTLY.read_text(encoding="utf-8"))))
        return cls(paths, digest.hexdigest()[:12], ids)

    def address(self, name: str) -> str:
        return f"/static/{self.stamp}/{self.paths[name].name}"


def _here(request: Request, **changes: str) -> str:
    """The address of this page with ``changes``; never with a host, so that no foreign one can slip in."""
    url = request.url.include_query_params(**changes) if changes else request.url
    return url.path + (f"?{url.query}" if url.query else "")


class Desk:
    """Made once by :func:`dashboards.app.create_app` and handed to every page."""

    def __init__(self, house: House, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.house, self.settings, self.clock = house, settings, clock
        self.assets = Assets.read()
        self._presses = {language: self._press(language) for language in LANGUAGES}

    def visit(self, request: Request) -> Visit:
        return viewer_of(request, self.settings.dashboard, self.clock())

    def brands(self, viewer: Viewer) -> tuple[Brand, ...]:
        """Those that this viewer may choose from; what was imported by hand only if there is some of it."""
        known = brands_of(viewer, (*self.house.brands, IMPORTS))
        imported = Search(filters=Filters(brands=(IMPORTS.key,)), limit=1)
        if IMPORTS in known and not self.house.reader.search(viewer, imported).total:
            return known[:-1]
        return known

    def brand_name(self, key: str) -> str:
        return next((brand.name for brand in (*self.house.brands, IMPORTS) if brand.key == key), key)

    def revision(self, viewer: Viewer) -> str:
        """Changes when a page would show something new: posts came, were judged or went, or an incident moved."""
        hits = self.house.reader.search(viewer, Search(limit=1))
        newest = [post.id for post in hits.posts]
        states = [(i.id, len(i.events)) for i in self.house.reader.incidents(viewer, active_only=False, limit=20)]
        return sha256(repr((hits.total, newest, states)).encode()).hexdigest()[:16]

    def page(
        self, request: Request, visit: Visit, template: str, title: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """``template`` in the reader's language, with the token that its forms need."""
        token = security.token_of(request)
        html = (
            self._presses[visit.words.language]
            .get_template(template)
            .render(
                words=visit.words,
                visit=visit,
                title=title,
                path=request.url.path,
                here=partial(_here, request),
                token=token,
                label=partial(self.label, visit.words),
                told=partial(told, visit.words),
                back=values.pop("back", None) or _here(request),
                newest_correction=partial(self._newest_correction, visit.viewer),
                charts=values.pop("charts", False),
                revision=values.pop("revision", None),
                waits=values.pop("waits", False),
                **values,
            )
        )
        answer = HTMLResponse(html, status_code=status)
        security.remember(request, answer, token)
        return answer

    def label(self, words: Words, family: str, value: str) -> str:
        """``value`` of ``family`` as the reader calls it; brands by the name that the company gave them."""
        return self.brand_name(value) if family == "brand" else label(words, family, value)

    def _newest_correction(self, viewer: Viewer, post: Post) -> Verdict | None:
        """What an undo on this post takes back."""
        return next(reversed(self.house.reader.standing(viewer, post)), None)

    def _press(self, language: str) -> Environment:
        press = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        catalogue = translations(language)
        press.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
            catalogue.gettext, catalogue.ngettext, newstyle=True
        )
        press.globals.update(
            asset=self.assets.address,
            style_ids=self.assets.style_ids,
            languages=LANGUAGES,
            role_names=ROLE_NAMES,
            signs=SIGNS,
            verdict_labels=LABELS,
            longest_reason=LONGEST_REASON,
            web_address=web_address,
            link_name=link_name,
        )
        return press
