"""What a change concerns: with a git history, real packages and a registry that is a directory."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Callable, Iterator

import pytest

from tests.integration.repository import PROVIDER, Repository, write_provider
from tests.integration.test_statistics import counted
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage

_REGISTRIES = {
    "local": {
        "address": "oci-layout:dist/registry",
        "known_as": "registry.example.org",
        "default": True,
        "mutable_tags": ["*"],
    }
}
# base <- middle <- top; beside does not depend on any of them.
_DEPENDS_ON = {"base": (), "middle": ("base",), "top": ("middle",), "beside": ()}


@pytest.fixture(scope="module")
def repository(
    tmp_path_factory: pytest.TempPathFactory, new_store: Callable[[], Path]
) -> Iterator[Repository]:
    repository = Repository.create(tmp_path_factory.mktemp("changed") / "repository")
    repository.env["PANTS_LOCAL_STORE_DIR"] = str(new_store())
    repository.env["PANTS_XPKG_REGISTRIES"] = repr(_REGISTRIES)
    repository.env["PANTS_XPKG_STATS"] = "true"
    for name, dependencies in _DEPENDS_ON.items():
        write_provider(repository, name, name)
        entries = "".join(
            f"  - provider: registry.example.org/{dependency}\n    version: '*'\n"
            for dependency in dependencies
        )
        meta = PROVIDER.format(name=name) + (f"  dependsOn:\n{entries}" if entries else "")
        repository.write(f"{name}/crossplane.yaml", meta)
        crd = repository.root / name / "crds" / "things.yaml"
        crd.write_text(crd.read_text().replace("example.org", f"{name}.example.org"))
    repository.write(".gitignore", "/dist/\n/.pants.d/\n/.pids/\n/BUILDROOT\n")
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.git("add", ".")
    repository.git("commit", "--quiet", "--message=Everything")
    yield repository
    repository.close()


def change(repository: Repository, name: str) -> None:
    """Commits a change of the CRD of a package."""
    crd = repository.root / name / "crds" / "things.yaml"
    crd.write_text(crd.read_text() + "# Another line.\n")
    repository.git("commit", "--quiet", "--all", f"--message=Change {name}")


CHANGED = ("--changed-since=HEAD~1", "--changed-dependents=transitive")


def test_dependencies_and_dependents_are_shown(repository: Repository) -> None:
    first = repository.pants("dependencies", "--transitive", "top")
    assert first.stdout.split() == ["base:base", "middle:middle"]
    assert repository.pants("dependents", "--transitive", "base").stdout.split() == [
        "middle:middle",
        "top:top",
    ]
    (peeked,) = json.loads(repository.pants("peek", "top").stdout)
    assert peeked["dependencies"] == ["middle:middle"]
    # One process read all meta objects; no later run needs one.
    assert counted(first)[0] == 1
    ran, served, _, _ = counted(repository.pants("--no-pantsd", "dependencies", "top"))
    assert (ran, served) == (0, 1)


def test_building_asks_for_no_dependencies(repository: Repository) -> None:
    assert counted(repository.pants("package", "::"))[0] == 1
    # What `lint` asks for besides: how the packages go together.
    assert counted(repository.pants("lint", "::"))[0] == 1


def test_a_change_concerns_what_depends_on_it(repository: Repository) -> None:
    repository.pants("publish", "::")
    change(repository, "middle")
    packaged = repository.pants(*CHANGED, "package").output
    assert sorted(re.findall(r"Wrote dist/(\w+)/\w+\.xpkg\n", packaged)) == ["middle", "top"]
    published = repository.pants(*CHANGED, "publish").output
    assert re.findall(r"^✓ \S+:(\w+):latest published", published, re.MULTILINE) == ["middle"]
    # Their content is the same, and so is their digest.
    skipped = re.findall(r"^- \S+:(\w+):latest skipped \(up to date", published, re.MULTILINE)
    assert sorted(skipped) == ["base", "top"]


def test_the_graph_says_what_is_published(repository: Repository) -> None:
    repository.pants("publish", "::")
    for name in ("beside", "middle"):
        crd = repository.root / name / "crds" / "things.yaml"
        crd.write_text(crd.read_text() + "# Not published.\n")
    repository.write("beside/BUILD", "xpkg_package(version='v9.0.0')\n")
    drawn = repository.pants("xpkg-graph", "--published", "::").stdout
    assert drawn == (
        "beside:beside Provider v9.0.0 never published\n"
        "top:top Provider published\n"
        "└── middle:middle Provider drifted [*]\n"
        "    └── base:base Provider published [*]\n"
    )
    repository.git("checkout", "--quiet", ".")


def test_a_change_of_a_dependency_in_the_meta_object_is_seen(repository: Repository) -> None:
    meta = repository.root / "beside" / "crossplane.yaml"
    meta.write_text(
        meta.read_text()
        + "  dependsOn:\n  - provider: registry.example.org/top\n    version: '*'\n"
    )
    assert repository.pants("dependents", "top").stdout.split() == ["beside:beside"]
    repository.git("checkout", "--quiet", "beside")
    assert repository.pants("dependents", "top").stdout.split() == []


def test_a_cycle_is_a_finding_and_stops_publishing(repository: Repository) -> None:
    meta = repository.root / "base" / "crossplane.yaml"
    meta.write_text(
        meta.read_text()
        + "  dependsOn:\n  - provider: registry.example.org/top\n    version: '*'\n"
    )
    cycle = "base:base -> top:top -> middle:middle -> base:base"
    linted = repository.pants("lint", "base", expect=1).output
    assert "base/crossplane.yaml:9:15: error XP142: The dependencies form a cycle: " in linted
    assert cycle in linted
    published = repository.pants("publish", "beside", "top", expect=1).output
    assert "top:top cannot be published: Its dependencies form a cycle: " in published
    repository.git("checkout", "--quiet", "base")


def test_a_change_of_a_lock_concerns_what_it_locks(repository: Repository) -> None:
    """An upgrade touches nothing else."""
    write_provider(repository, "external", "external")
    meta = repository.root / "external" / "crossplane.yaml"
    entry = "  - provider: other.example.org/a/storage\n    version: '*'\n"
    meta.write_text(f"{meta.read_text()}  dependsOn:\n{entry}")
    repository.write("install/BUILD", "xpkg_install(packages=['external'])\n")
    for version in ("v1.0.0", "v1.1.0"):
        locked = LockedPackage(
            "other.example.org/a/storage", version, f"sha256:{'1' * 64}", "Provider", "a-storage"
        )
        repository.write("xpkg.lock", write_lock(Lock((locked,))))
        repository.git("add", ".")
        repository.git("commit", "--quiet", f"--message=Lock {version}")
    listed = repository.pants(*CHANGED, "list").stdout.split()
    assert listed == ["//:_xpkg_xpkg_lock", "external:external", "install:install"]
    repository.git("reset", "--quiet", "--hard", "HEAD~2")
