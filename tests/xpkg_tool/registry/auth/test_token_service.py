"""What a token service answers, and what else is read as JSON of strangers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Twenty seconds of a processor; an integer of so many digits took minutes before Python 3.11.
_SCRIPT = """
import resource
from pathlib import Path
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.registry.http.api_errors import error_codes
from xpkg_tool.oci.write.layout import named_digests
from xpkg_tool.registry.auth.token_service import token_in
from xpkg_tool.registry.http.client import Response
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
number = b"9" * 4_000_000
assert token_in(Response(200, {}, b'{"expires_in": %s, "token": "t"}' % number, "")) == "t"
assert token_in(Response(200, {}, b'{"token": %s}' % number, "")) == ""
body = b'{"errors": [{"code": "DENIED", "detail": -%s}]}' % number
assert error_codes(Response(403, {}, body, "")) == ("DENIED",)
Path("index.json").write_bytes(b'{"manifests": [{"size": %s}]}' % number)
try:
    named_digests(".")
except PublishError as error:
    assert "is not an image index" in str(error)
else:
    raise AssertionError
"""


def test_numbers_of_millions_of_digits(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
