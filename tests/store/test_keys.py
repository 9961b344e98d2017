"""Key slots: several ways in, each tried alone, and none of them by guessing."""

from __future__ import annotations

import contextlib
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus_desk.kernel.errors import BadInput, CannotWork
from rathaus_desk.store import keys, recovery_code
from rathaus_desk.store.engine import Store
from rathaus_desk.store.keys import KeyFile, Keyring, Keys, Password, RecoveryCode
from rathaus_desk.store.recovery_code import ALPHABET, new_code, secret_of


@pytest.fixture
def keyring_of_this_test(monkeypatch):
    """An operating system's keyring that forgets everything with the test."""
    import keyring
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1

        def __init__(self):
            super().__init__()
            self.kept = {}

        def get_password(self, service, username):
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

        def delete_password(self, service, username):
            del self.kept[service, username]

    before = keyring.get_keyring()
    memory = Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def opens(store, way):
    with Store.open(store.home.folder, way) as again, again.read() as session:
        return session.connection().exec_driver_sql("SELECT count(*) FROM workstation").scalar_one() == 1


def test_every_way_opens(store, key_file, keyring_of_this_test):
    store.add_slot(Keyring())
    store.add_slot(Password("Schöne Grüße!"))
    assert opens(store, None)
    assert opens(store, key_file(store))
    assert opens(store, RecoveryCode(store.recovery_code.lower().replace("-", " ")))
    assert opens(store, Password("Schöne Grüße!"))


def test_a_wrong_password_is_told(store):
    store.add_slot(Password("richtig"))
    with pytest.raises(CannotWork, match="Kennwort ist falsch"):
        opens(store, Password("falsch"))


def test_a_lost_keyring_entry_names_the_way_out_and_the_recovery_code_brings_it_back(
    store, keyring_of_this_test
):
    store.add_slot(Keyring())
    keyring_of_this_test.kept.clear()
    with pytest.raises(CannotWork, match="Wiederherstellungscode"):
        opens(store, Keyring())
    with Store.open(store.home.folder, RecoveryCode(store.recovery_code)) as again:
        again.add_slot(Keyring())
    assert opens(store, Keyring())


def test_each_user_of_a_shared_machine_has_a_slot_of_his_own(store, keyring_of_this_test):
    store.add_slot(Keyring())
    first = dict(keyring_of_this_test.kept)
    keyring_of_this_test.kept.clear()  # another user signs in, whose vault is empty
    with Store.open(store.home.folder, RecoveryCode(store.recovery_code)) as second:
        second.add_slot(Keyring())
    assert opens(store, Keyring())
    keyring_of_this_test.kept.clear()
    keyring_of_this_test.kept.update(first)
    assert opens(store, Keyring()), "the first user still opens"
    with Store.open(store.home.folder, Keyring()) as again:
        again.add_slot(Keyring())
    kinds = [slot.kind for slot in Keys.of(store.home).slots]
    assert kinds.count("keyring") == 2, "one slot a user, however often it is made anew"


def test_without_a_keyring_there_is_a_sentence(store, monkeypatch):
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        assert not keys.keyring_works()
        with pytest.raises(CannotWork, match="keine Schlüsselverwaltung"):
            store.add_slot(Keyring())
    finally:
        keyring.set_keyring(before)


def test_only_the_way_that_was_named_is_tried(store, tmp_path, keyring_of_this_test):
    store.add_slot(Keyring())
    other = KeyFile(tmp_path / "other.key")
    keys.make_key_file(other.path)
    with pytest.raises(CannotWork, match="passt nicht"):
        opens(store, other)


