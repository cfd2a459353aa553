"""What the tool is given of a target."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest, DigestEntries
from pants.engine.target import HydratedSources, HydrateSourcesRequest, SourcesField
from pants.testutil.rule_runner import QueryRule, RuleRunner

from tests.xpkg.engines import emptied
from xpkg.building import inputs as package_inputs
from xpkg.building.inputs import PackageInputs, PackageInputsRequest
from xpkg.target_types import XpkgPackageTarget, XpkgSourcesField
from xpkg_tool.messages.build import PackageToBuild
from xpkg_tool.messages.codec import decode, encode


@pytest.fixture(scope="module")
def engine() -> RuleRunner:
    return RuleRunner(
        rules=[
            *package_inputs.rules(),
            QueryRule(PackageInputs, [PackageInputsRequest]),
            QueryRule(HydratedSources, [HydrateSourcesRequest]),
            QueryRule(DigestEntries, [Digest]),
        ],
        target_types=[XpkgPackageTarget],
    )


@pytest.fixture
def rule_runner(engine: RuleRunner) -> RuleRunner:
    return emptied(engine)


def inputs(rule_runner: RuleRunner, build_file: str) -> PackageInputs:
    rule_runner.write_files(
        {
            "p/BUILD": build_file,
            "p/crossplane.yaml": "a: 1\n",
            "p/crds/a.yml": "a: 12\n",
            "p/examples/e.yaml": "a: 123\n",
            "p/example/old.yaml": "a: 1234\n",
            "p/README.md": "",
        }
    )
    target = rule_runner.get_target(Address("p"))
    return rule_runner.request(PackageInputs, [PackageInputsRequest(target)])


def test_the_defaults_take_all_yaml_and_keep_examples_apart(rule_runner: RuleRunner) -> None:
    found = inputs(rule_runner, "xpkg_package()")
    assert found.sources == ("p/crds/a.yml", "p/crossplane.yaml", "p/example/old.yaml")
    assert found.examples == ("p/examples/e.yaml",)
    assert found.size == len("a: 1\n") + len("a: 12\n") + len("a: 123\n") + len("a: 1234\n")
    assert found.message() == PackageToBuild(
        "p:p",
        "p",
        found.sources,
        found.examples,
        examples_expected=False,
        package_type=None,
        folder=found.folder,
    )


def test_hidden_folders_are_left_out_and_hidden_files_are_not(rule_runner: RuleRunner) -> None:
    """As the tool's own walk has it (tests/xpkg_tool/discovery/test_walk.py)."""
    rule_runner.write_files({"p/.hidden.yaml": "", "p/.github/workflows/a.yaml": ""})
    assert inputs(rule_runner, "xpkg_package()").sources[0] == "p/.hidden.yaml"


def left_out(found: PackageInputs) -> dict[tuple[str, str], bool]:
    return {(entry.reason, entry.path): entry.example for entry in found.left_out}


def test_what_pants_does_not_show_is_left_out_and_said(rule_runner: RuleRunner) -> None:
    """As the tool's own walk has it (tests/xpkg_tool/discovery/test_walk.py)."""
    secret = "apiVersion: v1\nkind: Secret\n"
    rule_runner.write_files(
        {
            "shared/s.yaml": "",
            "shared/README": "",
            "docs/README": "",
            "p/real/a.yaml": "",
            "p/x.yaml/in-a-folder.yaml": "",
            "p/upper.YAML": "",
            "p/NOTES.TXT": "",
            "p/.crds/a.yaml": secret,
            "p/.github/workflows/ci.yaml": "on: push",
        }
    )
    root = Path(rule_runner.build_root)
    for path, target in (
        ("p/inside", "real"),
        ("p/shared", "../shared"),
        ("p/docs", "../docs"),
        ("p/examples/shared", "../../shared"),
        ("p/s.yaml", "../shared/s.yaml"),
        ("p/gone.yaml", "nowhere.yaml"),
        ("p/gone", "nowhere"),
    ):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).symlink_to(target)
    os.mkfifo(root / "p/fifo.yaml")
    Path(os.fsdecode(os.fsencode(root / "p") + b"/\xff.yaml")).touch()
    found = inputs(rule_runner, "xpkg_package()")
    assert found.sources == (
        "p/crds/a.yml",
        "p/crossplane.yaml",
        "p/example/old.yaml",
        "p/real/a.yaml",
        "p/s.yaml",
        "p/x.yaml/in-a-folder.yaml",
    )
    assert found.examples == ("p/examples/e.yaml",)
    assert left_out(found) == {
        ("linked-folder", "p/shared"): False,
        ("linked-folder", "p/examples/shared"): True,
        ("outside-link", "p/s.yaml"): False,
        ("dangling-link", "p/gone.yaml"): False,
        ("not-a-file", "p/fifo.yaml"): False,
        ("file-name", "p/\udcff.yaml"): False,
        ("ending-case", "p/upper.YAML"): False,
        ("hidden-folder", "p/.crds"): False,
    }
    assert decode(PackageToBuild, encode(found.message())) == found.message()


