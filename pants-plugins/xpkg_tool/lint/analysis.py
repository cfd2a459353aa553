"""Reads and lints a file: its documents, with the objects that Kubernetes would read from them."""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, ReleaseFinding, has_errors
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.shortened import Collector
from xpkg_tool.documents.limits import suppressions_problem
from xpkg_tool.documents.loader import DocumentError, load, locate
from xpkg_tool.documents.stream import Document, split
from xpkg_tool.documents.suppressions import read_suppressions, too_many_suppressions
from xpkg_tool.lint.index import CHECKS
from xpkg_tool.lint.subject import Subject
from xpkg_tool.package.file import FileAnalysis, Object
from xpkg_tool.package.quick_scan import quick_label
from xpkg_tool.package.summary import facts_of
from xpkg_tool.package.types import ObjectKind

NOT_YAML = Rule("XP010", "not-yaml", "A file of the package is not YAML.", WARNING)
NO_KIND = Rule("XP201", "no-kind", "A document has no apiVersion or kind.", fatal=True)
EXAMPLE_NO_KIND = Rule(
    "XP301",
    "example-no-kind",
    "A document of the examples has no apiVersion or kind.",
    fatal=True,
    also=WARNING,
)

# Editors and tools know these two endings, and so does upstream.
YAML_ENDINGS = (".yaml", ".yml")
# In lower case, the endings of files whose author may have meant an object to be in the package.
_OBJECT_ENDINGS = (*YAML_ENDINGS, ".json")


def analyse_source(path: str, data: bytes) -> FileAnalysis:
    """Reads a file of package sources."""
    return _analyse(path, data, source=True)


def analyse_example(path: str, data: bytes) -> FileAnalysis:
    """Reads a file of examples: objects of any kind."""
    return _analyse(path, data, source=False)


_NOT_A_SOURCE = (
    "Leave the file out of `sources` if it is not part of the package; else add the object's "
    "apiVersion and kind."
)
_NOT_AN_EXAMPLE = (
    "Leave the file out of `examples` if it is not an example; else add the object's apiVersion "
    "and kind."
)


def _analyse(path: str, data: bytes, *, source: bool) -> FileAnalysis:
    if not path.endswith(YAML_ENDINGS):
        suppressions = read_suppressions(path, data)
        finding = _not_yaml(path, data, source)
        return FileAnalysis(path, (), (), (finding,), suppressions=suppressions)
    # Nobody installs examples: what Crossplane's own build accepts does not fail this one.
    loss = ERROR if source else WARNING
    documents, findings = split(path, data, loss=loss)
    suppressions = read_suppressions(path, data)
    # Of what a comment may suppress, each finding counts, wherever it is.
    found = Collector(code for comment in suppressions for code in comment.codes)
    found.add(findings)
    if too_many_suppressions(data):
        found.add((suppressions_problem(path),))
    of_releases: list[ReleaseFinding] = []
    whole = not has_errors(findings)
    objects: list[Object] = []
    metas: list[tuple[Object, dict[str, Any]]] = []
    for document in documents:
        try:
            value = load(document)
        except DocumentError as error:
            label = quick_label(document.text)
            severity = WARNING if error.readable and not source else ERROR
            found.add(
                finding._replace(object=label, severity=severity) for finding in error.findings
            )
            if severity == ERROR:
                whole = False
                continue
            value = error.value
        missing = list(_missing(document, value, source))
        if missing:
            found.add(missing)
            continue
        metadata = value.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        kind = ObjectKind(value["apiVersion"], value["kind"])
        text = name if isinstance(name, str) else ""
        object = Object(document, kind, text, facts_of(kind, value))
        objects.append(object)
        if source:
            subject = Subject(document, value, str(object))
            for check in CHECKS.get(kind, ()):
                for checked in check()(subject):
                    if isinstance(checked, ReleaseFinding):
                        of_releases.append(checked)
                    else:
                        found.add((checked,))
        if object.is_meta:
            metas.append((object, value))
    return FileAnalysis(
        path,
        tuple(objects),
        tuple(metas),
        tuple(found.all()),
        whole,
        suppressions,
        tuple(of_releases),
    )


def _missing(document: Document, value: Any, source: bool) -> Iterator[Finding]:
    """A finding where the document is not a Kubernetes object."""
    rule = NO_KIND if source else EXAMPLE_NO_KIND
    remedy = _NOT_A_SOURCE if source else _NOT_AN_EXAMPLE

    def finding(message: str, path: tuple[str, ...] = (), *, builds: bool = False) -> Finding:
        # Crossplane's build wants the kind of an example, and nothing else.
        severity = WARNING if builds and not source else ERROR
        position = locate(document, path)
        return rule.finding(message, remedy, document.path, position, severity=severity)

    if value is None:
        yield finding("The document is null, not a Kubernetes object.", builds=True)
        return
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a single value"
        yield finding(f"The document is {kind}, not a Kubernetes object.")
        return
    absent = [field for field in ("apiVersion", "kind") if value.get(field) in (None, "")]
    if absent:
        builds = "kind" not in absent
        yield finding(f"The document has no {' and no '.join(absent)}.", builds=builds)
    for field in ("apiVersion", "kind"):
        if field not in absent and not isinstance(value[field], str):
            yield finding(f"`{field}` must be a string.", (field,), builds=field == "apiVersion")


def _not_yaml(path: str, data: bytes, source: bool) -> Finding:
    lower = path.lower()
    lost = source and lower.endswith(_OBJECT_ENDINGS) and holds_object(path, data)
    if lower.endswith(YAML_ENDINGS):
        remedy = "Change the extension to .yaml, in lower case."
    else:
        remedy = (
            "Leave the file out of `sources` and `examples`: a package contains YAML files only."
        )
        if lost:
            remedy = "Write the object as YAML, in a file with the extension .yaml."
    return NOT_YAML.finding(
        "The file is left out: its extension is neither .yaml nor .yml"
        + (", and it contains an object." if lost else "."),
        remedy,
        path,
        severity=ERROR if lost else WARNING,
    )


def holds_object(path: str, data: bytes) -> bool:
    """Whether a Kubernetes object is among the documents of a file, whatever its name."""
    documents, _ = split(path, data)
    return any(map(_is_object, documents))


def _is_object(document: Document) -> bool:
    try:
        value = load(document)
    except DocumentError as error:
        value = error.value
    return isinstance(value, dict) and all(
        isinstance(value.get(field), str) and value[field] for field in ("apiVersion", "kind")
    )
