"""Whether pipelines call functions by the names that they have in the cluster."""

from __future__ import annotations

from tests.xpkg_tool.dependencies.install.closures import CONFIGURATION, FUNCTION, PROVIDER, package
from xpkg_tool.dependencies.install.functions import check_functions
from xpkg_tool.dependencies.install.model import Closure, Package
from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.lint.analysis import analyse_source

COMPOSITION = """\
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata:
  name: things
spec:
  compositeTypeRef: {apiVersion: example.org/v1, kind: XThing}
  mode: Pipeline
  pipeline:
    - step: one
      functionRef:
        name: NAME
"""
CRON = """\
apiVersion: ops.crossplane.io/v1alpha1
kind: CronOperation
metadata:
  name: nightly
spec:
  schedule: "0 1 * * *"
  operationTemplate:
    spec:
      mode: Pipeline
      pipeline:
        - step: one
          functionRef: {name: NAME}
"""


def found(text: str, name: str, *packages: Package) -> list[Finding]:
    analysis = analyse_source("apis/composition.yaml", text.replace("NAME", name).encode())
    return list(check_functions(analysis.objects, Closure(packages)))


def test_the_name_of_an_object_in_the_manifest() -> None:
    for text in (COMPOSITION, CRON):
        assert found(text, "team-function-a", FUNCTION, PROVIDER, CONFIGURATION) == []


def test_another_name_is_a_warning_at_its_place() -> None:
    for text, line in ((COMPOSITION, 11), (CRON, 12)):
        (finding,) = found(text, "function-a", FUNCTION)
        assert (finding.code, finding.severity) == ("XP166", WARNING)
        assert finding.position is not None and finding.position.line == line
        assert finding.path == "apis/composition.yaml"
        assert "Write `name: team-function-a`." in finding.remedy


def test_a_provider_of_that_name_is_no_function() -> None:
    (finding,) = found(COMPOSITION, "team-provider-b", FUNCTION, PROVIDER)
    assert "Its Functions are team-function-a." in finding.remedy


def test_no_functions() -> None:
    (finding,) = found(COMPOSITION, "function-x", CONFIGURATION)
    assert finding.remedy.startswith("Add the function to `spec.dependsOn`.")


def test_a_dependency_that_is_missing_is_not_called_by_another_name() -> None:
    """That it is missing is said of the dependency (XP162), and no other function is proposed."""
    other = package("contrib/function-auto-ready", "Function")
    user = package("team/user", needs=[("Function", "contrib/function-kcl", "*")])
    assert found(COMPOSITION, "contrib-function-kcl", user, other) == []
    assert found(COMPOSITION, "function-kcl", user, other) == []
    (finding,) = found(COMPOSITION, "contrib-function-kcl", other)
    assert "Write `name:" not in finding.remedy


def test_many_functions() -> None:
    many = [package(f"team/f{n:03}", "Function") for n in range(200)]
    (finding,) = found(COMPOSITION, "x" * 100_000, *many)
    assert "team-f004 and 195 others" in finding.remedy
    assert len(finding.message) < 1_000
