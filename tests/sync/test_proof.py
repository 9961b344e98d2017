"""Invitations and proofs."""

from __future__ import annotations

import pytest

from rathaus_desk.kernel.errors import BadInput
from rathaus_desk.kernel.policies import Policies
from rathaus_desk.sync import proof

CODE = "ACDE-FGHJ-KMNP-QRTV"


def test_an_invitation_is_read_as_it_was_written():
    made = proof.Invitation("https://rathaus.example:8443/desk", "volkmarsen", proof.new_code())
    assert proof.read_invitation(f" {made}\n") == made


@pytest.mark.parametrize(
    "text", ["", CODE, f"volkmarsen/{CODE}", f"https://x/Volkmarsen/{CODE}", "https://x/a/b"]
)
def test_what_is_none_is_told_how_one_looks(text):
    with pytest.raises(BadInput, match="Anmeldecode"):
        proof.read_invitation(text)


def test_where_policies_name_the_server_the_rest_is_enough(monkeypatch):
    monkeypatch.setattr(proof, "policies", lambda: Policies(server_url="https://rathaus.example/"))
    made = proof.read_invitation(f"volkmarsen/{CODE}")
    assert made == proof.Invitation("https://rathaus.example", "volkmarsen", CODE)


def test_only_the_right_key_answers():
    key, other, challenge = proof.new_key(), proof.new_key(), bytes(32)
    answer = proof.signed_challenge(key, challenge)
    assert proof.answers(proof.public_key(key), challenge, answer)
    assert not proof.answers(proof.public_key(other), challenge, answer)
    assert not proof.answers(proof.public_key(key), bytes([1]) * 32, answer)
    assert not proof.vouches(proof.public_key(key), challenge, answer)
    assert not proof.answers(b"no key", challenge, answer)
