"""The log: what happened, never what somebody typed."""

from __future__ import annotations

import logging

from rathaus_desk.kernel.errors import CannotWork
from rathaus_desk.store.log import log_to


def test_errors_are_logged_by_kind_and_place_without_their_message(tmp_path):
    handler = log_to(tmp_path / "logs" / "desk.log")
    log = logging.getLogger("rathaus_desk.test")
    try:
        try:
            raise ValueError("Frau Geheim, Hauptstraße 1")
        except ValueError:
            log.exception("operation %s failed", "0190")
        try:
            raise CannotWork("Herr Geheim", detail="errno 28")
        except CannotWork:
            log.exception("operation %s failed", "0191")
    finally:
        logging.getLogger("rathaus_desk").removeHandler(handler)
        handler.close()
    written = (tmp_path / "logs" / "desk.log").read_text(encoding="utf-8")
    assert "Geheim" not in written
    assert "operation 0190 failed" in written
    assert "builtins.ValueError" in written
    assert "CannotWork: errno 28" in written
    assert "test_log.py" in written
