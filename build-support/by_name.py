"""Writes the twins of the backend's modules, in which rules are awaited by name.

    python build-support/by_name.py            after a change of a module of the backend
    python build-support/by_name.py --check    names the twins that are not up to date

Pants up to 2.29 finds the rule of an `await Get(Output, Input(...))` by its types. From 2.30 on a
rule is awaited by name, 2.30 and 2.31 warn of each `Get`, and 2.32 has none. So each module with a
`Get` has a twin below `xpkg/_by_name`, which `xpkg/__init__.py` puts first where Pants is 2.30 or
later: the same source with `await rule(**implicitly(Input(...)))`. The twins are committed, because
a checkout can be on Pants' `pythonpath`. The tests have such a module, too (STUBS).

A `Get` must name its types: `Get(Output, Input(...))`, `Get(Output, Input.of(...))` or
`Get(Output, Input, value)`.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Callable, NamedTuple, Union

ROOT = Path(__file__).resolve().parents[1]
BACKEND = ROOT / "pants-plugins" / "xpkg"
TWINS = "_by_name"
# Rules of the tests that stand in for the backend's.
STUBS = ROOT / "tests" / "xpkg" / "stub_rules.py"
_COMMAND = "python build-support/by_name.py"
_HEADER = f"# Written by `{_COMMAND}`; do not edit.\n"

# The twin of a folder's `__init__`: a module without a twin is found where the originals are.
_FOLDER = """\
import os

import xpkg

__path__.append(os.path.join(xpkg.__path__[-1], {folder!r}))
"""

# The rules of Pants that the backend awaits, by what they return and what they are given.
_GRAPH = "pants.engine.internals.graph"
_INTRINSICS = "pants.engine.intrinsics"
PANTS_RULES = {
    ("Addresses", "UnparsedAddressInputs"): (_GRAPH, "resolve_unparsed_address_inputs"),
    ("ExplicitlyProvidedDependencies", "DependenciesRequest"): (
        _GRAPH,
        "determine_explicitly_provided_dependencies",
    ),
    ("Targets", "UnparsedAddressInputs"): (_GRAPH, "resolve_targets"),
    ("ChangedAddresses", "ChangedRequest"): ("pants.vcs.changed", "find_changed_owners"),
    ("Digest", "AddPrefix"): (_INTRINSICS, "add_prefix"),
    ("Digest", "CreateDigest"): (_INTRINSICS, "create_digest"),
    ("Digest", "DigestSubset"): (_INTRINSICS, "digest_subset_to_digest"),
    ("Digest", "PathGlobs"): (_INTRINSICS, "path_globs_to_digest"),
    ("Digest", "MergeDigests"): (_INTRINSICS, "merge_digests"),
    ("Digest", "RemovePrefix"): (_INTRINSICS, "remove_prefix"),
    ("DigestContents", "Digest"): (_INTRINSICS, "get_digest_contents"),
    ("DigestContents", "PathGlobs"): (_INTRINSICS, "get_digest_contents"),
    ("DigestContents", "DigestSubset"): (_INTRINSICS, "get_digest_contents"),
    ("DigestEntries", "Digest"): (_INTRINSICS, "get_digest_entries"),
    ("EnvironmentVars", "EnvironmentVarsRequest"): (
        "pants.core.util_rules.env_vars",
        "environment_vars_subset",
    ),
    ("FallibleProcessResult", "Process"): (_INTRINSICS, "execute_process"),
    ("FilteredTargets", "Specs"): (_GRAPH, "filter_targets"),
    ("HydratedSources", "HydrateSourcesRequest"): (_GRAPH, "hydrate_sources"),
    ("MaybeGitWorktree", "GitWorktreeRequest"): ("pants.vcs.git", "get_git_worktree"),
    ("Pex", "PexRequest"): ("pants.backend.python.util_rules.pex", "create_pex"),
    ("PythonExecutable", "InterpreterConstraints"): (
        "pants.backend.python.util_rules.pex",
        "find_interpreter",
    ),
    ("ProcessResult", "Process"): ("pants.engine.process", "fallible_to_exec_result_or_raise"),
    ("Snapshot", "PathGlobs"): (_INTRINSICS, "digest_to_snapshot"),
    ("SourcesPaths", "SourcesPathsRequest"): (_GRAPH, "resolve_source_paths"),
    ("TargetRootsToFieldSets", "TargetRootsToFieldSetsRequest"): (
        "pants.engine.internals.specs_rules",
        "find_valid_field_sets_for_target_roots",
    ),
    ("Targets", "Addresses"): (_GRAPH, "resolve_targets"),
    ("Targets", "DependenciesRequest"): (_GRAPH, "resolve_targets"),
    ("TransitiveTargets", "TransitiveTargetsRequest"): (_GRAPH, "transitive_targets"),
    ("WrappedTarget", "WrappedTargetRequest"): (_GRAPH, "resolve_target"),
}


class _Edit(NamedTuple):
    """`length` bytes of a source from `offset` on become `text`."""

    offset: int
    length: int
    text: str


class TwinError(Exception):
    """A module that cannot have a twin: a sentence that says where and why."""


def twins(backend: Path = BACKEND) -> dict[Path, str]:
    """The text of each twin, by its path."""
    modules = sorted(p for p in backend.rglob("*.py") if TWINS not in p.parts)
    rules = {**PANTS_RULES, **_own_rules(modules, backend)}
    # A package, so that the wheel holds what is below.
    found = {backend / TWINS / "__init__.py": _HEADER}
    for path in modules:
        inside = path.relative_to(backend)
        source = path.read_bytes()
        if b"Get(" not in source:
            continue
        try:
            found[backend / TWINS / inside] = _HEADER + _twin(source, _module(path, backend), rules)
        except TwinError as error:
            raise TwinError(f"{path.relative_to(backend.parents[1])}:{error}") from None
        for folder in list(inside.parents)[:-1]:
            text = _FOLDER.format(folder=folder.as_posix())
            found[backend / TWINS / folder / "__init__.py"] = _HEADER + text
    return found


def _twin_of_stubs() -> dict[Path, str]:
    """The twin of STUBS, by its path."""
    rules = {**PANTS_RULES, **_own_rules([STUBS], STUBS.parent)}
    try:
        text = _twin(STUBS.read_bytes(), _module(STUBS, STUBS.parent), rules)
    except TwinError as error:
        raise TwinError(f"{STUBS.relative_to(ROOT)}:{error}") from None
    return {STUBS.with_name(f"{STUBS.stem}_by_name.py"): _HEADER + text}


def _own_rules(modules: list[Path], backend: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """The backend's rules, by what they return and each type that they are given."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for path in modules:
        for node in ast.parse(path.read_bytes()).body:
            if not (isinstance(node, ast.AsyncFunctionDef) and isinstance(node.returns, ast.Name)):
                continue
            if any(map(_is_rule, node.decorator_list)):
                for argument in node.args.args:
                    if isinstance(argument.annotation, ast.Name):
                        key = (node.returns.id, argument.annotation.id)
                        found[key] = (_module(path, backend), node.name)
    return found


