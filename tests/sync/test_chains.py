"""Whose chain must go on, and what an operation builds on."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

from rathaus_desk.store.journal import NO_HASH, builds_on
from rathaus_desk.store.witness import Witness, contradicts
from rathaus_desk.sync.chains import Link, continued

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def link(seq, prev, hash_, ws=A):
    return Link(ws, seq, prev, hash_)


def test_a_chain_goes_on_link_by_link():
    ends = {}
    assert continued(ends, [link(1, NO_HASH, b"1"), link(2, b"1", b"2")], lambda _: True) is None
    assert ends == {A: (2, b"2")}


def test_what_does_not_go_on_is_named():
    for wrong in (link(2, b"x", b"3"), link(3, b"1", b"3"), link(1, NO_HASH, b"3")):
        assert continued({A: (1, b"1")}, [wrong], lambda _: True) is wrong


def test_others_may_leave_links_out_but_never_go_back():
    ends = {A: (2, b"2"), B: (0, NO_HASH)}
    links = [link(5, b"4", b"5"), link(3, b"2", b"3"), link(1, NO_HASH, b"b", B)]
    assert continued(ends, links, lambda ws: ws == B) is None
    assert ends == {A: (5, b"5"), B: (1, b"b")}


def change(id_, k="upd", **new):
    return SimpleNamespace(id=id_, t="t", k=k, new=new)


def test_what_an_operation_makes_it_does_not_build_on():
    changes = [change(A, "ins", other=str(B)), change(C, other=str(A)), change(C, other=None)]
    assert builds_on(changes, lambda _: ["other"]) == ([C], [B])


def test_a_witness_knows_its_database_by_place_identity_and_age():
    told = Witness("m", "f", "w", 3)
    assert contradicts(None, told)
    assert not contradicts(told, told)
    assert not contradicts(told, Witness("m", "f", "w", 4))
    assert contradicts(told, Witness("m", "f", "w", 2))
    for other in (Witness("n", "f", "w", 4), Witness("m", "g", "w", 4), Witness("m", "f", "v", 4)):
        assert contradicts(told, other)