def test_only_what_the_globs_match_is_said(rule_runner: RuleRunner) -> None:
    rule_runner.write_files({"p/.crds/a.yaml": "apiVersion: v1\nkind: Secret\n"})
    root = Path(rule_runner.build_root)
    (root / "p/gone.yaml").symlink_to("nowhere.yaml")
    build_file = 'xpkg_package(sources=["crossplane.yaml", "crds/*"])'
    assert left_out(inputs(rule_runner, build_file)) == {}
    build_file = 'xpkg_package(sources=["**/*.yaml", "!gone.yaml", "!.crds/**"])'
    assert left_out(inputs(rule_runner, build_file)) == {}


def test_a_link_that_a_glob_names_is_followed(rule_runner: RuleRunner) -> None:
    rule_runner.write_files({"shared/s.yaml": ""})
    (Path(rule_runner.build_root) / "p").mkdir()
    (Path(rule_runner.build_root) / "p/shared").symlink_to("../shared")
    found = inputs(rule_runner, 'xpkg_package(sources=["crossplane.yaml", "shared/*.yaml"])')
    assert found.sources == ("p/crossplane.yaml", "p/shared/s.yaml") and not found.left_out


def test_globs_that_leave_out_come_last(rule_runner: RuleRunner) -> None:
    found = inputs(
        rule_runner,
        'xpkg_package(sources=["*.yaml"], package_type="Provider", '
        'examples=["ex*/**/*.yaml", "!example/**"])',
    )
    assert found.sources == ("p/crossplane.yaml",)
    assert found.examples == ("p/examples/e.yaml",)
    assert found.examples_expected
    assert found.package_type == "Provider"


def test_examples_that_match_nothing_are_no_error_here(rule_runner: RuleRunner) -> None:
    found = inputs(rule_runner, 'xpkg_package(examples=["nothing/*.yaml"])')
    assert found.examples == () and found.examples_expected
    none = inputs(rule_runner, "xpkg_package(examples=[])")
    assert none.examples == () and not none.examples_expected


def test_the_sources_field_answers_for_the_examples(rule_runner: RuleRunner) -> None:
    """Pants asks it for file arguments, --changed-since, filedeps and peek; the build does not."""
    found = inputs(rule_runner, 'xpkg_package(examples=["examples/*.yaml", "!examples/x.yaml"])')
    assert "p/examples/e.yaml" not in found.sources
    field = rule_runner.get_target(Address("p"))[XpkgSourcesField]
    paths = ["p/a.yaml", "p/README.md", "p/examples/e.yaml", "p/examples/x.yaml", "q/a.yaml"]
    assert field.filespec_matcher.matches(paths) == ["p/a.yaml", "p/examples/e.yaml"]
    assert "p/examples/*.yaml" in field.filespec["includes"]
    assert shown(rule_runner) == [*sorted(found.sources), "p/examples/e.yaml"]


def test_what_examples_leave_out_is_not_owned(rule_runner: RuleRunner) -> None:
    """Nor do the globs of the one field say anything of what the other one takes in."""
    sources = 'sources=["*.yaml", "!x.yaml"]'
    inputs(rule_runner, f'xpkg_package({sources}, examples=["e/*.yaml", "!e/no.yaml", "x.yaml"])')
    field = rule_runner.get_target(Address("p")).get(SourcesField)
    paths = ["p/a.yaml", "p/x.yaml", "p/e/a.yaml", "p/e/no.yaml", "p/b/a.yaml"]
    assert field.filespec_matcher.matches(paths) == ["p/a.yaml", "p/x.yaml", "p/e/a.yaml"]


def test_other_examples_are_shown_when_the_build_file_says_so(rule_runner: RuleRunner) -> None:
    """What Pants remembers of a field must not outlive an edit of the other one."""
    inputs(rule_runner, "xpkg_package(examples=[])")
    assert "p/examples/e.yaml" not in shown(rule_runner)
    found = inputs(rule_runner, 'xpkg_package(sources=["*.yaml"], examples=["ex*/**/*.yaml"])')
    assert found.sources == ("p/crossplane.yaml",)
    assert shown(rule_runner) == ["p/crossplane.yaml", "p/example/old.yaml", "p/examples/e.yaml"]
    inputs(rule_runner, 'xpkg_package(sources=["*.yaml"], examples=[])')
    assert shown(rule_runner) == ["p/crossplane.yaml"]


def shown(rule_runner: RuleRunner) -> list[str]:
    """The files that `filedeps` and `peek` show of the target."""
    field = rule_runner.get_target(Address("p")).get(SourcesField)
    hydrated = rule_runner.request(HydratedSources, [HydrateSourcesRequest(field)])
    return sorted(hydrated.snapshot.files)


@pytest.mark.parametrize("name", ["!a.YAML", "[a].YAML", "*.YAML", "a?.Yml"])
def test_a_file_whose_name_is_like_a_glob_is_found(rule_runner: RuleRunner, name: str) -> None:
    """Its contents decide how bad it is that it is left out."""
    rule_runner.write_files({"BUILD": 'xpkg_package(name="p")', "p.yaml": "", name: "a: 1\n"})
    target = rule_runner.get_target(Address("", target_name="p"))
    found = rule_runner.request(PackageInputs, [PackageInputsRequest(target)])
    assert found.unread == {name}
    entries = rule_runner.request(DigestEntries, [found.digest])
    assert name in {entry.path for entry in entries}
