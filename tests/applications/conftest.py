"""Deliveries and services for the tests of the intake."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rathaus_desk.applications.delivery import Delivery, Limits
from rathaus_desk.applications.rules import NotUnderstood, Understood, judge
from rathaus_desk.applications.services import Services, load_services

RECEIVED = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def services() -> Services:
    return load_services()


@pytest.fixture(scope="session")
def example(musterrode: Path) -> bytes:
    """The undertaker's form of the example town."""
    return (musterrode / "bestattungsanmeldung.json").read_bytes()


@pytest.fixture
def form(example: bytes) -> dict[str, Any]:
    """The same as plain values, to be changed by a test."""
    return copy.deepcopy(json.loads(example))


@pytest.fixture(scope="session")
def deliver() -> Callable[[bytes], Delivery]:
    def made(content: bytes) -> Delivery:
        return Delivery(content, "drop_folder", "antrag.json", RECEIVED, "antrag.json")

    return made


@pytest.fixture(scope="session")
def judged(
    services: Services, deliver: Callable[[bytes], Delivery]
) -> Callable[..., Understood | NotUnderstood]:
    """What becomes of a form or of raw bytes."""

    def decided(what: Any, limits: Limits | None = None) -> Understood | NotUnderstood:
        content = what if isinstance(what, bytes) else json.dumps(what, ensure_ascii=False).encode()
        return judge(deliver(content), services, limits or Limits())

    return decided


@pytest.fixture(scope="session")
def understood(judged: Callable[..., Understood | NotUnderstood]) -> Callable[[Any], Understood]:
    """The same, for what must be understood."""

    def decided(what: Any) -> Understood:
        verdict = judged(what)
        assert isinstance(verdict, Understood), verdict
        return verdict

    return decided


@pytest.fixture(scope="session")
def refused(judged: Callable[..., Understood | NotUnderstood]) -> Callable[..., str]:
    """The sentence for what must not be understood."""

    def decided(what: Any, limits: Limits | None = None) -> str:
        verdict = judged(what, limits)
        assert isinstance(verdict, NotUnderstood), verdict
        return verdict.sentence

    return decided
