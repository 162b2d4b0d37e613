"""Tables of the embedded index, and the checks before anything is written to them."""

import string

import apsw

from listening.errors import NotReady

VERSION = 1
OLDEST_SAFE = (3, 51, 3)
"""Older SQLite can lose committed writes in WAL mode with several connections (the "WAL-reset" bug)."""

# FTS5 must take our tokens as they are and split on spaces only. Its ``ascii`` tokenizer leaves everything beyond ASCII
# alone and splits at ASCII signs, unless they are declared to be letters.
_TOKENIZER = "ascii tokenchars '" + string.punctuation.replace("'", "''") + "'"

_TABLES = f"""
CREATE TABLE posts (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    dated INTEGER NOT NULL,
    platform TEXT NOT NULL,
    language TEXT NOT NULL,
    sentiment TEXT NOT NULL,
    kind TEXT NOT NULL,
    author INTEGER,
    audience INTEGER,
    story TEXT NOT NULL,
    late INTEGER NOT NULL,
    reposted TEXT,
    model_revision TEXT NOT NULL,
    risk_revision TEXT NOT NULL
);
CREATE INDEX posts_by_time ON posts (created_at, id);
CREATE INDEX posts_by_audience ON posts (audience, created_at, id);
CREATE INDEX posts_by_author ON posts (author) WHERE author IS NOT NULL;
CREATE INDEX posts_by_reposted ON posts (reposted) WHERE reposted IS NOT NULL;
CREATE INDEX posts_by_revision ON posts (model_revision, risk_revision, created_at, id);
CREATE TABLE documents (number INTEGER PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE labels (
    number INTEGER NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (number, field, value)
) WITHOUT ROWID;
CREATE INDEX labels_by_value ON labels (field, value, number);
CREATE VIRTUAL TABLE terms USING fts5(
    words, tags, handles, columnsize=0, tokenize="{_TOKENIZER.replace('"', '""')}"
);
INSERT INTO terms (terms, rank) VALUES ('secure-delete', 1);
PRAGMA user_version = {VERSION};
"""


def check_engine(version: str) -> None:
    """Raises :class:`NotReady` for an SQLite that is not safe in WAL mode."""
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_SAFE:
        raise NotReady(
            f"The posts index needs SQLite {'.'.join(map(str, OLDEST_SAFE))} or newer, the installed apsw carries "
            f"{version}, which can lose committed posts: run 'make setup' to install the pinned apsw."
        )


def prepare(connection: apsw.Connection, path: str) -> None:
    """Make the tables if there are none; refuse those of a newer Earshot."""
    found = _version(connection)
    if found == 0:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) == 0:  # another process may have been faster
                connection.execute(_TABLES)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    elif found > VERSION:
        raise NotReady(
            f"{path} was written by a newer Earshot (schema {found}, this one knows {VERSION}): upgrade Earshot, "
            "or start with another EARSHOT_HOME."
        )


def _version(connection: apsw.Connection) -> int:
    return int(connection.pragma("user_version"))
