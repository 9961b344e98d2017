"""The program as scripts call it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rathaus_desk.cli import run


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


class Answer(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command in this process, as the console script does; no keyring is reachable."""
    from keyring.backends import fail

    monkeypatch.setattr("keyring.get_keyring", fail.Keyring)
    for name in ("RATHAUS_DESK_HOME", "RATHAUS_DESK_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)

    def run_it(*arguments: object) -> Answer:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Answer(status, written.out, written.err)

    return run_it


@pytest.fixture
def town(call: Call, tmp_path: Path, musterrode: Path) -> Path:
    """The data folder of the example town, its key beside it, the old list taken over."""
    home = tmp_path / "Rathaus Müsterrode" / "home"
    assert call("init", musterrode, "--home", home, "--quiet").status == 0
    assert (
        call("import", "graves", musterrode / "graeberliste-alt.csv", "--home", home, "--quiet").status == 0
    )
    return home
