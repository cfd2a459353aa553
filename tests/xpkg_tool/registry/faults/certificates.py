"""Certificates for tests of TLS, made by the program openssl: an authority, and what it signs."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


# As RFC 5280 wants them: Python 3.13 takes no others.
_CONFIGURATION = """\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:%s
[alone]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
subjectAltName = DNS:%s
"""


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
            "req", "-x509", *_KEY, *self._configuration("authority"), "-extensions", "authority",
            "-keyout", self._key, "-out", self.bundle, "-days", 2, "-subj", "/CN=the authority",
        )  # fmt: skip

    def server(self, name: str, *, days: int = 2, self_signed: bool = False) -> ssl.SSLContext:
        """A server's TLS with a certificate for `name` that is valid for `days` (negative: expired
        some days ago)."""
        self._count += 1
        stem = self._folder / f"server{self._count}"
        key, request, certificate = (stem.with_suffix(s) for s in (".key", ".csr", ".pem"))
        configuration = self._configuration(name)
        subject = ("-subj", f"/CN={name}")
        if self_signed:
            self._run(
                "req", "-x509", *_KEY, *configuration, "-extensions", "alone", *subject,
                "-keyout", key, "-out", certificate, "-days", days,
            )  # fmt: skip
        else:
            self._run("req", *_KEY, *configuration, *subject, "-keyout", key, "-out", request)
            self._run(
                "x509", "-req", "-in", request, "-CA", self.bundle, "-CAkey", self._key,
                "-CAcreateserial", "-days", days, "-extfile", configuration[1],
                "-extensions", "server", "-out", certificate,
            )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def _configuration(self, name: str) -> tuple[str, str]:
        path = self._folder / f"{name}.cnf"
        path.write_text(_CONFIGURATION % (name, name))
        return "-config", str(path)

    def _run(self, *arguments: object) -> None:
        assert self._program is not None
        done = subprocess.run(
            [self._program, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
