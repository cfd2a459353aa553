"""How the backend lives in a repository: adopting, changing, asking."""

from __future__ import annotations

import json
import uuid

from tests.integration.repository import CRD, PROJECT, PROVIDER, Repository, write_provider


def test_tailor_would_have_written_the_examples(repository: Repository) -> None:
    for path in (PROJECT / "examples").rglob("*"):
        if path.is_file() and path.name != "BUILD":
            repository.write(str(path.relative_to(PROJECT)), path.read_bytes())
    project = "apiVersion: meta.dev.upbound.io/v1alpha1\nkind: Project\n"
    repository.write("projects/a/upbound.yaml", project)
    run = repository.pants("tailor", "::")
    assert "projects/a/upbound.yaml describes a project" in run.output
    assert not (repository.root / "projects/a/BUILD").exists()
    for folder in ("provider", "function", "configuration"):
        assert (repository.root / "examples" / folder / "BUILD").read_text() == "xpkg_package()\n"
        # What a person added to it says nothing of files.
        ours = (PROJECT / "examples" / folder / "BUILD").read_text()
        assert "sources" not in ours and "examples=" not in ours
    repository.pants("lint", "package", "::")


def test_tailor_leaves_alone_what_is_there(repository: Repository) -> None:
    write_provider(repository, "packages/a", "provider-a")
    repository.write("packages/a/BUILD", 'xpkg_package(name="mine")\n')
    assert repository.pants("tailor", "::").stdout == ""
    repository.write("packages/b/crossplane.yaml", PROVIDER.format(name="provider-b"))
    repository.write("packages/b/values.yaml", "replicas: 1\n")
    check = repository.pants("tailor", "--check", "::", expect=1)
    assert "Would create packages/b/BUILD" in check.output
    repository.pants("tailor", "packages/b")
    assert (repository.root / "packages/b/BUILD").read_text() == (
        "# Left out of `sources`: values.yaml: not a Kubernetes object.\n"
        "xpkg_package(\n"
        "    sources=[\n"
        '        "**/*.yaml",\n'
        '        "!examples/**",\n'
        '        "!values.yaml",\n'
        "    ],\n"
        ")\n"
    )
    assert repository.pants("tailor", "--check", "::").stdout == ""
    repository.pants("package", "::")
    assert repository.pants("--no-xpkg-tailor", "tailor", "::").stdout == ""


def test_only_what_changed_is_built(repository: Repository) -> None:
    """--changed-since sees sources and examples; a failure there is reported like any other."""
    for name in ("a", "b", "c"):
        write_provider(repository, f"packages/{name}", f"provider-{name}")
    repository.write("packages/b/examples/e.yaml", "apiVersion: v1\nkind: Secret\n")
    repository.git("init", "--quiet")
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message=start")
    repository.write("packages/b/examples/e.yaml", "apiVersion: v1\nkind: ConfigMap\n")
    run = repository.pants("--changed-since=HEAD", "package")
    assert "packages.b/b.xpkg" in run.output and "packages.a" not in run.output
    repository.write("packages/b/examples/e.yaml", "a: [\n")
    repository.write("packages/c/crossplane.yaml", "b: [\n")
    run = repository.pants("--changed-since=HEAD", "package", expect=1)
    assert "packages/b/examples/e.yaml:" in run.output
    assert "packages/c/crossplane.yaml:" in run.output
    assert "2 packages cannot be built" in run.output


def test_the_output_path_may_hold_upstreams_name(repository: Repository) -> None:
    write_provider(repository, "packages/a", "provider-a")
    repository.write("packages/a/BUILD", 'xpkg_package(output_path="out/{friendly_id}.xpkg")\n')
    repository.pants("package", "packages/a")
    (description_file,) = (repository.root / "dist/out").glob("*.xpkg.json")
    description = json.loads(description_file.read_text())
    name = f"provider-a-{description['digest'][7:19]}"
    assert description["friendlyId"] == name
    assert (repository.root / f"dist/out/{name}.xpkg").exists()