def test_the_key_of_another_town_changes_nothing(store, make_store, key_file):
    other = make_store()
    before = {path: path.read_bytes() for path in store.home.folder.iterdir() if path.is_file()}
    with pytest.raises(CannotWork, match="Schlüsseldatei passt nicht"):
        opens(store, key_file(other))
    with pytest.raises(CannotWork, match="Wiederherstellungscode passt nicht"):
        opens(store, RecoveryCode(other.recovery_code))
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are those of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_file_that_others_may_read_is_refused(store, key_file, mode):
    key_file(store).path.chmod(mode)
    with pytest.raises(CannotWork, match="auch andere"):
        opens(store, key_file(store))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"rathaus-desk key 1\n1234\n", b"x" * 100_000, b"a b c d"]
)
def test_what_is_no_key_file_is_told(store, key_file, content):
    path = key_file(store).path
    path.write_bytes(content)
    with pytest.raises(CannotWork, match="keine Schlüsseldatei"):
        opens(store, KeyFile(path))


def test_a_missing_key_file_is_told_and_not_made(store, tmp_path):
    with pytest.raises(CannotWork, match="fehlt"):
        opens(store, KeyFile(tmp_path / "nowhere.key"))
    with pytest.raises(CannotWork, match="keine Schlüsseldatei"):
        opens(store, KeyFile(tmp_path))
    assert not (tmp_path / "nowhere.key").exists()


def test_a_new_key_file_is_for_its_owner_alone(tmp_path):
    made = tmp_path / "deep" / "town.key"
    secret = keys.make_key_file(made)
    assert keys.read_key_file(made) == secret
    if sys.platform != "win32":
        assert made.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CannotWork, match="nicht anlegen"):
        keys.make_key_file(made)


def test_a_slot_put_in_by_hand_is_noticed(store, make_store, key_file):
    listed = json.loads(store.home.slots.read_bytes())
    other = json.loads(make_store().home.slots.read_bytes())
    listed["slots"].append(other["slots"][0])
    store.home.slots.write_text(json.dumps(listed))
    with pytest.raises(CannotWork, match="von fremder Hand"):
        opens(store, key_file(store))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"format":2,"slots":[],"keys":[]}', b"null"]
)
def test_a_broken_list_of_slots_is_told(store, key_file, content):
    store.home.slots.write_bytes(content)
    with pytest.raises(CannotWork, match=r"keys\.json"):
        opens(store, key_file(store))


def test_a_missing_list_of_slots_is_told(store, key_file):
    store.home.slots.unlink()
    with pytest.raises(CannotWork, match=r"keys\.json"):
        opens(store, key_file(store))


def test_any_changed_byte_of_the_list_is_told_or_harmless(store, key_file):
    """A changed list never opens another way than before."""
    whole = store.home.slots.read_bytes()
    key = Keys.of(store.home).open(key_file(store))
    for place in range(0, len(whole), 13):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        store.home.slots.write_bytes(bytes(changed))
        with contextlib.suppress(CannotWork):
            assert Keys.of(store.home).open(key_file(store)) == key


def test_ways_do_not_show_their_secret():
    assert "geheim" not in repr(Password("geheim")) + repr(RecoveryCode("geheim"))


def test_a_new_recovery_code_takes_the_place_of_the_old_one(store):
    old, new = store.recovery_code, new_code()
    store.add_slot(RecoveryCode(new))
    assert store.recovery_code == new
    assert opens(store, RecoveryCode(new))
    with pytest.raises(CannotWork, match="passt nicht"):
        opens(store, RecoveryCode(old))


def test_a_code_has_128_bits_and_no_letter_that_is_taken_for_another():
    assert len(ALPHABET) == 24
    assert not set(ALPHABET) & set("0O1IL2Z5S8BU")
    assert [len(group) for group in new_code().split("-")] == [5] * 6


def test_a_typing_mistake_is_told():
    code = new_code()
    wrong = ("A" if code[0] != "A" else "C") + code[1:]
    with pytest.raises(BadInput, match="Tippfehler"):
        secret_of(wrong)
    with pytest.raises(BadInput, match="hat 30 Zeichen; angegeben sind 29"):
        secret_of(code[:-1])
    with pytest.raises(BadInput, match="„0“"):
        secret_of("0" + code[1:])


@given(st.text())
def test_no_code_typed_is_an_error_of_the_program(text):
    with contextlib.suppress(BadInput):
        recovery_code.secret_of(text)
