"""The ledger: everything that is not a post. One part for each kind of entry, one database."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from sqlalchemy import Column, Connection, Integer, Table, make_url, select

from listening.errors import NotReady

from ..keys import Keys
from .audit import Audit
from .cursors import Cursors
from .database import METADATA, Database
from .dead_letters import DeadLetters
from .deliveries import Deliveries
from .gaps import Gaps
from .incidents import Incidents
from .snapshots import Snapshots
from .sources import Sources, bring_up_to_date
from .spending import Spending
from .tombstones import Tombstones
from .vault import Vault
from .verdicts import Verdicts
from .windows import Windows

VERSION = 3
_SCHEMA = Table("schema_version", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))


class Ledger:
    """Threads and processes may share it."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self.audit = Audit(database)
        self.cursors = Cursors(database)
        self.dead_letters = DeadLetters(database, keys)
        self.deliveries = Deliveries(database)
        self.gaps = Gaps(database)
        self.incidents = Incidents(database)
        self.snapshots = Snapshots(database)
        self.sources = Sources(database)
        self.spending = Spending(database)
        self.tombstones = Tombstones(database, keys.tombstone)
        self.vault = Vault(database, keys.vault)
        self.verdicts = Verdicts(database, keys.tombstone)
        self.windows = Windows(database)

    @classmethod
    def open(cls, url: str, keys: Keys) -> Self:
        """Makes the tables that are missing; refuses those of a newer Earshot.

        All in one transaction: a process that is killed over it leaves what was there.
        """
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        database = Database(url)
        try:
            with database.writing() as connection:
                METADATA.create_all(connection)
                version = connection.execute(select(_SCHEMA.c.version)).scalar()
                if version is None:
                    connection.execute(_SCHEMA.insert(), [{"version": VERSION}])
                elif version > VERSION:
                    raise NotReady(
                        f"The ledger {database.place} was written by a newer Earshot (schema {version}, this one knows "
                        f"{VERSION}): upgrade Earshot, or start with another EARSHOT_HOME."
                    )
                elif version < VERSION:  # new tables are made already
                    bring_up_to_date(connection)
                    connection.execute(_SCHEMA.update().values(version=VERSION))
        except BaseException:
            database.close()
            raise
        return cls(database, keys)

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction around several parts: all of it, or nothing."""
        return self._database.writing()

    def compact(self) -> None:
        """After it, the file holds nothing of what was deleted."""
        self._database.compact()

    def close(self) -> None:
        self._database.close()
