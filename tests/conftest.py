"""What all tests share."""

import pytest


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes may carry the time at which they were packed, and every worker must call a test the same."""
    return argname if isinstance(val, bytes) else None
