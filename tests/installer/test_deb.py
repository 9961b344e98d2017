"""The Debian package: what can be judged without building it."""

from __future__ import annotations

import configparser
import re
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from installer import deb, msi, stage, wheels

ROOT = Path(__file__).parents[2]
ENDS = {"rathaus-stadt", "rathaus-fall"}


def test_the_control_file_names_the_one_python_it_is_built_for(tmp_path):
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "file").write_text("x" * 4096)
    deb.write_control(tmp_path, "3.11", "1.2.3")
    told = (tmp_path / "DEBIAN" / "control").read_text(encoding="utf-8")
    assert "Version: 1.2.3+py3.11\n" in told
    assert "python3 (>= 3.11~), python3 (<< 3.12~), " in told
    assert "Installed-Size: 4\n" in told
    assert len(re.findall("^Depends:.*libxkbcommon0.*$", told, re.MULTILINE)) == 1, "on one line"
    assert (tmp_path / "DEBIAN" / "md5sums").read_text().endswith("  usr/file\n")


def test_its_name_tells_version_and_python():
    assert deb.file_name("1.2.3", "3.13") == "rathaus-desk_1.2.3+py3.13_amd64.deb"


def test_both_systems_know_the_same_file_types():
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(deb.LINUX / "rathaus-desk.desktop", encoding="utf-8")
    kinds = set(entry["Desktop Entry"]["MimeType"].strip(";").split(";"))
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    types = {one.get("type"): one for one in ElementTree.parse(deb.LINUX / "rathaus-desk.xml").getroot()}
    globs = {str(one.find(f"{space}glob").get("pattern")).removeprefix("*.") for one in types.values()}
    assert kinds == set(types) == {f"application/x-{end}" for end in ENDS}
    assert globs == ENDS
    product = (msi.HERE / "product.wxs").read_text(encoding="utf-8")
    assert set(re.findall(r'Key="Software\\Classes\\\.([a-z-]+)"', product)) == ENDS


@pytest.mark.parametrize("name", ["postinst", "prerm", "rathaus-desk"])
def test_its_scripts_are_shell_and_touch_no_data(name):
    subprocess.run(["sh", "-n", deb.LINUX / name], check=True)
    commands = [
        line
        for line in (deb.LINUX / name).read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert not any(word in line for line in commands for word in ("rm ", "/home", "/etc", "curl", "wget"))


def test_the_lock_for_linux_brings_the_keyring_of_the_desktop():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = {line.partition("==")[0] for line in wheels.lines_for(wheels.linux("3.13"), lock).splitlines()}
    assert {"jeepney", "secretstorage", "pyside6-essentials"} <= names
    assert "pywin32-ctypes" not in names


def test_both_systems_leave_out_the_same_but_for_what_only_one_has():
    rules = tomllib.loads((stage.HERE / "pruning.toml").read_text(encoding="utf-8"))
    windows, linux = stage.rules("windows"), stage.rules("linux")
    common = set(rules["drop"]["paths"])
    assert common == set(windows["drop"]["paths"]) & set(linux["drop"]["paths"])
    assert windows["replace"] == linux["replace"]
