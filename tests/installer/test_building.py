"""The parts of the package that can be judged without building it."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

import pytest

from installer import bill, imports, msi, runtime, stage, wheels
from rathaus_desk.kernel.policies import KEY, Policies

ROOT = Path(__file__).parents[2]
INSTALLER = ROOT / "installer"


def test_the_lock_for_windows_has_windows_parts_and_hashes_only():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = wheels.lines_for(wheels.windows(), lock).splitlines()
    names = [line.partition("==")[0] for line in lines]
    assert {"pywin32-ctypes", "tzdata", "pyside6-essentials", "keyring"} <= set(names)
    assert not {"jeepney", "secretstorage", "backports-tarfile", "importlib-metadata"} & set(names)
    assert all("--hash=sha256:" in line and ";" not in line for line in lines)


def test_no_file_of_the_installer_names_a_host():
    formats = (
        "schemas.microsoft.com",
        "www.debian.org/doc/packaging-manuals",
        "www.freedesktop.org/standards",
    )
    allowed = (*formats, "desk.example.org", "http://127.0.0.1:8443")
    for path in INSTALLER.rglob("*"):
        if path.is_file() and path.suffix not in {".pyc", ".ico"}:
            for line in path.read_text(encoding="utf-8").splitlines():
                assert "://" not in line or any(host in line for host in allowed), f"{path.name}: {line}"


def test_pruning_drops_keeps_and_tells_of_lines_that_fit_nothing(tmp_path):
    for name in ("Qt/a.dll", "Qt/b.dll", "Qt/deep/c.dll", "lib/x.py", "lib/x.pyi", "lib/tests/t.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    rules = {"drop": {"everywhere": ["*.pyi", "tests"], "paths": []}, "keep": {"Qt": {"paths": ["a.dll"]}}}
    stage.prune(tmp_path, rules)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"Qt/a.dll", "lib/x.py"}
    stage.prune(
        tmp_path, {"drop": {"everywhere": [], "paths": []}, "keep": {}, "replace": {"lib/x.py": "new"}}
    )
    assert (tmp_path / "lib/x.py").read_text() == "new"
    with pytest.raises(ValueError, match="nowhere"):
        stage.prune(tmp_path, {"drop": {"everywhere": [], "paths": ["nowhere/*"]}, "keep": {}})
    with pytest.raises(ValueError, match=r"gone\.dll"):
        stage.prune(
            tmp_path, {"drop": {"everywhere": [], "paths": []}, "keep": {"Qt": {"paths": ["gone.dll"]}}}
        )


def test_pruning_rules_can_be_read():
    assert "Qt6Widgets.dll" in stage.rules("windows")["keep"]["PySide6"]["paths"]
    assert "QtWidgets.abi3.so" in stage.rules("linux")["keep"]["PySide6"]["paths"]


def test_the_file_list_names_every_file_once_and_is_the_same_again(tmp_path):
    program = tmp_path / "program"
    for name in ("a.exe", "Lib/b & c.pyc", "Lib/Ä/d.txt"):
        path = program / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    text = msi.file_list(program)
    tree = ElementTree.fromstring(text.partition("?>")[2])
    files = [one.get("Source") for one in tree.iter() if one.tag.endswith("}File")]
    assert sorted(files) == ["program/Lib/b & c.pyc", "program/Lib/Ä/d.txt", "program/a.exe"]
    components = [one.get("Guid") for one in tree.iter() if one.tag.endswith("}Component")]
    assert len(set(components)) == 3
    assert msi.file_list(program) == text
    (program / "Lib" / "more.pyc").touch()
    changed = [
        one.get("Guid")
        for one in ElementTree.fromstring(msi.file_list(program).partition("?>")[2]).iter()
        if one.tag.endswith("}Component")
    ]
    assert len(set(components) & set(changed)) == 2, "a folder with other files is another component"


def test_the_product_says_what_wixl_cannot(tmp_path):
    statements = msi._for_wixl(INSTALLER / "product.wxs", tmp_path / "product.wxs")
    text = "\n".join(statements)
    assert "`Condition` = 'NOT NOSHORTCUT'" in text
    assert "SET `Sequence` = 1501" in text
    secure = next(one for one in statements if "SecureCustomProperties', " in one)
    for name in ("SERVERURL", "TOWNFOLDER", "SHAREDDATA", "NOSHORTCUT", "REMOVEDATA"):
        assert name in secure


def test_every_version_is_a_product_of_its_own():
    assert msi.product_code("1.0.0") == msi.product_code("1.0.0") != msi.product_code("1.0.1")


def test_a_library_file_that_is_not_in_the_signed_catalogue_is_refused(tmp_path):
    (tmp_path / "os.py").write_bytes(b"import evil")
    with pytest.raises(runtime.Untrusted, match=r"os\.py"):
        runtime._verify_library(tmp_path, b"a catalogue of other files")


def test_an_unsigned_program_is_refused(tmp_path):
    if subprocess.run(["sh", "-c", "command -v osslsigncode"], capture_output=True).returncode:
        pytest.skip("osslsigncode is not installed: make installer installs it")
    (tmp_path / "python.exe").write_bytes(b"MZ not signed")
    with pytest.raises(runtime.Untrusted, match=r"python\.exe"):
        runtime._signer(tmp_path / "python.exe", next((INSTALLER / "trust").glob("*.pem")))


@pytest.mark.parametrize(
    ("licence", "entry"),
    [
        ("MIT", {"expression": "MIT"}),
        ("Apache-2.0 OR BSD-3-Clause", {"expression": "Apache-2.0 OR BSD-3-Clause"}),
        ("MIT License", {"license": {"name": "MIT License"}}),
    ],
)
def test_licences_stand_in_the_bill_as_expression_or_by_name(licence, entry):
    assert bill._licence_entry(licence) == entry


def test_the_group_policies_are_those_the_program_reads():
    space = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"
    admx = ElementTree.parse(INSTALLER / "policies" / "RathausDesk.admx")
    named = {one.get("name"): one for one in admx.iter(f"{space}policy")}
    read = {one.metadata["name"] for one in fields(Policies)}
    assert set(named) == read
    assert {one.get("key") for one in named.values()} == {KEY}
    texts = {one.get("valueName") for one in admx.iter(f"{space}text")}
    assert texts | {one.get("valueName") for one in named.values() if one.get("valueName")} == read
    for language in ("de-DE", "en-US"):
        adml = ElementTree.parse(INSTALLER / "policies" / language / "RathausDesk.adml")
        strings = {one.get("id") for one in adml.iter(f"{space}string")}
        assert {f"{name}{end}" for name in read for end in ("", "Help")} <= strings
        assert {one.get("id") for one in adml.iter(f"{space}presentation")} == texts


def test_the_handbook_names_every_property_and_policy():
    handbook = (ROOT / "docs" / "administration.md").read_text(encoding="utf-8")
    for name in (
        *(one.metadata["name"] for one in fields(Policies)),
        "INSTALLDIR",
        "SERVERURL",
        "TOWNFOLDER",
    ):
        assert f"`{name}" in handbook
    for name in ("SHAREDDATA", "NOSHORTCUT", "LANGUAGE", "REMOVEDATA"):
        assert f"`{name}" in handbook


def test_a_library_that_is_neither_there_nor_in_windows_is_named():
    wanted = {
        "Lib/site-packages/PySide6/plugins/qwindows.dll": {"KERNEL32.dll", "Qt6Gui.dll", "WINSPOOL.DRV"},
        "Lib/site-packages/PySide6/qt6gui.dll": {"Qt6Core.dll", "api-ms-win-crt-heap-l1-1-0.dll"},
    }
    assert imports.missing_of(wanted) == [("Qt6Core.dll", "qt6gui.dll")]


def test_a_library_is_looked_for_where_windows_looks():
    lib = "Lib/site-packages"
    wanted: dict[str, set[str]] = {
        f"{lib}/zxingcpp/zxingcpp.pyd": {"MSVCP140.dll"},
        f"{lib}/PySide6/msvcp140.dll": set(),
    }
    assert imports.missing_of(wanted) == [("MSVCP140.dll", "zxingcpp.pyd")], "Qt's folder is Qt's own"
    assert imports.missing_of({**wanted, "msvcp140.dll": set()}) == []
    beside = {f"{lib}/pikepdf/_core.pyd": {"qpdf30.dll"}, f"{lib}/pikepdf.libs/qpdf30.dll": set()}
    assert imports.missing_of(beside) == []


def test_the_package_does_not_tell_when_it_was_built():
    head = b"\xfe\xff" + bytes(22) + struct.pack("<I", 1)
    times = struct.pack("<IQ", 64, 1) + struct.pack("<IQ", 64, 2)
    section = struct.pack("<IIIIII", 0, 2, 12, 24, 13, 36) + times
    summary = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9") + struct.pack("<I", 48) + section
    package = bytes(100) + head + summary + bytes(50)
    changed = msi.with_moment(package, 0)
    assert len(changed) == len(package)
    assert [number for number, (one, two) in enumerate(zip(package, changed, strict=True)) if one != two]
    first = 100 + 48 + 24 + 4
    assert struct.unpack_from("<Q", changed, first) == (116_444_736_000_000_000,)
    assert struct.unpack_from("<Q", changed, first + 12) == (116_444_736_000_000_000,)


def test_a_module_that_our_sources_import_must_not_be_pruned(tmp_path):
    ours = tmp_path / "rathaus_desk"
    ours.mkdir()
    (ours / "a.py").write_text(
        "import os, click\ndef f():\n    from holidays.countries.germany import Germany\n"
    )
    (tmp_path / "click").mkdir()
    countries = tmp_path / "holidays" / "countries"
    countries.mkdir(parents=True)
    (countries / "germany.pyc").touch()
    assert imports.check_sources(ours, tmp_path) == 2
    (countries / "germany.pyc").unlink()
    with pytest.raises(imports.Missing, match=r"holidays\.countries\.germany \(for a\.py\)"):
        imports.check_sources(ours, tmp_path)
