"""The shape of the house: who imports whom, what stands at the top level, what starts quickly."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

import core

ROOT = Path(__file__).resolve().parent.parent
STAGES = {"data", "landscape", "affinity", "projection", "graph", "grouping", "training"}
HEAVY = {
    "torch",
    "torch_geometric",
    "umap",
    "openTSNE",
    "sklearn",
    "scipy",
    "pandas",
    "pyarrow",
    "pptx",
    "typst",
    "jinja2",
    "lxml",
}
IS_TORCH = {"core/export/module.py", "core/convolutions/placed.py"}
"""Classes of torch's own, so that they can be trained on and pickled; imported where they are used."""
MODULES = sorted((ROOT / "core").rglob("*.py")) + sorted((ROOT / "dashboard").rglob("*.py"))


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path, everywhere=True):
    """Names imported by a module; only those run at import time unless `everywhere`."""
    tree = parsed(path)
    nodes = ast.walk(tree) if everywhere else tree.body
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def modules(folder):
    return [path for path in MODULES if path.relative_to(ROOT).parts[0] == folder]


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def stage_of(path):
    """The folder or file of core that a module lies in."""
    return path.relative_to(ROOT).parts[1]


def test_the_imported_core_is_this_checkout():
    assert Path(core.__file__).resolve() == ROOT / "core" / "__init__.py"


def test_the_top_level_holds_only_what_the_users_fixed():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    top = {path.split("/")[0] for path in tracked}
    allowed = {"dashboard", "core", "assets", "tests", ".streamlit", "pyproject.toml", "README.md"}
    assert top <= allowed | {".ci", ".gitignore", ".gitattributes"}


@pytest.mark.parametrize("path", modules("core"), ids=name_of)
def test_core_never_imports_the_window(path):
    roots = {name.split(".")[0] for name in imports(path)}
    assert not roots & {"streamlit", "plotly", "dashboard"}


@pytest.mark.parametrize(
    "path", [path for path in modules("core") if stage_of(path) in STAGES], ids=name_of
)
def test_stages_never_import_each_other(path):
    others = {name.split(".")[1] for name in imports(path) if name.startswith("core.")}
    above = {"plan", "pipeline", "runs", "report", "command"}
    assert not others & (STAGES - {stage_of(path)} | above)


def test_no_module_comes_back_to_itself():
    """Through imports of any kind: those inside functions and for the type checker too."""
    names = {path.relative_to(ROOT).with_suffix("").as_posix(): path for path in MODULES}
    known = {name.removesuffix("/__init__").replace("/", "."): path for name, path in names.items()}
    graph = nx.DiGraph(
        (name, other)
        for name, path in known.items()
        for other in imported_modules(path, known)
        if other != name
    )
    circles = [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1]
    assert circles == []


def imported_modules(path, known):
    """Our modules that a module imports; from a package its modules, if that is what is named."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            parts = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (part if part in known else node.module for part in parts)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_stage_has_a_folder():
    assert {stage_of(path) for path in modules("core")} >= STAGES


@pytest.mark.parametrize(
    "path", [path for path in modules("core") if name_of(path) not in IS_TORCH], ids=name_of
)
def test_heavy_packages_are_imported_where_they_are_used(path):
    roots = {name.split(".")[0] for name in imports(path, everywhere=False)}
    assert not roots & HEAVY


@pytest.mark.parametrize("path", modules("dashboard"), ids=name_of)
def test_only_session_touches_the_session_and_only_results_caches(path):
    text = path.read_text(encoding="utf-8")
    if path.name != "session.py":
        assert "st.session_state" not in text
        assert "st.query_params" not in text
    if path.name != "results.py":
        assert "st.cache_resource" not in text
    assert "st.cache_data" not in text


@pytest.mark.parametrize("path", modules("dashboard"), ids=name_of)
def test_no_page_ends_by_forgetting_what_was_clicked_meanwhile(path):
    assert "st.stop" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parent.name == "app_pages"], ids=name_of
)
def test_a_page_is_thin(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_outgrows_its_room(path):
    most = 400 if name_of(path) == "core/values.py" else 260  # all nouns stand in one place
    assert len(path.read_text(encoding="utf-8").splitlines()) <= most


def test_no_module_of_the_window_shadows_another():
    names = {path.stem for path in (ROOT / "dashboard").iterdir()} - {"__init__", "__main__"}
    assert not names & (set(sys.stdlib_module_names) | {"core", "pages"})


@pytest.mark.parametrize("what", ["import core", "import core.values", "import core.plan"])
def test_import_loads_nothing_heavy(what):
    code = f"{what}\nimport sys\nprint(*(m for m in {sorted(HEAVY)} if m in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
