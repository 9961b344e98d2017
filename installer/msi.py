"""The MSI: lists the laid out folder for wixl and lets it build."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid5
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from installer import cabinet, launcher

HERE = Path(__file__).parent
_NAMESPACE = "http://schemas.microsoft.com/wix/2006/wi"
_UNKNOWN_TO_WIXL = {
    "Package": ("Platform",),
    "Media": ("CompressionLevel",),
    "MajorUpgrade": ("Schedule",),
}
_CABINET = "program.cab"
"""As product.wxs names it."""
_BESIDE = 20
_PROGRAM_OF_WINDOWS = 34 + 1024 + 2048
"""Type of an action: a program by its path, deferred, with the rights of the system."""
_GO_ON_ANYWAY = 64
_SUMMARY = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
"""By which a file of this kind marks its summary; times in it are made (12) and saved (13)."""
_TIMES, _FILETIME = {12, 13}, 64
_SPACE = UUID("8c2f7e0a-3f0e-4f53-9c7e-3d1f0a4b5c6d")


def build(
    program: Path,
    target: Path,
    version: str,
    icon: Path,
    sign: Callable[[Path], None] = lambda _: None,
    *,
    small: bool = True,
) -> None:
    """Writes ``target`` from the folder ``program``; ``sign`` gets what runs during an installation.

    ``small``: packed as well as Windows can read; it takes a minute and a half.
    """
    at = moment()
    for path in (*program.rglob("*"), icon):
        os.utime(path, (at, at))
    listed, product = target.with_name("files.wxs"), target.with_name("product.wxs")
    listed.write_text(file_list(program), encoding="utf-8")
    finishing = _for_wixl(HERE / "product.wxs", product)
    actions = target.with_name("actions.dll")
    launcher.build_actions(actions)
    sign(actions)
    # Sources stand relative to the files that name them.
    defined = {
        "Version": version,
        "Megabytes": str(_megabytes(program)),
        "ProductCode": product_code(version),
        "Icon": icon.relative_to(target.parent).as_posix(),
        "Actions": actions.name,
    }
    options = [word for name, value in defined.items() for word in ("-D", f"{name}={value}")]
    command = ["wixl", "-a", "x64", *options, "-o", target.name, product.name, listed.name]
    subprocess.run(command, cwd=target.parent, check=True)
    if small:
        _pack_better(target, program)
    # wixl leaves it to each machine how letters beyond ASCII are read.
    codepage = target.with_name("codepage.idt")
    codepage.write_bytes(b"\r\n\r\n1252\t_ForceCodepage\r\n")
    subprocess.run(["msibuild", target, "-i", codepage], check=True)
    for statement in finishing:
        subprocess.run(["msibuild", target, "-q", statement], check=True)
    # wixl says that the texts are English.
    title, maker = f"Rathaus Desk {version}", "Rathaus Desk contributors"
    summary = [title, maker, "x64;1031", _guid(f"package {version}")]
    subprocess.run(["msibuild", target, "-s", *summary], check=True)
    target.write_bytes(with_moment(target.read_bytes(), at))


def _megabytes(program: Path) -> int:
    """What a drive must have room for, and some more for what Windows keeps beside it."""
    return sum(path.stat().st_size for path in program.rglob("*") if path.is_file()) // 1_000_000 + _BESIDE


def _pack_better(package: Path, program: Path) -> None:
    """Packs the cabinet in ``package`` anew; another reader must find ``program`` in it, to the byte."""
    extract = ["msiinfo", "extract", str(package), _CABINET]
    packed = cabinet.repack(subprocess.run(extract, stdout=subprocess.PIPE, check=True).stdout)
    with tempfile.TemporaryDirectory(dir=package.parent) as scratch:
        made, read = Path(scratch, _CABINET), Path(scratch, "read")
        made.write_bytes(packed)
        subprocess.run(["cabextract", "-q", "-d", read, made], check=True)
        for path in (one for one in program.rglob("*") if one.is_file()):
            if (read / _name("f", path, program)).read_bytes() != path.read_bytes():
                raise RuntimeError(f"{path} is not in the cabinet as it was")
        subprocess.run(["msibuild", package, "-a", _CABINET, made], check=True)


def moment() -> int:
    """The time that all files and the package get: SOURCE_DATE_EPOCH, else that of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    commit = ["git", "-C", str(HERE), "log", "-1", "--format=%ct"]
    told = subprocess.run(commit, capture_output=True, text=True, check=False).stdout.strip()
    return int(told) if told else 315_532_800


def with_moment(package: bytes, moment: int) -> bytes:
    """``package`` with ``moment`` as the time it was made and saved, which its tools take from the clock."""
    at = package.index(_SUMMARY)
    stream = at - 28
    (section,) = struct.unpack_from("<I", package, at + 16)
    (count,) = struct.unpack_from("<I", package, stream + section + 4)
    changed = bytearray(package)
    for number in range(count):
        name, offset = struct.unpack_from("<II", package, stream + section + 8 + 8 * number)
        place = stream + section + offset
        if name in _TIMES and struct.unpack_from("<I", package, place) == (_FILETIME,):
            struct.pack_into("<Q", changed, place + 4, (moment + 11_644_473_600) * 10_000_000)
    return bytes(changed)


