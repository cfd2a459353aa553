"""Mistakes, made on purpose: each is explained once, nothing is written, nothing is hidden."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.repository import CRD, PROVIDER, Repository, write_provider

CONFIGURATION = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: {name}
"""


def written(repository: Repository) -> list[Path]:
    """The files below dist/."""
    return [path for path in (repository.root / "dist").rglob("*") if path.is_file()]


SECRET_AS_JSON = '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}'
BAD = {
    "no meta object": (
        {"a.yaml": CRD.format(kind="Thing", plural="things")},
        "",
        ["error XP101: The package has no meta object."],
    ),
    "two meta objects": (
        {"crossplane.yaml": PROVIDER.format(name="a"), "other.yaml": PROVIDER.format(name="b")},
        "",
        [
            "packages/bad/crossplane.yaml:2:7: error XP102",
            "packages/bad/other.yaml:2:7: error XP102",
        ],
    ),
    "unknown kind": (
        {
            "crossplane.yaml": PROVIDER.format(name="a"),
            "x.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
        },
        "",
        ["packages/bad/x.yaml:2:7: error XP202: No package can hold", "[Secret s]"],
    ),
    "kind not allowed": (
        {
            "crossplane.yaml": PROVIDER.format(name="a").replace("Provider", "Configuration"),
            "x.yaml": CRD.format(kind="Thing", plural="things"),
        },
        "",
        ["packages/bad/x.yaml:2:7: error XP203: A Configuration cannot hold"],
    ),
    "broken YAML": (
        {"crossplane.yaml": PROVIDER.format(name="a"), "x.yaml": "a: [1,\nb: 2\n"},
        "",
        ["packages/bad/x.yaml:", "error XP002"],
    ),
    "wrong package_type": (
        {"crossplane.yaml": PROVIDER.format(name="a")},
        'package_type="Function"',
        ["packages/bad/crossplane.yaml:2:7: error XP104", "'Function'"],
    ),
    "bad version constraint": (
        {"crossplane.yaml": PROVIDER.format(name="a").replace(">=v1.14.0-0", ">=v1,,")},
        "",
        ["packages/bad/crossplane.yaml:7:14: error XP105", '7 |     version: ">=v1,,"'],
    ),
    "no YAML at all": (
        {"crossplane.yaml": PROVIDER.format(name="a"), "secret.json": SECRET_AS_JSON},
        'sources=["**/*"]',
        ["packages/bad/secret.json: error XP010", "packages/bad/BUILD: warning XP010"],
    ),
    "sources that match nothing": (
        {},
        'sources=["nothing/*.yaml"]',
        ["error XP011: The package in packages/bad has no sources", "[packages/bad:bad]"],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_one_clear_message(repository: Repository, case: str) -> None:
    files, fields, expected = BAD[case]
    for path, text in files.items():
        repository.write(f"packages/bad/{path}", text)
    repository.write("packages/bad/BUILD", f"xpkg_package({fields})\n")
    write_provider(repository, "packages/good", "provider-good")
    for goal in ("lint", "package", "publish"):
        run = repository.pants(goal, "packages::", expect=1)
        for text in expected:
            assert run.output.count(text) == 1, (goal, text, run.output)
        assert "help: " in run.output
        assert not written(repository), goal
    assert "packages/bad:bad" in run.output
    # The good one is built as soon as it is asked for alone.
    repository.pants("package", "packages/good")


def test_rules_are_ignored_but_for_those_of_crossplane(repository: Repository) -> None:
    repository.write("packages/bad/crossplane.yaml", PROVIDER.format(name="a"))
    repository.write("packages/bad/secret.json", SECRET_AS_JSON)
    repository.write("packages/bad/BUILD", 'xpkg_package(sources=["*.yaml", "*.json"])\n')
    assert "error XP010" in repository.pants("lint", "packages/bad", expect=1).output
    for option in (
        "--xpkg-ignore=['XP010']",
        "--xpkg-select=['XP2']",
        "--xpkg-per-path-ignores={'packages/**': ['XP01']}",
    ):
        repository.pants(option, "lint", "package", "packages/bad")
    repository.write("packages/bad/secret.yaml", "apiVersion: v1\nkind: Secret\n")
    run = repository.pants("--xpkg-ignore=['ALL', 'XP202']", "lint", "packages/bad", expect=1)
    assert "error XP202" in run.output and "XP202 cannot be ignored" in run.output


def test_warnings_fail_where_that_is_asked_for(repository: Repository) -> None:
    repository.write("packages/odd/crossplane.yaml", PROVIDER.format(name="a"))
    repository.write("packages/odd/BUILD", 'xpkg_package(examples=["nothing/*.yaml"])\n')
    warning = "warning XP011: The package in packages/odd has no examples"
    for goal in ("lint", "package", "publish"):
        run = repository.pants("--xpkg-fail-on=warning", goal, "packages/odd", expect=1)
        assert run.output.count(warning) == 1, (goal, run.output)
        assert 'since `fail_on` is "warning"' in run.output
        assert not written(repository), goal
    for goal in ("lint", "package", "publish"):
        run = repository.pants(goal, "packages/odd")
        assert "`fail_on`" not in run.output
        assert goal == "publish" or warning in run.output


def test_what_pants_does_not_show_is_said_in_each_run_anew(repository: Repository) -> None:
    """Links are nothing that Pants watches (tests/xpkg/building/test_inputs.py has all kinds)."""
    write_provider(repository, "packages/good", "provider-good")
    link = repository.root / "packages/good/crds/gone.yaml"
    repository.pants("lint", "packages/good")
    link.symlink_to("nowhere.yaml")
    run = repository.pants("lint", "packages/good", expect=1)
    assert (
        "packages/good/crds/gone.yaml: error XP013: The symbolic link points to 'nowhere.yaml'"
        in run.output
    )
    link.unlink()
    repository.pants("lint", "packages/good")


@pytest.mark.parametrize("large", [False, True])
def test_what_is_not_read_is_said_with_what_it_holds(repository: Repository, large: bool) -> None:
    """Of a large package other processes read the files."""
    write_provider(repository, "packages/good", "provider-good")
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    repository.write("shared/secret.yaml", secret)
    (repository.root / "packages/good/shared").symlink_to("../../shared")
    repository.write("packages/good/crds/[a].YAML", secret)
    repository.write("packages/good/values.Yml", "a: 1\n")
    if large:
        padding = "# padding\n" * 350_000
        repository.write(
            "packages/good/large.yaml", CRD.format(kind="Large", plural="larges") + padding
        )
    output = repository.pants("--xpkg-stats", "lint", "packages/good", expect=1).output
    assert "packages/good/shared: error XP012: The folder is a symbolic link" in output
    assert "packages/good/crds/[a].YAML: error XP015: The extension is not in lower case" in output
    assert "packages/good/values.Yml: warning XP015" in output
    ran, cached = re.findall(r"(\d+) (?:process|served from the local cache)", output)
    assert int(ran) + int(cached) == 1 + large


def test_every_failing_package_is_reported(repository: Repository) -> None:
    """One fails fast, one slowly, one is good: both failures are shown, in each run anew."""
    repository.write("packages/fast/crossplane.yaml", "a: [\n")
    repository.write("packages/fast/BUILD", "xpkg_package()\n")
    repository.write("packages/slow/crossplane.yaml", PROVIDER.format(name="slow"))
    for number in range(40):
        crd = CRD.format(kind=f"Kind{number}", plural=f"kinds{number}")
        padding = "".join(f"            # padding {i}\n" for i in range(2_000))
        repository.write(f"packages/slow/crds/{number}.yaml", crd + padding)
    repository.write("packages/slow/stray.yaml", "replicas: 1\n")
    repository.write("packages/slow/BUILD", "xpkg_package()\n")
    write_provider(repository, "packages/good", "provider-good")
    for _ in range(2):
        run = repository.pants("package", "packages::", expect=1)
        assert run.output.count("packages/fast/crossplane.yaml:") == 1
        assert run.output.count("packages/slow/stray.yaml:1:1: error XP201") == 1
        assert "2 packages cannot be built" in run.output
        assert "packages/good" not in run.output.split("Exception encountered")[1]
        assert not written(repository)


def test_every_manifest_that_cannot_be_made_is_reported(repository: Repository) -> None:
    """With what is wrong with the packages that it names, in one run."""
    write_provider(repository, "packages/good", "provider-good")
    repository.write(
        "packages/good/BUILD",
        "xpkg_package(version='v1.0.0', registries=['registry.example.org'])\n",
    )
    wrong = "xpkg_install(name='wrong', packages=['packages/good'], package_pull_policy='never')\n"
    worse = "xpkg_install(name='worse', packages=['packages/good'], revision_history_limit=-1)\n"
    repository.write("packages/installs/BUILD", wrong + worse)
    output = repository.pants("package", "::", expect=1).output
    assert "packages/installs:wrong cannot be installed." in output and "'never'" in output
    assert "packages/installs:worse cannot be installed." in output and "got -1" in output
    assert "2 manifests cannot be made" in output
    repository.write("packages/good/more.yaml", "kind: Deployment\napiVersion: apps/v1\n")
    output = repository.pants("package", "::", expect=1).output
    assert "packages/good/more.yaml:1:7: error XP202" in output
    assert written(repository) == []


def test_what_packages_are_pinned_to_is_reported_with_them(repository: Repository) -> None:
    """The reason is in the findings of a package that the command line does not name."""
    write_provider(repository, "packages/base", "provider-base")
    repository.write("packages/base/more.yaml", "kind: Deployment\napiVersion: apps/v1\n")
    published = "registries=['registry.example.org'], repository='team/{name}'"
    repository.write("packages/base/BUILD", f"xpkg_package({published})\n")
    for name in ("one", "two"):
        depends = "spec:\n  dependsOn:\n  - provider: registry.example.org/team/base\n"
        meta = f"{CONFIGURATION.format(name=name)}{depends}    version: '*'\n"
        repository.write(f"packages/{name}/crossplane.yaml", meta)
        fields = f"{published}, pin_dependencies=True"
        repository.write(f"packages/{name}/BUILD", f"xpkg_package({fields})\n")
    install = "xpkg_install(name='install', packages=['packages/one'])\n"
    repository.write("packages/installs/BUILD", install)
    finding = "packages/base/more.yaml:1:7: error XP202"
    for goal, *named in (
        ("lint", "packages/one", "packages/two"),
        ("package", "packages/one", "packages/two"),
        ("xpkg-build", "packages/one", "packages/two"),
        ("package", "packages/installs:install"),
    ):
        output = repository.pants(goal, *named, expect=1).output
        assert output.count(finding) == 1, output
        assert "pinned to packages that cannot be built: packages/base:base" in output


def test_only_what_is_named_is_reported(repository: Repository) -> None:
    """A bucket's other packages are built with it; their mistakes concern nobody yet."""
    repository.write("packages/bad/crossplane.yaml", "a: [\n")
    repository.write("packages/bad/BUILD", 'xpkg_package(sources=["*.yaml", "nothing/*"])\n')
    write_provider(repository, "packages/good", "provider-good")
    for named in ("packages/good::", "packages/good"):
        run = repository.pants("lint", "package", named)
        assert "packages/bad" not in run.output


def test_skip_lint_hides_nothing_from_package(repository: Repository) -> None:
    repository.write("packages/bad/crossplane.yaml", "a: [\n")
    repository.write("packages/bad/BUILD", "xpkg_package(skip_lint=True)\n")
    repository.pants("lint", "packages::")
    run = repository.pants("package", "packages::", expect=1)
    assert "error XP002" in run.output


def test_a_fault_of_a_field_names_the_target(repository: Repository) -> None:
    write_provider(repository, "packages/bad", "provider-bad")
    repository.write("packages/bad/BUILD", 'xpkg_package(registries=["@nowhere"])\n')
    run = repository.pants("publish", "packages/bad", expect=1)
    assert (
        "There is no registry with the alias '@nowhere'. Configured aliases: @local." in run.output
    )
    repository.write("packages/bad/BUILD", 'xpkg_package(image_tags=["{version}"])\n')
    run = repository.pants("publish", "packages/bad", expect=1)
    assert "packages/bad:bad" in run.output and "has no `version`" in run.output
    repository.write("packages/bad/BUILD", 'xpkg_package(repository="UPPER/x")\n')
    run = repository.pants("publish", "packages/bad", expect=1)
    assert "UPPER/x" in run.output and "^" in run.output
    assert not written(repository)


def test_a_dependency_that_is_none_is_found_early(repository: Repository) -> None:
    """By lint and package, beside the findings of all packages, and not only when publishing."""
    write_provider(repository, "packages/bad", "provider-bad")
    repository.write("packages/bad/BUILD", 'xpkg_package(dependencies=["packages/typo"])\n')
    repository.write("packages/worse/crossplane.yaml", "a: [\n")
    repository.write("packages/worse/BUILD", "xpkg_package()\n")
    for goal in ("lint", "package", "publish"):
        run = repository.pants(goal, "packages::", expect=1)
        assert run.output.count("packages/bad/BUILD:1: error: ") == 1, run.output
        assert "packages/typo" in run.output
        assert "  help: Correct the `dependencies` of packages/bad:bad" in run.output
        assert run.output.count("packages/worse/crossplane.yaml:") == 1
        assert not written(repository), goal


def test_an_alias_without_its_sign_is_said(repository: Repository) -> None:
    write_provider(repository, "packages/bad", "provider-bad")
    repository.write("packages/bad/BUILD", 'xpkg_package(registries=["local"])\n')
    run = repository.pants("publish", "packages/bad", expect=1)
    assert "'local' is the alias of a registry: write '@local'" in run.output
