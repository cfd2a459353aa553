"""A process of the tool imports what its documents need: imports cost more than a small package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from xpkg_tool.messages.build import AnalyseRequest, BuildRequest, PackageToBuild
from xpkg_tool.messages.codec import encode

META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata:\n  name: function-a\n"
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.org
spec:
  group: example.org
  names:
    kind: Widget
    listKind: WidgetList
    plural: widgets
    singular: widget
  scope: Namespaced
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
    served: true
    storage: true
"""
# What most packages can do without.
RARE = frozenset(
    {
        "xpkg_tool.documents.exact",
        "xpkg_tool.documents.positions",
        "xpkg_tool.documents.quick",
        "xpkg_tool.lint.composition",
        "xpkg_tool.lint.xrd",
        "xpkg_tool.kubernetes.regex.re2",
        "xpkg_tool.oci.reference",
        "xpkg_tool.kubernetes.cel.syntax",
        "xpkg_tool.discovery.tailor",
        "difflib",
        "yaml",
        "oryaml",
        "oras",
        "requests",
        "jsonschema",
        # They take 14 ms to import, and half a millisecond for each class: a third of the start.
        "dataclasses",
        "inspect",
        "logging",
        "subprocess",
    }
)

_SCRIPT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from xpkg_tool.__main__ import main
main(sys.argv[2:])
print(json.dumps(sorted(sys.modules)))
"""


def loaded_by(folder: Path, command: str, files: dict[str, str]) -> set[str]:
    """The modules that are loaded after `command` worked on a package of `files`."""
    for name, text in files.items():
        (folder / name).write_text(text)
    names = tuple(sorted(files))
    package = PackageToBuild("a", "", names, (), examples_expected=False, package_type=None)
    request = AnalyseRequest(names, ()) if command == "analyse" else BuildRequest((package,))
    (folder / "request.json").write_bytes(encode(request))
    path = json.dumps([p for p in sys.path if p])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _SCRIPT, path, command, "request.json", "out"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def of_the_tool(modules: set[str]) -> list[str]:
    return [name for name in modules if name.startswith("xpkg_tool")]


@pytest.mark.parametrize(
    ("command", "files", "most"),
    [
        ("analyse", {"a.yaml": META}, 50),
        ("build", {"a.yaml": META}, 69),
        ("build", {"a.yaml": META, "b.yaml": CRD}, 94),
        ("analyse", {"b.yaml": CRD}, 68),
    ],
)
def test_few_modules(tmp_path: Path, command: str, files: dict[str, str], most: int) -> None:
    loaded = loaded_by(tmp_path, command, files)
    assert loaded & RARE == set()
    # More may be right, but should be meant: look at what `python -X importtime` says of it.
    assert len(of_the_tool(loaded)) <= most, sorted(of_the_tool(loaded))


def test_what_is_rare_comes_when_it_is_needed(tmp_path: Path) -> None:
    """Without this, the test above could pass because names changed."""
    xrd = META.replace("meta.pkg", "apiextensions").replace(
        "Function", "CompositeResourceDefinition"
    )
    broken = CRD.replace("type: object", "type: objetc", 1).replace("name: v1", "name: &v v1")
    loaded = loaded_by(tmp_path, "analyse", {"a.yaml": META, "b.yaml": broken, "c.yaml": xrd})
    assert {"xpkg_tool.documents.exact", "xpkg_tool.documents.positions", "yaml"} <= loaded
    assert {"xpkg_tool.documents.quick", "oryaml", "xpkg_tool.lint.xrd"} <= loaded


def test_a_registry_takes_the_http_client_only() -> None:
    """Each of the two processes of a publication starts with this. oras-py's own client would bring
    a validator of JSON schemas, half as much again."""
    script = (
        "import json, sys\nsys.path[:0] = json.loads(sys.argv[1])\n"
        "import xpkg_tool.registry.connection\nprint(json.dumps(sorted(sys.modules)))"
    )
    path = json.dumps([p for p in sys.path if p])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, path], check=True, capture_output=True, text=True
    )
    loaded = set(json.loads(done.stdout))
    assert {"requests", "oras.container"} <= loaded
    assert loaded.isdisjoint({"jsonschema", "oras.provider", "attr", "yaml"})
