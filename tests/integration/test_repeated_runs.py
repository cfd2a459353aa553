"""One daemon, several runs: each says what holds now, and nothing of what held before."""

from __future__ import annotations

from tests.integration import pants_command
from tests.integration.repository import PROVIDER, Repository, write_provider

META = "packages/a/crossplane.yaml"
WARNING = "warning XP110"
MUTABLE = {"local": {"address": "oci-layout:dist/registry", "default": True, "mutable_tags": ["*"]}}


def _starts(repository: Repository) -> int:
    """How often the repository's daemon was started."""
    (log,) = repository.root.glob(".pants.d/**/pants.log")
    return log.read_text().count(f"pantsd {pants_command.version()} running")


def with_field(field: str) -> str:
    """A meta object with a field that Crossplane does not know."""
    return PROVIDER.format(name="provider-a").replace("metadata:", f"{field}metadata:", 1)


def test_findings_are_those_of_the_files_as_they_are(repository: Repository) -> None:
    """Under the daemon, a warning that was fixed, reworded or suppressed is not shown again."""
    write_provider(repository, "packages/a", "provider-a")
    repository.pants("list", "::")
    starts = _starts(repository)
    for goal, field, shown in (
        ("package", "first: 1\n", "3 | first: 1"),
        ("package", "first: 1\n", "3 | first: 1"),  # What still holds is shown in each run.
        ("package", "second: 1\n", "3 | second: 1"),
        ("package", "second: 1  # xpkg: ignore[XP110]\n", None),
        ("publish", "third: 1\n", "3 | third: 1"),
        ("publish", "fourth: 1\n", "3 | fourth: 1"),
        ("publish", "", None),
        ("xpkg-build", "fifth: 1\n", "3 | fifth: 1"),
        ("xpkg-build", "", None),
    ):
        repository.write(META, with_field(field))
        # Each run may publish another digest under the same tag.
        run = repository.pants(f"--xpkg-registries={MUTABLE}", goal, "packages/a")
        assert run.output.count(WARNING) == (shown is not None), (goal, field, run.output)
        assert shown is None or shown in run.output
    assert _starts(repository) == starts, "the runs did not share a daemon"
