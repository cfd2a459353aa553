"""The tests mirror the code: each module that decides something has a test file in its own place.

For pants-plugins/<folder>/<name>.py that is tests/<folder>/test_<name>.py; for the others ELSEWHERE
says what tests them.
"""

from __future__ import annotations

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PLUGINS = TESTS.parent / "pants-plugins"

# Modules, as globs, and what shows what they do.
ELSEWHERE = {
    # Rules that run in an engine only, all in one run.
    "xpkg/goals/package.py": "integration/test_repository.py",
    "xpkg/goals/lint.py": "integration/test_bad_input.py",
    "xpkg/goals/tailor.py": "integration/test_repository.py",
    "xpkg/goals/xpkg_build.py": "integration/test_xpkg_build.py",
    "xpkg/building/attempt.py": "integration/test_repository.py",
    "xpkg/building/build.py": "integration/test_repository.py",
    "xpkg/building/lint_reports.py": "integration/test_lint_reports.py",
    "xpkg/named_packages.py": "integration/test_xpkg_build.py",
    "xpkg/installing/package.py": "xpkg/installing/test_manifest.py",
    "xpkg/installing/references.py": "xpkg/installing/test_manifest.py",
    "xpkg/dependencies/handwritten.py": "xpkg/dependencies/test_inference.py",
    "xpkg/dependencies/internal.py": "xpkg/dependencies/test_inference.py",
    "xpkg/dependencies/members.py": "xpkg/dependencies/test_check.py",
    "xpkg/naming/sources.py": "xpkg/dependencies/test_repository.py",
    "xpkg/publishing/candidate.py": "xpkg/goals/test_publish.py",
    "xpkg/publishing/destinations.py": "xpkg/goals/test_publish.py",
    "xpkg/naming/environment.py": "xpkg/naming/test_secrets.py",
    "xpkg/publishing/execute.py": "xpkg/goals/test_publish.py",
    "xpkg/publishing/follow.py": "xpkg/goals/test_publish.py",
    "xpkg/publishing/lookup.py": "xpkg/goals/test_publish.py",
    "xpkg/publishing/planning.py": "xpkg/goals/test_publish.py",
    "xpkg/naming/variables.py": "xpkg/naming/test_placeholders.py",
    "xpkg/publishing/outcome.py": "xpkg/goals/test_publish.py",
    "xpkg/subsystem.py": "xpkg/test_registries.py",
    "xpkg/tool/process.py": "integration/test_hermetic.py",
    # All formats of one graph.
    "xpkg_tool/dependencies/graph/*": "xpkg_tool/dependencies/graph/test_formats.py",
    # What a whole package becomes.
    "xpkg_tool/building/*": "xpkg_tool/test_cases.py",
    "xpkg_tool/messages/build.py": "xpkg_tool/sandbox/test_build.py",
    "xpkg_tool/sandbox/failures.py": "xpkg_tool/sandbox/test_build.py",
    "xpkg_tool/sandbox/members.py": "xpkg_tool/sandbox/test_repository.py",
    "xpkg_tool/sandbox/plan.py": "xpkg_tool/sandbox/test_publish.py",
    "xpkg_tool/sandbox/publish_events.py": "xpkg_tool/sandbox/test_publish.py",
    # One test for all that is shown in the same way.
    "xpkg_tool/cli/cluster.py": "xpkg_tool/cli/test_install.py",
    "xpkg_tool/cli/*arguments.py": "xpkg_tool/cli/test_main.py",
    "xpkg_tool/cli/completion.py": "integration/test_completion.py",
    "xpkg_tool/cli/cache_fetch.py": "xpkg_tool/cli/test_cache.py",
    "xpkg_tool/cli/locked.py": "xpkg_tool/cli/test_cache.py",
    "xpkg_tool/cli/lock_check.py": "xpkg_tool/cli/test_lock.py",
    "xpkg_tool/cli/own_packages.py": "xpkg_tool/cli/test_lock.py",
    "xpkg_tool/cli/extract.py": "xpkg_tool/cli/test_source.py",
    "xpkg_tool/cli/metas.py": "xpkg_tool/cli/test_graph.py",
    "xpkg_tool/cli/inspect.py": "xpkg_tool/cli/test_source.py",
    "xpkg_tool/cli/verify.py": "xpkg_tool/cli/test_source.py",
    "xpkg_tool/diagnostics/errors.py": "xpkg_tool/registry/faults",
    "xpkg_tool/diagnostics/formats/*": "xpkg_tool/diagnostics/formats/test_formats.py",
    "xpkg_tool/cluster/kubectl.py": "xpkg_tool/cluster/test_deploy.py",
    "xpkg_tool/cluster/wait.py": "xpkg_tool/cluster/test_deploy.py",
    "xpkg_tool/sandbox/deploy.py": "xpkg/goals/test_experimental_deploy.py",
    "xpkg_tool/dependencies/install/model.py": "xpkg_tool/dependencies/install/test_manifest.py",
    # What the backend gets to know of locks.
    "xpkg_tool/sandbox/check_lock.py": "xpkg/dependencies/test_lock_check.py",
    "xpkg_tool/sandbox/lock_entries.py": "xpkg/goals/test_generate_lockfiles.py",
    # Steps of resolving, seen in what is locked.
    "xpkg_tool/dependencies/lock/*": "xpkg_tool/dependencies/lock/test_resolve.py",
    # Parts of one reader, seen in what it reads.
    "xpkg_tool/documents/lines.py": "xpkg_tool/documents/test_positions.py",
    "xpkg_tool/kubernetes/cel/names.py": "xpkg_tool/kubernetes/cel/test_selections.py",
    "xpkg_tool/kubernetes/regex/*": "xpkg_tool/kubernetes/regex/test_re2.py",
    "xpkg_tool/oci/blobs.py": "xpkg_tool/oci/read/test_archive_reader.py",
    "xpkg_tool/oci/image_error.py": "xpkg_tool/oci/read/test_archive_reader.py",
    "xpkg_tool/oci/artifact.py": "xpkg_tool/oci/write/test_index.py",
    "xpkg_tool/oci/read/artifact_reader.py": "xpkg_tool/oci/write/test_index.py",
    "xpkg_tool/oci/read/layout_reader.py": "xpkg_tool/inspection/test_source.py",
    "xpkg_tool/oci/stored_image.py": "xpkg_tool/oci/read/test_docker_archive.py",
    "xpkg_tool/oci/write/archive.py": "xpkg_tool/oci/write/test_image.py",
    "xpkg_tool/oci/write/layout_files.py": "xpkg_tool/oci/write/test_layout.py",
    # Two dialects, one test of both.
    "xpkg_tool/package/constraints/*": "xpkg_tool/package/test_semver.py",
    "xpkg_tool/package/summary.py": "xpkg_tool/lint/test_cross_object.py",
    # Rules held to the same verdicts of a cluster: tests/vectors.
    "xpkg_tool/kubernetes/openapi/*": "xpkg_tool/lint/schemas/test_schemas.py",
    "xpkg_tool/lint/*": "xpkg_tool/test_cases.py",
    # How the process behaves, seen from outside.
    "xpkg_tool/process/ending.py": "xpkg_tool/cli/test_failure.py",
    "xpkg_tool/process/streams.py": "xpkg_tool/cli/test_output.py",
    # Steps of a request or of a publish, seen in what a registry gets.
    "xpkg_tool/publish/decision.py": "xpkg_tool/publish/test_plan.py",
    "xpkg_tool/publish/registries.py": "xpkg_tool/publish/test_plan.py",
    "xpkg_tool/publish/settings.py": "xpkg_tool/publish/test_plan.py",
    "xpkg_tool/registry/auth/credential.py": "xpkg_tool/registry/faults/test_helpers.py",
    "xpkg_tool/registry/connection.py": "xpkg_tool/publish/test_plan.py",
    "xpkg_tool/registry/http/api_errors.py": "xpkg_tool/registry/http/test_any_answer.py",
    "xpkg_tool/registry/http/ca_bundle.py": "xpkg_tool/registry/faults/test_ca_file.py",
    "xpkg_tool/registry/http/destinations.py": "xpkg_tool/registry/faults/test_private_networks.py",
}