def _for_wixl(source: Path, target: Path) -> list[str]:
    """Writes to ``target`` what wixl understands of ``source``; the statements that add the rest.

    wixl 0.101 knows no conditions of components, no secure properties and no programs of Windows as actions,
    and it takes the old product away before the transaction begins.
    """
    ElementTree.register_namespace("", _NAMESPACE)
    tree = ElementTree.parse(source)
    statements = []
    for tag, names in _UNKNOWN_TO_WIXL.items():
        for element in tree.iter(f"{{{_NAMESPACE}}}{tag}"):
            for name in names:
                element.attrib.pop(name, None)
    (product,) = tree.iter(f"{{{_NAMESPACE}}}Product")
    secure = ["WIX_UPGRADE_DETECTED", "WIX_DOWNGRADE_DETECTED"]
    for element in product.findall(f"{{{_NAMESPACE}}}Property"):
        if element.attrib.pop("Secure", ""):
            secure.append(str(element.get("Id")))
            if not element.get("Value") and not len(element):
                product.remove(element)
    statements.append("DELETE FROM `Property` WHERE `Property` = 'SecureCustomProperties'")
    statements.append(_row("Property", Property="SecureCustomProperties", Value=";".join(secure)))
    for action in product.findall(f"{{{_NAMESPACE}}}CustomAction"):
        command = action.get("ExeCommand")
        if command is not None:
            product.remove(action)
            kind = _PROGRAM_OF_WINDOWS + (_GO_ON_ANYWAY if action.get("Return") == "ignore" else 0)
            folder = action.get("Directory")
            statements.append(
                _row("CustomAction", Action=action.get("Id"), Type=kind, Source=folder, Target=command)
            )
    for component in tree.iter(f"{{{_NAMESPACE}}}Component"):
        condition = component.find(f"{{{_NAMESPACE}}}Condition")
        if condition is not None:
            component.remove(condition)
            which = f"WHERE `Component` = '{component.get('Id')}'"
            statements.append(f"UPDATE `Component` SET `Condition` = '{condition.text}' {which}")
    statements.append(
        "UPDATE `InstallExecuteSequence` SET `Sequence` = 1501 WHERE `Action` = 'RemoveExistingProducts'"
    )
    tree.write(target, encoding="utf-8", xml_declaration=True)
    return statements


def product_code(version: str) -> str:
    """By which Windows knows this version of the product."""
    return _guid(f"product {version}")


def _guid(of: str) -> str:
    return f"{{{uuid5(_SPACE, of)}}}".upper()


def _row(table: str, **values: str | int | None) -> str:
    names = ", ".join(f"`{name}`" for name in values)
    content = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in values.values())
    return f"INSERT INTO `{table}` ({names}) VALUES ({content})"


def file_list(program: Path) -> str:
    """A WiX fragment with a component for each folder.

    A component's identity is made of its folder and the names in it: what is composed differently is another
    component, as Windows Installer demands. One for each file would cost some thousand registry keys.
    """
    folders: dict[Path, list[Path]] = {}
    for path in sorted(program.rglob("*")):
        if path.is_file():
            folders.setdefault(path.parent, []).append(path)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<Wix xmlns="{_NAMESPACE}">', "<Fragment>"]
    lines += ['<DirectoryRef Id="INSTALLDIR">', *_folder(program, program, folders), "</DirectoryRef>"]
    lines += ['<ComponentGroup Id="Files">']
    lines += [f'<ComponentRef Id="{_name("c", folder, program)}"/>' for folder in folders]
    lines += ["</ComponentGroup>", "</Fragment>", "</Wix>", ""]
    return "\n".join(lines)


def _folder(folder: Path, program: Path, folders: dict[Path, list[Path]]) -> list[str]:
    lines = []
    files = folders.get(folder, [])
    if files:
        composed = "\n".join([folder.relative_to(program).as_posix(), *(path.name for path in files)])
        guid = _guid(composed)
        lines.append(f'<Component Id="{_name("c", folder, program)}" Guid="{guid}" Win64="yes">')
        for number, path in enumerate(files):
            key = ' KeyPath="yes"' if number == 0 else ""
            source = quoteattr(path.relative_to(program.parent).as_posix())
            identifier = _name("f", path, program)
            lines.append(f'<File Id="{identifier}" Name={quoteattr(path.name)} Source={source}{key}/>')
        lines.append("</Component>")
    for inner in sorted(one for one in folder.iterdir() if one.is_dir()):
        lines.append(f'<Directory Id="{_name("d", inner, program)}" Name={quoteattr(inner.name)}>')
        lines += _folder(inner, program, folders)
        lines.append("</Directory>")
    return lines


def _name(kind: str, path: Path, program: Path) -> str:
    """An identifier that is the same in every build; Windows Installer allows 72 plain characters."""
    digest = hashlib.sha256(path.relative_to(program).as_posix().encode()).hexdigest()[:24]
    return f"{kind}_{digest}"
