"""The program as scripts call it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def rathaus_desk() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call ``rathaus-desk`` with arguments; returns the finished process, output as text."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RATHAUS_DESK_")}

    def call(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rathaus_desk", *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            env=environment | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"} | variables,
            timeout=120,
        )

    return call
