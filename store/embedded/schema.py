"""Tables of the embedded index, and the checks before anything is written to them."""

import string

import apsw

from listening.errors import NotReady

VERSION = 2
OLDEST_SAFE = (3, 51, 3)
"""Older SQLite can lose committed writes in WAL mode with several connections (the "WAL-reset" bug)."""

# FTS5 must take our tokens as they are and split on spaces only. Its ``ascii`` tokenizer leaves everything beyond ASCII
# alone and splits at ASCII signs, unless they are declared to be letters.
_TOKENIZER = "ascii tokenchars '" + string.punctuation.replace("'", "''") + "'"

# Beside the documents, not among them: searches read documents, and only judging reads vectors.
_VECTORS = "CREATE TABLE vectors (number INTEGER PRIMARY KEY, vector BLOB NOT NULL);"
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
{_VECTORS}
PRAGMA user_version = {VERSION};
"""
_STEPS = {1: f"{_VECTORS} PRAGMA user_version = 2;"}
"""What leads from one version of the schema to the next."""


def check_engine(version: str) -> None:
    """Raises :class:`NotReady` for an SQLite that is not safe in WAL mode."""
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_SAFE:
        raise NotReady(
            f"The posts index needs SQLite {'.'.join(map(str, OLDEST_SAFE))} or newer, the installed apsw carries "
            f"{version}, which can lose committed posts: run 'make setup' to install the pinned apsw."
        )


def prepare(connection: apsw.Connection, path: str) -> None:
    """Make the tables, or bring those of an older Earshot up to date; refuse those of a newer one.

    All in one transaction: a process that is killed over it leaves what was there.
    """
    if _version(connection) < VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            while (found := _version(connection)) < VERSION:  # another process may have been faster
                connection.execute(_STEPS[found] if found else _TABLES)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    if (found := _version(connection)) > VERSION:
        raise NotReady(
            f"{path} was written by a newer Earshot (schema {found}, this one knows {VERSION}): upgrade Earshot, "
            "or start with another EARSHOT_HOME."
        )


def _version(connection: apsw.Connection) -> int:
    return int(connection.pragma("user_version"))
