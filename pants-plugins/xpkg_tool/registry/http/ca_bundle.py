"""TLS that trusts the certificate authorities in a file in addition to the usual ones."""

from __future__ import annotations

import ssl
from typing import Any

from urllib3.util.ssl_ import create_urllib3_context

from xpkg_tool.diagnostics.errors import SETTINGS, publish_error
from xpkg_tool.registry.http.adapter import BoundedAdapter
from xpkg_tool.registry.http.destinations import Destinations


class TrustingAdapter(BoundedAdapter):
    """Connections that trust the authorities in the PEM file `ca_file` in addition to those that
    requests trusts: a registry's token service, or a redirect, may belong to someone else. Raises
    PublishError, which names the file and the option, if the file contains no certificate."""

    def __init__(self, send_timeout: float, destinations: Destinations, ca_file: str) -> None:
        self._context = create_urllib3_context()
        try:
            self._context.load_verify_locations(cafile=ca_file)
        except ssl.SSLError:
            raise _unusable(ca_file, "it contains no certificate in PEM format") from None
        except OSError as error:
            raise _unusable(ca_file, error.strerror or type(error).__name__) from None
        super().__init__(send_timeout, destinations)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._context, **options)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **options)


def _unusable(ca_file: str, why: str) -> Exception:
    return publish_error(
        SETTINGS,
        f"The `ca_file` of the registry, {ca_file}, cannot be used: {why}",
        "Name a PEM file with the certificates of the authorities to trust; relative paths start "
        "at the repository's root.",
    )
