"""What goes wrong, as a page for people and as ``{error: sentence}`` for programs."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from listening.errors import EarshotError, NotAllowed, QueryError, StateConflict, TryLater

from .catalogue import Words, mark
from .desk import Desk
from .told import told


class NotFound(EarshotError):
    """There is nothing at this address for this viewer."""


_STATUS: tuple[tuple[type[EarshotError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (QueryError, 400),
    (StateConflict, 409),
    (TryLater, 503),
)
_TITLES = {
    400: mark("This cannot be understood"),
    403: mark("Not for you"),
    404: mark("Nothing here"),
    405: mark("Not in this way"),
    409: mark("Somebody was faster"),
    421: mark("Wrong address"),
    422: mark("This cannot be understood"),
    500: mark("Something broke"),
    503: mark("Not now"),
}


def status_of(error: EarshotError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def answer(desk: Desk, request: Request, status: int, sentence: str) -> Response:
    """``sentence`` in English as JSON below ``/api``, else in the reader's language as a page that touches no store."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": sentence}, status_code=status)
    visit = desk.visit(request)
    title = visit.words.say(_TITLES.get(status, _TITLES[500]))
    return desk.page(request, visit, "problem.html", title, status, sentence=told(visit.words, sentence))


def install(app: FastAPI, desk: Desk) -> None:
    """Every error becomes a sentence; none becomes a stack trace."""

    def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, EarshotError)
        return answer(desk, request, status_of(error), error.sentence)

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(desk, request, error.status_code, _http_sentence(desk, request, error))

    def wrong_parameters(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(desk, request, 422, " ".join(_parameter_sentence(e) for e in error.errors()))

    handlers: tuple[tuple[type[Exception], Callable[[Request, Exception], Response]], ...] = (
        (EarshotError, ours),
        (HTTPException, http),
        (RequestValidationError, wrong_parameters),
    )
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)


def _http_sentence(desk: Desk, request: Request, error: HTTPException) -> str:
    words: Words = desk.visit(request).words
    if error.status_code == 404:
        return words.say("There is no page at this address. Overview, posts and alerts are in the menu at the top.")
    if error.status_code == 405:
        return words.say("This address does not take that kind of request.")
    return str(error.detail)


def _parameter_sentence(problem: dict[str, object]) -> str:
    place = problem.get("loc")
    name = str(place[-1]) if isinstance(place, tuple | list) and place else "?"
    return f"'{name}' is {str(problem.get('input'))[:40]!r}: {str(problem.get('msg', 'wrong')).lower()}."
