"""Certificates for tests of TLS, made by the program openssl: an authority, and what it signs."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """A certificate authority in `folder`; `bundle` is the file by which clients trust it."""

    def __init__(self, folder: Path) -> None:
        self._program = shutil.which("openssl")
        if self._program is None:
            pytest.skip("the program openssl is not installed")
        self._folder = folder
        self._count = 0
        self.bundle = folder / "authority.pem"
        self._key = folder / "authority.key"
        self._run(
            "req", "-x509", *_KEY, "-keyout", str(self._key), "-out", str(self.bundle),
            "-days", "2", "-subj", "/CN=the tests' authority",
        )  # fmt: skip

    def server(self, name: str, *, days: int = 2, self_signed: bool = False) -> ssl.SSLContext:
        """A server's TLS with a certificate for `name` that is valid for `days` (negative: expired
        some days ago)."""
        self._count += 1
        stem = self._folder / f"server{self._count}"
        key, request, certificate = (stem.with_suffix(s) for s in (".key", ".csr", ".pem"))
        extension = f"subjectAltName=DNS:{name}"
        if self_signed:
            self._run(
                "req", "-x509", *_KEY, "-keyout", str(key), "-out", str(certificate),
                "-days", str(days), "-subj", f"/CN={name}", "-addext", extension,
            )  # fmt: skip
        else:
            stem.with_suffix(".ext").write_text(extension + "\n")
            self._run(
                "req", *_KEY, "-keyout", str(key), "-out", str(request), "-subj", f"/CN={name}"
            )
            self._run(
                "x509", "-req", "-in", str(request), "-CA", str(self.bundle),
                "-CAkey", str(self._key), "-CAcreateserial", "-days", str(days),
                "-extfile", str(stem.with_suffix(".ext")), "-out", str(certificate),
            )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def _run(self, *arguments: str) -> None:
        assert self._program is not None
        done = subprocess.run(
            [self._program, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
