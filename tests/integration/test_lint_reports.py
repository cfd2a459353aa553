"""The files that `pants lint` writes for CI systems, and what it prints beside them."""

from __future__ import annotations

import json

from tests.integration.repository import PROVIDER, Repository, write_provider


def test_findings_are_written_for_ci_and_shown_as_before(repository: Repository) -> None:
    reports = repository.root / "dist" / "lint" / "xpkg"
    for name in ("a", "b", "c"):
        write_provider(repository, f"packages/{name}", f"provider-{name}")
    repository.write("packages/b/stray.yaml", "replicas: 1  # ##[add-mask]x\n")
    unknown = PROVIDER.format(name="provider-c").replace("metadata:", "unknown: 1\nmetadata:", 1)
    repository.write("packages/c/crossplane.yaml", unknown)

    plain = repository.pants("lint", "::", expect=1)
    assert not reports.exists()
    # However many packages there are, there is one result, and one file for each format.
    options = ("--xpkg-report-formats=['sarif', 'github', 'json']", "--lint-batch-size=1")
    run = repository.pants(*options, "lint", "::", expect=1)
    for text in (plain.output, run.output):
        assert text.count("packages/b/stray.yaml:1:1: error XP201") == 1
        assert text.count("packages/c/crossplane.yaml:3:1: warning XP110") == 1
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert "##[" not in text
    assert sorted(path.name for path in reports.rglob("*") if path.is_file()) == [
        "annotations.txt",
        "findings.json",
        "findings.sarif",
    ]
    (log,) = json.loads((reports / "findings.sarif").read_text())["runs"]
    found = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["results"]
    }
    assert found == {"XP201": "packages/b/stray.yaml", "XP110": "packages/c/crossplane.yaml"}
    commands = (reports / "annotations.txt").read_text().splitlines()
    assert commands[0].startswith("::error file=packages/b/stray.yaml,line=1,")
    assert commands[1].startswith("::warning file=packages/c/crossplane.yaml,line=3,")
    assert json.loads((reports / "findings.json").read_text())["errors"] == 1

    # Without a finding the file is there all the same: code scanning takes its findings for fixed.
    (repository.root / "packages/b/stray.yaml").unlink()
    write_provider(repository, "packages/c", "provider-c")
    repository.pants("--xpkg-report-formats=sarif", "lint", "::")
    (log,) = json.loads((reports / "findings.sarif").read_text())["runs"]
    assert log["results"] == []

    wrong = repository.pants("--xpkg-report-formats=xml", "lint", "::", expect=1)
    assert "xml" in wrong.output and "sarif" in wrong.output
