"""The requests to a repository, for publishing and for reading (distribution specification 1.1,
"Push" and "Pull")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, Union
from urllib.parse import quote

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.manifests import INDEX_TYPES, MANIFEST_TYPES, Descriptor, StoredManifest
from xpkg_tool.oci.reference import DIGEST
from xpkg_tool.oci.write.layer import sha256
from xpkg_tool.registry.auth.authorizer import Authorizer
from xpkg_tool.registry.http.api_errors import error_codes, unexpected
from xpkg_tool.registry.http.client import Body, Response, Urls
from xpkg_tool.registry.http.retry import Fault
from xpkg_tool.registry.http.transport import OpenBody, Transport
from xpkg_tool.registry.http.url_policy import Authorization, follow

_ACCEPTING = {"Accept": ", ".join((*MANIFEST_TYPES, *INDEX_TYPES))}
# The answers of proxies and registries that do not support the method.
_NO_HEAD = (405, 501)
# The last one is for the manifests of an index.
_BLOB_UNKNOWN = frozenset({"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"})


class BlobUnknown(PublishError):
    """The registry refused a manifest because it does not have (or has lost) one of its blobs."""


class BlobSource(Protocol):
    """The source of a blob to send (oci.artifact.Artifact, StoredImage)."""

    def open(self, descriptor: Descriptor, /) -> Body: ...


# A manifest or an index to send; of an artifact its own.
ManifestSource = Union[StoredManifest, Artifact]


class Repository:
    """One repository in a registry, which `transport` reaches. All methods raise PublishError."""

    def __init__(
        self, transport: Transport, authorizer: Authorizer, addresses: Urls, name: str
    ) -> None:
        self._name = name
        self.transport = transport
        self._authorizer = authorizer
        self._urls = addresses

    def manifest_digest(self, identifier: str, *, confirm: bool = False) -> str | None:
        """The digest of the manifest (or index) at a tag or digest, or None. Makes a HEAD request;
        if that is not supported or returns no digest (Harbor), a GET. With `confirm`, also a GET if
        HEAD finds nothing: some registries and proxies answer HEAD with 404 for what GET finds."""
        url = self._urls.manifest(identifier)
        response = self._call("HEAD", url, _ACCEPTING)
        if response.status == 404 and not confirm:
            return None
        digest = response.headers.get("docker-content-digest")
        if response.status == 200 and digest and DIGEST.fullmatch(digest):
            return digest
        if response.status not in (200, 404, *_NO_HEAD):
            raise unexpected(self.transport.name, "HEAD", url, response)
        return self._digest_of(url, self._call("GET", url, _ACCEPTING))

    def manifest(self, identifier: str) -> Response | None:
        """The response with the manifest or index at a tag or digest, or None."""
        url = self._urls.manifest(identifier)
        response = self._call("GET", url, _ACCEPTING)
        if response.status not in (200, 404):
            raise unexpected(self.transport.name, "GET", url, response)
        return response if response.status == 200 else None

    def tags_page(self, url: str) -> Response | None:
        """The response with a page of the repository's tags at `url`, or None if the registry has
        no such repository (tags.py)."""
        response = self._call("GET", url, {"Accept": "application/json"})
        if response.status not in (200, 404):
            raise unexpected(self.transport.name, "GET", url, response)
        return response if response.status == 200 else None

    @property
    def tags_url(self) -> str:
        """The URL of the first page of the repository's tags."""
        return self._urls.tags

    def open_blob(self, digest: str, start: int) -> Response | None:
        """The blob as a stream, starting at byte `start` (status 206), or all of it (status 200)
        if the registry does not support ranges; None if there is no such blob. Raises Fault: the
        caller resumes with `transport.retrying`."""
        url = self._urls.blob(digest)
        headers = {"Range": f"bytes={start}-"} if start else {}
        response = self._attempt("GET", url, headers, None, stream=True)
        if response.status == 404:
            return None
        if response.stream is None or (response.status == 206 and not start):
            raise unexpected(self.transport.name, "GET", url, response)
        return response

    def has_blob(self, digest: str) -> bool:
        """False also if the registry does not say: sending a blob needlessly does no harm."""
        url = self._urls.blob(digest)
        response = self._call("HEAD", url, {})
        if response.status in (200, 404, *_NO_HEAD):
            return response.status == 200
        raise unexpected(self.transport.name, "HEAD", url, response)

    def upload_blob(
        self, source: BlobSource, blob: Descriptor, *, mount_from: Sequence[str] = ()
    ) -> bool:
        """Streams one blob: POST opens an upload, and one PUT sends all of it. A fault in the PUT
        leaves the upload in an unknown state, so a new one is opened. Before that, tries to mount
        the blob from each of the repositories `mount_from`; returns whether it was mounted."""
        opened = ""
        for other in mount_from:
            mounted, opened = self._mount(blob.digest, other)
            if mounted:
                return True
        # An upload that the registry opened instead of mounting can be used, once.
        uploads = iter([opened] if opened else [])
        self.transport.retrying(lambda: self._upload_once(source, blob, next(uploads, "")))
        return False

    def put_manifest(self, identifier: str, archive: ManifestSource) -> None:
        """Puts the manifest's exact bytes at a digest or a tag, and compares the digest that the
        registry reports. Raises BlobUnknown if the registry lacks something that the manifest
        names."""
        self.transport.retrying(lambda: self._put_manifest_once(identifier, archive))

    def put_new_tag(self, tag: str, archive: ManifestSource) -> str | None:
        """Puts the manifest at a tag that does not exist. Each attempt checks the tag in the
        request just before the one that puts it: the API cannot do both at once. If the tag exists,
        returns its digest and writes nothing; else returns None. Raises as `put_manifest` does."""
        url = self._urls.manifest(tag)

        def once() -> str | None:
            found = self._digest_of(url, self._attempt("GET", url, _ACCEPTING, None))
            if found is None:
                self._put_manifest_once(tag, archive)
            return found

        return self.transport.retrying(once)

    def _digest_of(self, url: str, response: Response) -> str | None:
        """The digest of the manifest in the response to a GET, or None."""
        if response.status == 404:
            return None
        if response.status != 200:
            raise unexpected(self.transport.name, "GET", url, response)
        return sha256(response.body)

    def _put_manifest_once(self, identifier: str, archive: ManifestSource) -> None:
        url = self._urls.manifest(identifier)
        headers = {"Content-Type": archive.media_type}
        response = self._attempt("PUT", url, headers, archive.manifest)
        if _BLOB_UNKNOWN & set(error_codes(response)):
            raise BlobUnknown(unexpected(self.transport.name, "PUT", url, response).finding)
        if response.status not in (200, 201, 202):
            raise unexpected(self.transport.name, "PUT", url, response)
        self._compare_digest(response, archive.digest)

    def _mount(self, digest: str, other: str) -> tuple[bool, str]:
        """Whether the blob was mounted, and the location of an upload that was opened instead. If
        mounting fails for whatever reason, the upload will reveal it."""
        url = f"{self._urls.uploads}?mount={quote(digest, safe='')}&from={quote(other, safe='')}"
        authorization = self._authorizer.authorization(self._name, self.transport)
        try:
            response = self.transport.send("POST", url, body=b"", authorization=authorization)
        except (Fault, PublishError):
            return False, ""
        if response.status == 201:
            self._compare_digest(response, digest)
        opened = response.headers.get("location", "") if response.status == 202 else ""
        return response.status == 201, opened

    def _upload_once(self, source: BlobSource, blob: Descriptor, location: str) -> None:
        if not location:
            response = self._attempt("POST", self._urls.uploads, {}, b"")
            location = response.headers.get("location", "")
            if response.status != 202 or not location:
                raise unexpected(self.transport.name, "POST", self._urls.uploads, response)
        url = follow(self._urls.uploads, location, "an upload address")
        url += ("&" if "?" in url else "?") + f"digest={quote(blob.digest, safe='')}"
        headers = {"Content-Type": "application/octet-stream"}
        response = self._attempt("PUT", url, headers, lambda: source.open(blob))
        if response.status not in (201, 204):
            raise unexpected(self.transport.name, "PUT", url, response)
        self._compare_digest(response, blob.digest)

    def _call(self, method: str, url: str, headers: Mapping[str, str]) -> Response:
        return self.transport.retrying(lambda: self._attempt(method, url, headers, None))

    def _attempt(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | OpenBody | None,
        *,
        stream: bool = False,
    ) -> Response:
        """One request with our authorization, repeated with a new token if the token expired."""
        refused: Authorization | None = None
        while True:
            authorization = self._authorizer.authorization(
                self._name, self.transport, refused=refused
            )
            response = self.transport.send(
                method,
                url,
                headers=headers,
                body=body,
                authorization=authorization,
                stream=stream,
            )
            if response.status not in (401, 403):
                return response
            if refused or response.status == 403 or not self._authorizer.can_renew():
                raise self._authorizer.denied(self._name, response)
            refused = authorization

    def _compare_digest(self, response: Response, expected: str) -> None:
        stored = response.headers.get("docker-content-digest")
        # The header is optional. A digest with another algorithm cannot be compared.
        if stored and not stored.startswith("sha512:") and stored != expected:
            became = stored if DIGEST.fullmatch(stored) else "something else"
            raise self.transport.error(
                f"stored different bytes than were sent: {expected} became {became}",
                "Do not use what is there now. A proxy may rewrite uploads; contact its "
                "administrator.",
            )
