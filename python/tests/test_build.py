"""The wheel and the source distribution."""

import base64
import hashlib
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile

import pytest
from conftest import ROOT

needs_go = pytest.mark.skipif(not shutil.which("go"), reason="no Go")


def build(folder, hook, out, **environment):
    """Calls a hook of the backend in a folder, as pip does."""
    script = f"import sys; sys.path.insert(0, '.'); import backend; print(backend.{hook}(sys.argv[1]))"
    return subprocess.run([sys.executable, "-B", "-c", script, str(out)], cwd=folder, env={**os.environ, **environment},
                          capture_output=True, text=True)


@needs_go
def test_a_source_distribution_makes_a_wheel_with_the_program(tmp_path):
    done = build(ROOT / "python", "build_sdist", tmp_path)
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / done.stdout.strip()) as archive:
        assert not [n for n in archive.getnames() if n.endswith("_test.go") or "__pycache__" in n]
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / done.stdout.strip().removesuffix(".tar.gz")
    done = build(folder, "build_wheel", tmp_path)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / done.stdout.strip()) as wheel:
        record = next(n for n in wheel.namelist() if n.endswith("RECORD"))
        lines = wheel.read(record).decode().splitlines()
        assert sorted(line.split(",")[0] for line in lines) == sorted(wheel.namelist())
        for name, digest, size in (line.split(",") for line in lines if not line.startswith(record)):
            text = wheel.read(name)
            want = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == ("sha256=" + want, len(text))
        (program,) = [i for i in wheel.infolist() if "/bin/" in i.filename]
        assert (program.external_attr >> 16) & stat.S_IXUSR and "lagrange/py.typed" in wheel.namelist()
        path = pathlib.Path(wheel.extract(program, tmp_path))
    path.chmod(0o755)
    said = subprocess.run([path, "version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("lagrange ")


def test_without_go_a_wheel_calls_the_program_of_the_path(tmp_path):
    nothing = dict(PATH=str(tmp_path), LAGRANGE="")
    done = build(ROOT / "python", "build_wheel", tmp_path, **nothing)
    assert done.returncode != 0 and "install Go" in done.stderr
    done = build(ROOT / "python", "build_wheel", tmp_path, **{**nothing, "LAGRANGE": "/opt/lagrange"})
    assert done.stdout.strip().endswith("-py3-none-any.whl")
    with zipfile.ZipFile(tmp_path / done.stdout.strip()) as wheel:
        assert not [n for n in wheel.namelist() if "/bin/" in n or "entry_points" in n]
