"""A file is what its content is, whatever its name says."""

from __future__ import annotations

import pytest

from rathaus_desk.applications.delivery import Delivery, german_size, judge_media_type


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "application/x-empty"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04\x14", "application/zip"),
        (b"MZ\x90\x00", "application/x-executable"),
        (b"\x7fELF\x02", "application/x-executable"),
        (b"#!/bin/sh\n", "application/x-executable"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b'  \n{"a": 1}', "application/json"),
        (b"\xef\xbb\xbf[1]", "application/json"),
        ('{"a": 1}'.encode("utf-16"), "application/json"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b"<Vorgang/>", "application/xml"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"\x00\x01\x02", "application/octet-stream"),
        ("Sehr geehrte Damen und Herren".encode("cp1252"), "text/plain"),
    ],
)
def test_the_content_decides(content: bytes, name: str) -> None:
    assert judge_media_type(content).name == name


def test_equal_bytes_are_the_same_delivery_whatever_their_name(deliver) -> None:  # type: ignore[no-untyped-def]
    first: Delivery = deliver(b"{}")
    assert first.content_hash == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 Byte"), (999, "999 Byte"), (1000, "1,0 kB"), (25_000_000, "25,0 MB"), (2 * 10**9, "2,0 GB")],
)
def test_sizes_as_people_say_them(size: int, text: str) -> None:
    assert german_size(size) == text
