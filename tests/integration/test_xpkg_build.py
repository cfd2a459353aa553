"""`pants xpkg-build`: what is right is written, what is not is named."""

from __future__ import annotations

from tests.integration.repository import Repository, write_provider


def dist(repository: Repository) -> dict[str, bytes]:
    """The files below dist/, with their contents."""
    root = repository.root / "dist"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_what_is_right_is_written_and_the_rest_is_named(repository: Repository) -> None:
    for name in ("a", "b"):
        write_provider(repository, f"packages/{name}", f"provider-{name}")
    repository.write("packages/bad/crossplane.yaml", "a: [\n")
    repository.write("packages/bad/BUILD", "xpkg_package()\n")
    repository.write("notes/BUILD", 'files(sources=["*.txt"])\n')
    repository.write("notes/a.txt", "")

    # Pants' own goal writes nothing, and says at its end which one does.
    run = repository.pants("package", "::", expect=1)
    assert not dist(repository)
    assert "xpkg-build` writes" in run.output.rstrip().splitlines()[-1]

    run = repository.pants("xpkg-build", "::", expect=1)
    built = dist(repository)
    assert sorted(built) == [
        f"packages.{name}/{name}.{ending}" for name in "ab" for ending in ("xpkg", "xpkg.json")
    ]
    assert run.output.count("packages/bad/crossplane.yaml:") == 1
    assert "Wrote dist/packages.a/a.xpkg\n  sha256:" in run.output
    assert run.output.rstrip().splitlines()[-3:] == [
        "✓ 2 packages written.",
        "✕ 1 package not written:",
        "  packages/bad:bad: it has errors, which are shown above.",
    ]
    # It is all one cache, and the files are the same. (One that is named without `::` would be
    # built by itself.)
    assert "Starting: Building" not in run.output
    run = repository.pants("package", "packages/a::", "packages/b::")
    assert "Starting: Building" not in run.output
    assert dist(repository) == built

    # What the command line names literally and cannot be built is said as other goals say it.
    run = repository.pants("xpkg-build", "notes:notes")
    assert "No applicable files or targets matched" in run.output
    assert "xpkg_package" in run.output

    repository.git("init", "--quiet")
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message=start")
    write_provider(repository, "packages/b", "provider-changed")
    run = repository.pants("--changed-since=HEAD", "xpkg-build")
    assert "packages.b/b.xpkg" in run.output and "packages.a" not in run.output
    assert "packages/bad" not in run.output

    # A fault of a target is its own; two that would be one file are none.
    repository.write("packages/bad/BUILD", 'xpkg_package(sources=["nothing/*.yaml", "*.yaml"])\n')
    for name in ("a", "b"):
        repository.write(f"packages/{name}/BUILD", 'xpkg_package(output_path="one.xpkg")\n')
    write_provider(repository, "packages/c", "provider-c")
    run = repository.pants("--unmatched-build-file-globs=error", "xpkg-build", "::", expect=1)
    assert "✓ 1 package written." in run.output and "✕ 3 packages not written:" in run.output
    assert "packages/a:a: Its `output_path` is that of packages/b:b: one.xpkg." in run.output
    assert "packages/bad/nothing/*.yaml" in run.output.split("not written:")[1]
    assert "packages.c/c.xpkg" in dist(repository) and "one.xpkg" not in dist(repository)


def test_two_packages_at_one_path_are_named_by_each_goal(repository: Repository) -> None:
    for name in ("one", "two"):
        write_provider(repository, f"packages/{name}", f"provider-{name}")
        repository.write(f"packages/{name}/BUILD", 'xpkg_package(output_path="same.xpkg")\n')
    output = repository.pants("package", "packages::", expect=1).output
    assert "2 packages cannot be written beside each other" in output
    assert "packages/one:one: Its `output_path` is that of packages/two:two: same.xpkg." in output
    assert "Nothing was written." in output and "IntrinsicError" not in output
    output = repository.pants("xpkg-build", "packages::", expect=1).output
    assert "Its `output_path` is that of packages/two:two: same.xpkg." in output
    repository.pants("package", "packages/one")
