"""The identity vault: who wrote a post and where it stands, encrypted; found by the hashes that posts carry anyway."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from sqlalchemy import Column, Index, LargeBinary, String, Table, delete, select, update

from listening.posts import Identity
from listening.query import fold_handle

from ..keys import Vault as Cipher
from .database import CHUNK, METADATA, Database, chunks, upsert

VAULT = Table(
    "vault",
    METADATA,
    Column("post_id", String, primary_key=True),
    Column("author_key", String),
    Column("sealed", LargeBinary, nullable=False),
    Index("vault_by_author", "author_key"),
)
_FIELDS = tuple(field.name for field in fields(Identity))


class Vault:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def put(self, identities: Sequence[Identity]) -> None:
        """Full replace for each post."""
        rows = [
            {"post_id": identity.post_id, "author_key": identity.author_key, "sealed": self._sealed(identity)}
            for identity in {identity.post_id: identity for identity in identities}.values()
        ]
        with self._database.writing() as connection:
            upsert(connection, VAULT, rows)

    def author(self, author_key: str) -> Identity | None:
        """One post's identity of this author, None if the vault has none."""
        with self._database.reading() as connection:
            wanted = select(VAULT.c.sealed).where(VAULT.c.author_key == author_key).order_by(VAULT.c.post_id.desc())
            sealed = connection.execute(wanted.limit(1)).scalar()
        return self._opened(sealed) if sealed else None

    def post(self, post_id: str) -> Identity | None:
        with self._database.reading() as connection:
            sealed = connection.execute(select(VAULT.c.sealed).where(VAULT.c.post_id == post_id)).scalar()
        return self._opened(sealed) if sealed else None

    def erase_author(self, author_key: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(VAULT).where(VAULT.c.author_key == author_key))

    def erase_posts(self, post_ids: Iterable[str]) -> None:
        with self._database.writing() as connection:
            for some in chunks(post_ids):
                connection.execute(delete(VAULT).where(VAULT.c.post_id.in_(some)))

    def forget_mentions(self, handle: str) -> int:
        """Take a person out of the aliases of other people's posts; reads the whole vault. Returns how many had it."""
        folded = fold_handle(handle)
        changed = 0
        last = ""
        while True:
            with self._database.reading() as connection:
                wanted = select(VAULT).where(VAULT.c.post_id > last).order_by(VAULT.c.post_id).limit(CHUNK)
                rows = connection.execute(wanted).all()
            for row in rows:
                identity = self._opened(row.sealed)
                kept = {alias: name for alias, name in identity.aliases.items() if fold_handle(name) != folded}
                if len(kept) < len(identity.aliases):
                    changed += 1
                    sealed = self._sealed(replace(identity, aliases=kept))
                    with self._database.writing() as connection:
                        connection.execute(update(VAULT).where(VAULT.c.post_id == row.post_id).values(sealed=sealed))
            if len(rows) < CHUNK:
                return changed
            last = rows[-1].post_id

    def _sealed(self, identity: Identity) -> bytes:
        form = {name: getattr(identity, name) for name in _FIELDS}  # asdict() copies all of it, for nothing
        return self._cipher.encrypt(json.dumps(form).encode())

    def _opened(self, sealed: bytes) -> Identity:
        return Identity(**json.loads(self._cipher.decrypt(sealed)))