def _is_rule(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(function, ast.Name) and function.id in ("rule", "goal_rule")


def _module(path: Path, backend: Path) -> str:
    return ".".join(path.relative_to(backend.parent).with_suffix("").parts)


def _twin(source: bytes, module: str, rules: dict[tuple[str, str], tuple[str, str]]) -> str:
    begin, end = _offsets(source)
    edits: list[_Edit] = []
    imports: set[tuple[str, str]] = set()
    # After the last import of the same kind; the order of imports has no meaning.
    after = 0
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "pants.engine.rules":
            names = {alias.name for alias in node.names}
            now = names - {"Get", "MultiGet"} | {"implicitly"}
            now |= {"concurrently"} if "MultiGet" in names else set()
            text = f"from {node.module} import {', '.join(sorted(now))}"
            edits.append(_Edit(begin(node), end(node) - begin(node), text))
            after = end(node)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "MultiGet":
            edits.append(_Edit(begin(node), len("MultiGet"), "concurrently"))
        elif node.func.id == "Get":
            output, asked, given = _parts(node)
            if (output, asked) not in rules:
                raise TwinError(f"{node.lineno}: no rule makes {output} from {asked}")
            where, function = rules[(output, asked)]
            if where != module:
                imports.add((where, function))
            # A value that is no call needs to be told its type.
            opening, closing = ("{", f": {asked}}}") if len(node.args) == 3 else ("", "")
            start = f"{function}(**implicitly({opening}"
            edits.append(_Edit(begin(node), begin(given) - begin(node), start))
            edits.append(_Edit(end(given), end(node) - end(given), f"{closing}))"))
    lines = "".join(f"\nfrom {m} import {f}" for m, f in sorted(imports))
    edits.append(_Edit(after, 0, lines))
    for edit in sorted(edits, reverse=True):
        source = source[: edit.offset] + edit.text.encode() + source[edit.offset + edit.length :]
    return source.decode()


_Node = Union[ast.expr, ast.stmt]
_Offset = Callable[[_Node], int]


def _offsets(source: bytes) -> tuple[_Offset, _Offset]:
    """Where a node begins and ends in the source, in bytes."""
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))

    def begin(node: _Node) -> int:
        return lines[node.lineno - 1] + node.col_offset

    def end(node: _Node) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return lines[node.end_lineno - 1] + node.end_col_offset

    return begin, end


def _parts(call: ast.Call) -> tuple[str, str, ast.expr]:
    """What a `Get` asks for, the type of what it gives, and the expression of that."""
    output, given = call.args[0], call.args[-1]
    asked: ast.expr = call.args[1]
    if len(call.args) == 2 and isinstance(asked, ast.Call):
        asked = asked.func.value if isinstance(asked.func, ast.Attribute) else asked.func
    if isinstance(output, ast.Name) and isinstance(asked, ast.Name):
        return output.id, asked.id, given
    raise TwinError(f"{call.lineno}: this `Get` does not name its types")


def main(arguments: list[str]) -> int:
    try:
        wanted = {**twins(), **_twin_of_stubs()}
    except TwinError as error:
        print(error, file=sys.stderr)
        return 1
    paths = {*(BACKEND / TWINS).rglob("*.py"), *wanted}
    there = {path: path.read_text("utf-8") for path in paths if path.exists()}
    stale = sorted(path for path in paths if there.get(path) != wanted.get(path))
    if arguments == ["--check"]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: {_COMMAND}")
        return bool(stale)
    for path in stale:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
