"""The notebook runs from end to end, and holds no outputs that could differ from its own."""

import pathlib
import re

import pytest
from conftest import ROOT

import lagrange

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
for module in ("ipykernel", "matplotlib", "pandas"):
    pytest.importorskip(module)


def test_ten_cells_lead_from_a_recording_to_a_prediction(monkeypatch):
    path = ROOT / "examples" / "recording-to-model.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert len(notebook.cells) == 10
    assert all(not c.outputs and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(lagrange.__file__).parents[1]))
    client = nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3",
                                     resources={"metadata": {"path": str(path.parent)}})
    client.execute()
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    text = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")
    assert "cos(theta)" in text and float(re.search(r"score (\S+)", text)[1]) > 0.99
    assert sum("image/png" in o.get("data", {}) for o in outputs) == 4