_DECIDES = (
    *(ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.BoolOp),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def decides(source: str) -> bool:
    """Whether any function of the module has a branch or a loop."""
    functions = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return any(isinstance(node, _DECIDES) for function in functions for node in ast.walk(function))


def file_of_tests(module: str) -> str:
    """The test file of `module`; both relative, to tests/ and to pants-plugins/."""
    path = Path(module)
    return (path.parent / f"test_{path.stem.strip('_')}.py").as_posix()


def without_test_file() -> list[str]:
    """The modules that decide something and have no test file of their own."""
    modules = (
        (path, path.relative_to(PLUGINS).as_posix())
        for path in PLUGINS.rglob("*.py")
        if "_by_name" not in path.parts  # Twins of modules that are tested.
    )
    return sorted(
        name
        for path, name in modules
        if not (TESTS / file_of_tests(name)).is_file() and decides(path.read_text("utf-8"))
    )


def test_each_module_is_tested() -> None:
    assert [n for n in without_test_file() if not any(fnmatch(n, g) for g in ELSEWHERE)] == []


@pytest.mark.parametrize(("glob", "tests"), ELSEWHERE.items())
def test_the_list_is_current(glob: str, tests: str) -> None:
    assert any(fnmatch(name, glob) for name in without_test_file()), f"nothing needs {glob}"
    assert (TESTS / tests).exists()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A = [1 for _ in ()]", False),
        ("def f():\n    return 1", False),
        ("class A:\n    def f(self):\n        return 1 if self else 2", True),
        ("async def f():\n    for x in ():\n        pass", True),
    ],
)
def test_what_decides(source: str, expected: bool) -> None:
    assert decides(source) == expected
