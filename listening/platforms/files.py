"""The drop folder."""

from pydantic import Field

from .section import Platform


class FilesSettings(Platform):
    """``inbox`` empty: ``$EARSHOT_HOME/inbox``."""

    enabled: bool = True
    inbox: str = ""
    every_minutes: int = Field(default=1, ge=1)
