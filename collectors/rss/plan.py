"""What of a query can be asked of a feed: nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    feeds: int

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        read = "the feed is" if self.feeds == 1 else f"{self.feeds} feeds are"
        return (
            f"Feeds cannot be asked for words: {read} read whole, and articles that do not match the query are dropped "
            "after reading.",
            "Only title and text as the feed gives them are searched: many feeds give the beginning of an article.",
        )
