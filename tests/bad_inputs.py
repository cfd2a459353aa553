"""Writes docs/bad-inputs.md: bad inputs, what the Crossplane CLI says of them, and what we say.

    python tests/bad_inputs.py >docs/bad-inputs.md

The inputs and the CLI's words are those of tests/vectors/cases.jsonl. A test checks that the page
is what this writes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).parents[1]

_HEAD = """\
# Bad inputs

What the Crossplane CLI (v2.6.0-rc.0+2) says of a bad package when it builds it, and what `lint` and
`package` say here. "built" means that it made a package without a word; where a cluster would then
refuse an object, its first complaint follows. All inputs are small packages in
[cases.jsonl](../tests/vectors/cases.jsonl), under the name in the first column. This page is
written by `python tests/bad_inputs.py`.

| input | the Crossplane CLI | pants-xpkg |
|---|---|---|
"""

_LONGEST = 240


def page() -> str:
    """The page's text."""
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in _rows())


def _rows() -> Iterator[tuple[str, str, str]]:
    from tests.xpkg_tool.cases import CASES, request
    from xpkg_tool.building.build import build

    for case in CASES:
        if any("text" not in e and "base64" not in e for e in case["files"].values()):
            continue  # Links, and texts too long to keep.
        findings = build(request(case)).findings
        if not findings:
            continue
        shown = "<br>".join(f"**{f.code}** {_place(f)}{_text(f.message)}" for f in findings[:3])
        if len(findings) > 3:
            shown += f"<br>and {len(findings) - 3} more"
        yield f"`{case['case']}`", _upstream(case), shown


def _place(finding: Any) -> str:
    if not finding.path:
        return ""
    where = f":{finding.position.line}:{finding.position.column}" if finding.position else ""
    return f"{finding.path}{where} "


def _upstream(case: dict[str, Any]) -> str:
    if not case["build"]["ok"]:
        return _text(re.sub(r"^.*?failed to build package: ", "", case["build"]["message"]))
    errors = [error for entry in case["objects"] for error in entry.get("errors") or ()]
    return f"built; a cluster: {_text(errors[0])}" if errors else "built"


def _text(text: str) -> str:
    """`text` in a cell of a table."""
    line = " ".join(text.split())
    line = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    for character in "|<>*_`[]":
        line = line.replace(character, f"\\{character}")
    return line


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "pants-plugins"), str(ROOT)]
    sys.stdout.write(page())
