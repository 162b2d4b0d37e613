"""A real SMTP server on this machine, in a thread of its own."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mails:
    """What arrived (envelope and bytes), and how to answer: a full reply, or ``drop`` to break the connection."""

    at_recipient: dict[str, str] = field(default_factory=dict)
    at_data: str = "250 taken"
    password: str = ""
    taken: list[Envelope] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        answer = self.at_recipient.get(to, self.at_recipient.get("*", "250 ok"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(to)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data == "drop":
            assert server.transport is not None
            server.transport.abort()
        if self.at_data.startswith("250"):
            self.taken.append(envelope)
        return self.at_data

    def log_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password.decode() == self.password
        return AuthResult(success=right, handled=False)


@contextmanager
def serving(
    tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, login: bool = False
) -> Iterator[Mails]:
    mails = Mails()
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(
            mails,
            hostname="mail.example.org",
            enable_SMTPUTF8=False,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=mails.log_in if login else None,
            auth_required=login,
            loop=loop,
        )

    async def run() -> None:
        server = await loop.create_server(session, "127.0.0.1", 0, ssl=tls)
        mails.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(10)
        yield mails
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
