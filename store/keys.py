"""The one secret of an installation, from which its keys are made. It lives in a file of its own, in no log."""

import base64
import hmac
import os
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from listening.errors import NotReady

_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """``author`` makes pseudonyms, ``tombstone`` salts what must not come back, ``vault`` encrypts names."""

    author: bytes = field(repr=False)
    tombstone: bytes = field(repr=False)
    vault: "Vault" = field(repr=False)

    @classmethod
    def at(cls, home: Path) -> "Keys":
        """The keys of the installation below ``home``; makes them on the first call, and never again.

        Raises :class:`NotReady` if others may read the file, or if it is gone while there are posts that need it.
        """
        folder = home / "secrets"
        path = folder / "key"
        if not path.exists():
            _make(path, home)
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            raise NotReady(f"{path} can be read by others (mode {mode:o}): run 'chmod 600 {path}'.")
        root = path.read_bytes()
        if len(root) != _LENGTH:
            raise NotReady(f"{path} is {len(root)} bytes long, not {_LENGTH}: put back the right one.")
        return cls(
            author=_derived(root, b"author"),
            tombstone=_derived(root, b"tombstone"),
            vault=Vault(base64.urlsafe_b64encode(_derived(root, b"vault"))),
        )

    @classmethod
    def existing(cls, home: Path) -> "Keys | None":
        """The keys of ``home`` if it has any; makes none."""
        return cls.at(home) if (home / "secrets" / "key").exists() else None


class Vault:
    """Encryption with authentication (AES-CBC and HMAC, the Fernet recipe of ``cryptography``)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def encrypt(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def decrypt(self, sealed: bytes) -> bytes:
        """Raises :class:`NotReady` if it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise NotReady(
                "The vault cannot be opened: secrets/key is not the key it was sealed with. Put back the right one."
            ) from error


def _derived(root: bytes, purpose: bytes) -> bytes:
    return hmac.new(root, b"earshot\0" + purpose, sha256).digest()


def _make(path: Path, home: Path) -> None:
    if (home / "ledger.db").exists() or (home / "posts.db").exists():
        raise NotReady(
            f"{path} is gone, and the posts below {home} were pseudonymised with it: put it back from your backup, "
            f"or delete {home} to start again."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_name(f"key.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link fails where a file already is, so that of two processes that start at once only one makes the key.
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
