"""Where findings about packages to install are shown."""

from __future__ import annotations

from tests.xpkg_tool.dependencies.install.closures import CONFIGURATION, FUNCTION, PROVIDER
from xpkg_tool.dependencies.install.places import CONSTRAINT, KIND, SOURCE, Place, Places

META = f"""\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata: {{name: platform}}
spec:
  dependsOn:
    - provider: {PROVIDER.source}
      version: ">=v1.0.0"
    - {{apiVersion: pkg.crossplane.io/v1, kind: Function, package: {FUNCTION.source}}}
"""


def test_without_files_there_are_only_names() -> None:
    places = Places("install:install")
    assert places.target == Place("install:install")
    assert places.of(CONFIGURATION) == Place(CONFIGURATION.origin)
    entry = CONFIGURATION.dependencies[0]
    assert places.of_entry(CONFIGURATION, entry) == Place(CONFIGURATION.origin)


def test_the_entries_of_a_meta_object() -> None:
    read: list[str] = []

    def reading(path: str) -> bytes:
        read.append(path)
        return META.encode()

    origin = CONFIGURATION.origin
    places = Places("", {origin: "p/BUILD:3"}, {origin: "p/crossplane.yaml"}, reading)
    assert places.of(CONFIGURATION) == Place("p/BUILD:3")
    assert read == []
    provider, function = CONFIGURATION.dependencies
    lines = {
        (entry.source.rpartition("/")[2], part): (place.position.line, place.position.column)
        for entry in (provider, function)
        for part in (SOURCE, KIND, CONSTRAINT)
        for place in [places.of_entry(CONFIGURATION, entry, part)]
        if place.position and place.object == "Configuration platform"
    }
    assert lines == {
        ("provider-b", SOURCE): (6, 17),
        ("provider-b", KIND): (6, 17),
        ("provider-b", CONSTRAINT): (7, 16),
        ("function-a", SOURCE): (8, 67),
        ("function-a", KIND): (8, 48),
        # It has none: the entry.
        ("function-a", CONSTRAINT): (8, 7),
    }
    # However many findings there are.
    assert read == ["p/crossplane.yaml"]


def test_what_is_not_in_the_file() -> None:
    """A package may be built from other sources than those that are read."""
    origin = CONFIGURATION.origin
    places = Places("", {origin: "p/BUILD:3"}, {origin: "x"}, lambda path: b"a: 1\n")
    assert places.of_entry(CONFIGURATION, CONFIGURATION.dependencies[0]) == Place("p/BUILD:3")
