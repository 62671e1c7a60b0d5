"""Builds the package (PEP 517) without anything but Python: the program is compiled by Go into the wheel.

A wheel needs Go, unless a program named lagrange is on the path, or the variable LAGRANGE names one: then
the wheel has none of its own and calls that one. A source distribution has the sources of the program in
the folder go, and needs Go to be made and to be built.
"""

import base64
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
NAME = f"{PROJECT['name']}-{PROJECT['version']}"
EXE = "lagrange.exe" if os.name == "nt" else "lagrange"
# the module of the program: beside this folder in a checkout, within it in a source distribution
MODULE = HERE / "go" if (HERE / "go" / "go.mod").exists() else HERE.parent


def _go(*args):
    """What the go command prints, of the module of the program."""
    if not (MODULE / "go.mod").exists():
        sys.exit(f"{MODULE} has no sources of the program: install from a checkout or a source distribution")
    environment = dict(os.environ, CGO_ENABLED="0")
    return subprocess.run(["go", *args], cwd=MODULE, env=environment, stdout=subprocess.PIPE, check=True).stdout


def _program():
    """The program compiled for this platform; None: there is no Go, but a program on the path."""
    if shutil.which("go"):
        with tempfile.TemporaryDirectory() as folder:
            stamp = "auto" if MODULE == HERE.parent else "false"  # a source distribution is no checkout
            path = pathlib.Path(folder, EXE)
            _go("build", f"-buildvcs={stamp}", "-o", str(path), "./cmd/lagrange")
            return path.read_bytes()
    if os.environ.get("LAGRANGE") or shutil.which("lagrange"):
        return None
    sys.exit("neither Go nor a program lagrange is here: install Go 1.26 from go.dev, or set LAGRANGE to the program")


def _sources():
    """The files of the module that the program is compiled from, relative to the module."""
    wanted = ("GoFiles", "SFiles", "HFiles", "EmbedFiles", "IgnoredGoFiles", "IgnoredOtherFiles")
    text = _go("list", "-deps", "-json=Dir,Module," + ",".join(wanted), "./cmd/lagrange").decode()
    decoder, at, files = json.JSONDecoder(), 0, ["go.mod", "go.sum"]
    while at < len(text):
        package, at = decoder.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip())
        if package.get("Module", {}).get("Main"):
            folder = pathlib.Path(package["Dir"]).relative_to(MODULE.resolve())
            files += [(folder / f).as_posix() for kind in wanted for f in package.get(kind, [])]
    return sorted(f for f in files if not f.endswith("_test.go"))


def _metadata():
    head = {"Metadata-Version": "2.4", "Name": PROJECT["name"], "Version": PROJECT["version"],
            "Summary": PROJECT["description"], "License-Expression": PROJECT["license"], "License-File": "LICENSE",
            "Requires-Python": PROJECT["requires-python"], "Description-Content-Type": "text/markdown"}
    lines = [f"{k}: {v}" for k, v in head.items()] + [f"Requires-Dist: {d}" for d in PROJECT["dependencies"]]
    return "\n".join(lines) + "\n\n" + (HERE / "README.md").read_text("utf-8")


def _own():
    """The files of the package, relative to this folder."""
    return sorted(p.relative_to(HERE).as_posix() for p in (HERE / "lagrange").iterdir()
                  if p.suffix == ".py" or p.name == "py.typed")


def _licence():
    return next(p for p in (HERE / "LICENSE", MODULE / "LICENSE") if p.exists()).read_bytes()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """A wheel with the program, for this platform; or without it, for any."""
    program, info = _program(), NAME + ".dist-info/"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_") if program else "any"
    files = {name: (HERE / name).read_bytes() for name in _own()}
    files[info + "METADATA"] = _metadata().encode()
    files[info + "WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: lagrange\nRoot-Is-Purelib: {str(not program).lower()}\n"
                             f"Tag: py3-none-{platform}\n").encode()
    files[info + "licenses/LICENSE"] = _licence()
    if program:
        files["lagrange/bin/" + EXE] = program
        files[info + "entry_points.txt"] = b"[console_scripts]\nlagrange = lagrange._program:main\n"
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text)}\n"
    files[info + "RECORD"] = (record + info + "RECORD,,\n").encode()
    wheel = f"{NAME}-py3-none-{platform}.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if "/bin/" in name else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return wheel


def build_sdist(sdist_directory, config_settings=None):
    """An archive with this folder and the sources of the program."""
    files = {name: (HERE / name).read_bytes() for name in [*_own(), "pyproject.toml", "backend.py", "README.md"]}
    files |= {"go/" + name: (MODULE / name).read_bytes() for name in _sources()}
    files |= {"LICENSE": _licence(), "PKG-INFO": _metadata().encode()}
    with tarfile.open(pathlib.Path(sdist_directory, NAME + ".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"{NAME}/{name}")
            entry.size, entry.mode = len(text), 0o644
            archive.addfile(entry, io.BytesIO(text))
    return NAME + ".tar.gz"