def test_lint_and_package_in_one_run_show_a_warning_once(repository: Repository) -> None:
    write_provider(repository, "packages/a", "provider-a")
    repository.write("packages/a/examples/e.yaml", "apiVersion: v1\nkind: A\nkind: A\n")
    for goals in (
        ("lint", "package"),
        # Each run shows its findings, whatever an earlier one has shown.
        ("package",),
        ("lint", "package"),
        ("lint", "package", "--xpkg-skip"),
    ):
        output = repository.pants(*goals, "packages/a").output
        assert output.count("warning XP005") == 1, (goals, output)
    repository.write("packages/a/BUILD", "xpkg_package(skip_lint=True)\n")
    output = repository.pants("lint", "package", "packages/a").output
    assert output.count("warning XP005") == 1, output


def test_an_output_path_that_leads_out_of_the_distdir_is_an_error(repository: Repository) -> None:
    """Pants would take the failed write for a change of the file system, and never end."""
    write_provider(repository, "packages/a", "provider-a")
    repository.write("packages/a/BUILD", '\nxpkg_package(output_path="../a.xpkg")\n')
    run = repository.pants("package", "packages/a", expect=1)
    message = "packages/a/BUILD:2: The 'output_path' field in target packages/a:a must be"
    assert message in run.output


def test_help_and_peek_say_enough(repository: Repository) -> None:
    write_provider(repository, "packages/a", "provider-a")
    text = repository.pants("help", "xpkg_package").stdout
    for field in (
        *("sources", "examples", "dependencies", "package_type", "output_path", "version"),
        *("repository", "registries", "image_tags", "skip_push", "skip_lint"),
    ):
        assert f"\n{field}\n" in text
    assert "Example:" in text and "xpkg_package(" in text
    (peeked,) = json.loads(repository.pants("peek", "packages/a").stdout)
    assert peeked["sources"] == ["packages/a/crds/things.yaml", "packages/a/crossplane.yaml"]
    repository.write("packages/a/examples/e.yaml", "apiVersion: v1\nkind: Secret\n")
    (peeked,) = json.loads(repository.pants("peek", "packages/a").stdout)
    assert "packages/a/examples/e.yaml" in peeked["sources"]
    files = repository.pants("filedeps", "packages/a").stdout.splitlines()
    assert files == sorted(["packages/a/BUILD", *peeked["sources"]])
    assert "default_repository" in repository.pants("help-advanced", "xpkg").stdout


def test_a_targets_own_fault_is_its_own(repository: Repository) -> None:
    """Where unmatched globs are errors, another package of the bucket is not touched."""
    write_provider(repository, "packages/a", "provider-a")
    write_provider(repository, "packages/b", "provider-b")
    repository.write("packages/b/BUILD", 'xpkg_package(sources=["*.yaml", "nothing/*.yaml"])\n')
    repository.pants("--unmatched-build-file-globs=error", "package", "packages/a")
    run = repository.pants("--unmatched-build-file-globs=error", "package", "packages/b", expect=1)
    assert "packages/b/nothing/*.yaml" in run.output


def test_a_change_touches_one_process(repository: Repository) -> None:
    """Of many packages, an edited one is built again; the rest is remembered."""
    # Names that no earlier run of this test has left in the store, where all would be found.
    run = uuid.uuid4().hex
    for number in range(40):
        write_provider(repository, f"packages/p{number:02}", f"provider-{number}-{run}")
    first = repository.pants("package", "::")
    assert first.output.count("Starting: Building") == 4
    assert "Starting: Building" not in repository.pants("package", "::").output
    crd = CRD.format(kind="Other", plural="others")
    repository.write("packages/p07/crds/other.yaml", crd)
    assert repository.pants("package", "::").output.count("Starting: Building") == 1
    # Lint finds what package did.
    assert "Starting: Building" not in repository.pants("lint", "::").output
