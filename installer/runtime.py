"""The Windows Python that goes into the package: fetched by hash, its signatures verified.

Every program and library must carry a signature that leads to a pinned root, made by the Python Software
Foundation; Microsoft's C runtime is pinned by content; the standard library must be listed, file by file, in
the foundation's signed catalogue. A runtime from anywhere passes if it is unchanged.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
TAG = "312"

_CATALOGUE = "DLLs/python_lib.cat"
_FOUNDATION = "O=Python Software Foundation/CN=Python Software Foundation"
_C_RUNTIME = {
    # Signed by Microsoft under a root that no bundle of Linux has: pinned by content (14.42.34226.3).
    "vcruntime140.dll": "36585912e5eaf83ba9fea0631534f690ccdc2d7ba91537166fe53e56c221e153",
    "vcruntime140_1.dll": "82a2f9ae1e6146ae3cb0f4bc5a62b7227e0384209d9b1aef86bbcc105912f7cd",
}

_TOP = {"python.exe", "python3.dll", f"python{TAG}.dll", *_C_RUNTIME}
_DLLS_LEFT = {
    "_msi.pyd", "_sqlite3.pyd", "_tkinter.pyd", "sqlite3.dll", "tcl86t.dll", "tk86t.dll", "winsound.pyd",
    "zlib1.dll",
    "_wmi.pyd",  # platform.py does without: one slow query less at every start
}  # fmt: skip
_LIBRARY_LEFT = {
    "__phello__", "__pycache__", "curses", "dbm", "ensurepip", "idlelib", "lib2to3", "mailbox.py", "msilib",
    "pydoc_data", "site-packages", "sqlite3", "test", "tkinter", "turtle.py", "turtledemo", "venv", "wsgiref",
    # For developers, and protocols that nothing here speaks.
    "aifc.py", "cgi.py", "cgitb.py", "doctest.py", "imaplib.py", "nntplib.py", "pdb.py", "poplib.py",
    "profile.py", "pstats.py", "smtplib.py", "sunau.py", "telnetlib.py", "trace.py", "unittest", "xmlrpc",
    # The same again in Python, for where the compiled ones are missing.
    "_pydatetime.py", "_pydecimal.py", "_pyio.py",
}  # fmt: skip

_BESIDE_THE_CATALOGUE = {
    # The catalogue of 3.12.9 omits two files; these are their contents in the archive that runtime.lock pins.
    "xml/__init__.py": "8e7bc2b8a9974751e0bf0be8e8fd3c116fb0ed2ff2e372f693a7e3659a46f8dc",
    "zipfile/__init__.py": "543e53b3561f49e43693c81dbf05f77363ab445024693791e3445078232a29f6",
}


class Untrusted(Exception):
    """The runtime is not what its maker signed."""


def fetch(cache: Path) -> Path:
    """The runtime as it comes, unpacked in ``cache``; fetched when the lock asks for another one."""
    wanted = hashlib.sha256((HERE / "runtime.lock").read_bytes()).hexdigest()[:12]
    place = cache / f"runtime-{wanted}"
    if (place / "python.exe").exists():
        return place
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        helpers, fetched = Path(scratch, "helpers"), Path(scratch, "fetched")
        _pip("install", "--require-hashes", "--target", str(helpers), "-r", str(HERE / "unpacking.lock"))
        _pip(
            "download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--require-hashes",
            "-d", str(fetched), "-r", str(HERE / "runtime.lock"),
            search=helpers,
        )  # fmt: skip
        (archive,) = fetched.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            (member,) = (one for one in tar.getmembers() if one.name.endswith("/data.zip"))
            inner = tar.extractfile(member)
            assert inner is not None
            with zipfile.ZipFile(inner) as data:
                data.extractall(scratch)
        (root,) = Path(scratch).glob("cp3*")
        root.replace(place)
    return place


def _pip(*arguments: str, search: Path | None = None) -> None:
    environment = dict(os.environ) if search is None else {**os.environ, "PYTHONPATH": str(search)}
    command = [sys.executable, "-m", "pip", arguments[0], "-q", "--disable-pip-version-check", *arguments[1:]]
    subprocess.run(command, check=True, env=environment)


def take(runtime: Path, target: Path) -> None:
    """Copies what the program needs of ``runtime`` to ``target``: programs, DLLs and Lib (sources)."""
    target.mkdir(parents=True)
    for name in sorted(_TOP):
        shutil.copy2(runtime / name, target / name)
    shutil.copytree(runtime / "DLLs", target / "DLLs", ignore=shutil.ignore_patterns(*_DLLS_LEFT, "*.ico"))
    shutil.copytree(runtime / "Lib", target / "Lib", ignore=lambda _folder, names: _LIBRARY_LEFT & set(names))
    shutil.copy2(runtime / "LICENSE.txt", target / "LICENSE-Python.txt")


def verify(taken: Path) -> str:
    """One sentence on what was verified of the files in ``taken``; Untrusted if anything is not as signed."""
    signed = [one for one in sorted(taken.rglob("*")) if one.suffix in {".exe", ".dll", ".pyd", ".cat"}]
    by_maker = [one for one in signed if one.name not in _C_RUNTIME]
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor() as pool:
        roots = Path(scratch, "roots.pem")
        pinned = (*sorted((HERE / "trust").glob("*.pem")), Path("/etc/ssl/certs/ca-certificates.crt"))
        roots.write_text("\n".join(one.read_text(encoding="utf-8") for one in pinned), encoding="utf-8")
        signers = list(pool.map(lambda one: _signer(one, roots), by_maker))
    for path, signer in zip(by_maker, signers, strict=True):
        if not signer.endswith(_FOUNDATION):
            raise Untrusted(f"{path.name} is signed by {signer}")
    for name, digest in _C_RUNTIME.items():
        if hashlib.sha256((taken / name).read_bytes()).hexdigest() != digest:
            raise Untrusted(f"{name} is not the one expected")
    sources = _verify_library(taken / "Lib", (taken / _CATALOGUE).read_bytes())
    return f"{len(by_maker)} signatures and {sources} files of the standard library verified"


@lru_cache(maxsize=1)
def _offline() -> tuple[str, ...]:
    """Newer versions of osslsigncode would ask the network for revocations."""
    said = subprocess.run(["osslsigncode", "verify", "--help"], capture_output=True, text=True, check=False)
    return ("-ignore-crl",) if "-ignore-crl" in said.stdout + said.stderr else ()


def _signer(path: Path, roots: Path) -> str:
    """The subject of the certificate that signed ``path``; Untrusted if the signature does not hold."""
    run = subprocess.run(
        ["osslsigncode", "verify", *_offline(), "-CAfile", roots, "-TSA-CAfile", roots, "-in", path],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if run.returncode or "Signature verification: ok" not in run.stdout:
        raise Untrusted(f"the signature of {path.name} does not hold:\n{run.stdout}{run.stderr}")
    # The last chain that is told is that of the signature itself, its leaf is the signer.
    own = run.stdout.partition("Signer's certificate:")[2] or run.stdout
    return next(line.partition(":")[2].strip() for line in own.splitlines() if "Subject:" in line)


def _verify_library(library: Path, catalogue: bytes) -> int:
    count = 0
    for path in sorted(library.rglob("*")):
        if not path.is_file():
            continue
        count += 1
        content = path.read_bytes()
        digest = hashlib.sha256(content)
        name = path.relative_to(library).as_posix()
        listed = digest.digest() in catalogue or hashlib.sha1(content).digest() in catalogue
        if content and not listed and _BESIDE_THE_CATALOGUE.get(name) != digest.hexdigest():
            raise Untrusted(f"Lib/{name} is not in the signed catalogue")
    return count
