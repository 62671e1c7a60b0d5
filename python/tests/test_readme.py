"""The Python of the pages runs, with two steps in place of any budget."""

import os
import re
import warnings

import pytest
from conftest import ROOT

import lagrange
from lagrange import _model

pytest.importorskip("pandas")


@pytest.mark.parametrize("page", ["python/README.md", "README.md", "doc/guide.md"])
def test_the_python_of_a_page_runs(page, monkeypatch, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    blocks = [b for b in blocks if "from lagrange import" in b]
    assert blocks
    run = _model.run

    def hurried(args, *progress):
        if args[0] == "train":
            args = [a for a in args if not a.startswith("--budget")] + ["--steps=2", "--no-baseline"]
        return run(args, *progress)

    monkeypatch.setattr(_model, "run", hurried)
    os.symlink(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lagrange.LagrangeWarning)
        for block in blocks:
            exec(compile(block, page, "exec"), {})
