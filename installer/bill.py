"""What is in the package: bill of materials (CycloneDX 1.6), licences of all parts, hashes of all files."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

HERE = Path(__file__).parent
ROOT = HERE.parent
HASHES = "SHA256SUMS"
BILL = "sbom.cdx.json"

Inside = tuple[tuple[str, str, str, str], ...]
"""Name, version, licence and a note of each part."""

_COMMON = Path("/usr/share/common-licenses")
"""Debian and Ubuntu bring the texts that many parts share; Qt's wheels carry only the commercial one."""
_NOT_TOLD = {"sqlcipher3": "Zlib"}
_INSIDE = (
    # What no metadata of Python tells: libraries that others carry inside.
    ("OpenSSL", "3.6.0", "Apache-2.0", "inside sqlcipher3"),
    ("SQLCipher", "4.19", "BSD-3-Clause", "inside sqlcipher3"),
    ("Qt", "6.11.3", "LGPL-3.0-only", "libraries of PySide6, replaceable by the user"),
    ("Lucide", "1.62.0", "ISC", "icons"),
    ("Arimo", "1.33", "OFL-1.1", "font of the letters"),
)
OF_WINDOWS = (
    ("CPython", "3.12.9", "PSF-2.0", ""),
    ("OpenSSL", "3.0.15", "Apache-2.0", "libcrypto-3.dll, libssl-3.dll of the runtime"),
    ("Microsoft Visual C++ Runtime", "14", "LicenseRef-Microsoft-Redistributable", "vcruntime140, msvcp140"),
)
OF_LINUX = (("ICU", "73", "Unicode-3.0", "libicu*.so.73 of PySide6"),)


def add(program: Path, packages: Path, version: str, inside: Inside) -> None:
    """Puts bill, licences and hashes into the folder that will be installed, with its ``packages``.

    ``inside``: what this system's packages carry besides.
    """
    licences = program / "licences"
    licences.mkdir()
    components = []
    overview = ["Rathaus Desk steht unter der EUPL-1.2. Es enthält:", ""]
    for metadata in sorted(packages.glob("*.dist-info/METADATA")):
        about = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
        name, licence = about["Name"], _licence(about)
        if canonicalize_name(name) == "rathaus-desk":
            continue
        components.append(_component(name, about["Version"], licence, ""))
        overview.append(f"{name} {about['Version']}: {licence}")
        _gather(metadata.parent, licences / canonicalize_name(name))
    for name, number, licence, note in (*_INSIDE, *inside):
        components.append(_component(name, number, licence, note))
        overview.append(f"{name} {number}: {licence}" + (f" ({note})" if note else ""))
    if (program / "LICENSE-Python.txt").exists():
        (program / "LICENSE-Python.txt").replace(licences / "CPython.txt")
    shutil.copy(ROOT / "LICENSE", licences / "Rathaus Desk (EUPL-1.2).txt")
    shutil.copy(ROOT / "resources" / "icons" / "LICENSE", licences / "Lucide.txt")
    shutil.copy(ROOT / "resources" / "fonts" / "OFL.txt", licences / "Arimo.txt")
    for text in sorted((HERE / "licences").glob("*.txt")):
        shutil.copy(text, licences / text.name)
    for name in ("LGPL-3", "GPL-3", "Apache-2.0"):
        shutil.copy(_COMMON / name, licences / f"{name}.txt")
    (licences / "Übersicht.txt").write_text("\r\n".join([*overview, ""]), encoding="utf-8-sig")
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _component("rathaus-desk", version, "EUPL-1.2", "", kind="application")},
        "components": components,
    }
    (program / BILL).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(program).as_posix()}"
        for path in sorted(program.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    (program / HASHES).write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")


def publish(program: Path, package: Path) -> None:
    """Puts the bill and the package's own hash beside the package."""
    bill = package.with_suffix(".cdx.json")
    shutil.copy(program / BILL, bill)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in (package, bill)]
    (package.parent / HASHES).write_text("".join(lines), encoding="ascii")


def _component(name: str, version: str, licence: str, note: str, *, kind: str = "library") -> dict[str, Any]:
    made: dict[str, Any] = {"type": kind, "name": name, "version": version}
    made["licenses"] = [_licence_entry(licence)]
    if note:
        made["description"] = note
    return made


def _licence_entry(licence: str) -> dict[str, Any]:
    if re.fullmatch(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) \(?[A-Za-z0-9.+-]+\)?)*", licence):
        return {"expression": licence}
    return {"license": {"name": licence}}


def _licence(about: Any) -> str:
    """The licence a package names, the exact way first."""
    named = about["License-Expression"]
    if named:
        return str(named)
    classifiers = [one for one in about.get_all("Classifier", []) if one.startswith("License ::")]
    classified = [one.rpartition(" :: ")[2] for one in classifiers if not one.endswith(":: OSI Approved")]
    first_line = (about["License"] or "").strip().partition("\n")[0]
    return _NOT_TOLD.get(about["Name"]) or " / ".join(classified) or first_line or "see its licence file"


def _gather(information: Path, target: Path) -> None:
    """The licence texts of a package, from wherever its wheel keeps them."""
    telling = re.compile(r"licen[cs]e|copying|notice|authors", re.IGNORECASE)
    texts = [path for path in sorted(information.rglob("*")) if path.is_file()]
    for text in texts:
        if not telling.search(text.relative_to(information).as_posix()):
            continue
        target.mkdir(exist_ok=True)
        shutil.move(text, target / text.name)
    for folder in sorted((one for one in information.rglob("*") if one.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
