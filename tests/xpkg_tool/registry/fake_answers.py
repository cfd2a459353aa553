"""What a registry that works answers (distribution specification 1.1), for the tests' own one.

Like real ones it checks a manifest's blobs when the manifest is put, keeps blobs by repository, and
knows the uploads that it opened."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "alice", "canary-password"
IDENTITY_TOKEN = "canary-identity-token"
SIGNATURE = "canary-signature"
CANARY = "canary"
SERVICE = "fake, with comma"


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    body: bytes = b""
    authorization: str = ""
    media_type: str = ""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""


class State:
    """What a registry has, and how it behaves; a test may change all of it."""

    def __init__(self) -> None:
        self.auth = ""
        self.address = ""
        self.scheme = "http"
        self.blobs: dict[str, bytes] = {}
        # The repositories that have a blob; one that is not in here is in all of them.
        self.owners: dict[str, set[str]] = {}
        self.manifests: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.uploads: set[str] = set()
        self.opened = 0
        # Form of the address at which an upload goes on.
        self.location = "{base}{path}{id}?_state={signature}"
        self.upload_base = ""
        # What a mount is answered with: 201, 202 (not mounted, an upload is open), 401, ...
        self.mount_status = 201
        # Scopes by token; requests that each may still make (none: no bound); tokens given so far.
        self.tokens: dict[str, tuple[str, ...]] = {}
        self.uses: dict[str, int] = {}
        self.token_uses = 0
        self.issued = 0
        # Actions that the token service grants, whatever is asked for ("": what is asked for).
        self.granted = ""
        # Scopes that it puts into a token at most (0: all that are asked for).
        self.most_scopes = 0
        self.realm = ""
        # Tags on a page, whatever is asked for (0: as many as are asked for).
        self.page = 0

    def expire_tokens(self) -> None:
        self.tokens.clear()

    def has(self, repository: str, digest: str) -> bool:
        return digest in self.blobs and repository in self.owners.get(digest, {repository})

    def kept(self) -> tuple[Any, ...]:
        owners = {digest: set(names) for digest, names in self.owners.items()}
        return dict(self.blobs), owners, dict(self.manifests)

    def restore(self, kept: tuple[Any, ...]) -> None:
        self.blobs, self.owners, self.manifests = kept


def answer(state: State, request: Request) -> Answer:
    parts = urlsplit(request.target)
    if parts.path == "/token":
        return _token(state, request)
    repository = re.sub(r"^/v2/|/?(manifests|blobs|referrers|tags)/.*$", "", parts.path)
    denied = _challenge(state, request, repository)
    if denied:
        return denied
    if parts.path == "/v2/":
        return Answer(200, {}, b"{}")
    name = parts.path.rpartition("/")[2]
    if "/manifests/" in parts.path:
        return _manifest(state, request, repository, name)
    if parts.path.endswith("/tags/list"):
        return _tags(state, request, repository)
    if "/blobs/uploads/" in parts.path:
        return _upload(state, request, repository, name)
    if "/blobs/" in parts.path and request.method in ("GET", "HEAD"):
        if not state.has(repository, name):
            return _error(404, "BLOB_UNKNOWN")
        return Answer(200, {"Docker-Content-Digest": name}, state.blobs[name])
    return _error(404, "NAME_UNKNOWN")


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _upload(state: State, request: Request, repository: str, name: str) -> Answer:
    parts = urlsplit(request.target)
    query = parse_qs(parts.query)
    if request.method == "POST":
        digest = query.get("mount", [""])[0]
        if digest and state.mount_status != 202:
            if state.mount_status != 201:
                return _error(state.mount_status, "UNAUTHORIZED")
            if state.has(query.get("from", [""])[0], digest):
                state.owners.setdefault(digest, {query["from"][0]}).add(repository)
                return Answer(201, {"Docker-Content-Digest": digest})
        state.opened += 1
        upload = f"id{state.opened}"
        state.uploads.add(upload)
        location = state.location.format(
            base=state.upload_base, path=parts.path, id=upload, signature=SIGNATURE
        )
        return Answer(202, {"Location": location})
    if request.method != "PUT":
        return _error(405, "UNSUPPORTED")
    # One that another registry opened is taken, too: a registry may send its clients elsewhere.
    if state.opened and name.startswith("id"):
        if name not in state.uploads:
            return _error(404, "BLOB_UPLOAD_UNKNOWN")
        state.uploads.remove(name)
    digest = query["digest"][0]
    if f"sha256:{hashlib.sha256(request.body).hexdigest()}" != digest:
        return _error(400, "DIGEST_INVALID")
    if digest not in state.blobs or digest in state.owners:
        state.owners.setdefault(digest, set()).add(repository)
    state.blobs[digest] = request.body
    return Answer(201, {"Docker-Content-Digest": digest})


def _manifest(state: State, request: Request, repository: str, name: str) -> Answer:
    if request.method == "PUT":
        data = json.loads(request.body)
        children = [child["digest"] for child in data.get("manifests", ())]
        config = [data["config"]] if "config" in data else []
        blobs = [entry["digest"] for entry in (*config, *data.get("layers", ()))]
        if not all(state.has(repository, digest) for digest in blobs):
            return _error(400, "MANIFEST_BLOB_UNKNOWN")
        if not all((repository, digest) in state.manifests for digest in children):
            return _error(400, "MANIFEST_UNKNOWN")
        digest = f"sha256:{hashlib.sha256(request.body).hexdigest()}"
        if name.startswith("sha256:") and name != digest:
            return _error(400, "DIGEST_INVALID")
        for key in {name, digest}:
            state.manifests[repository, key] = (request.media_type, request.body)
        return Answer(201, {"Docker-Content-Digest": digest})
    found = state.manifests.get((repository, name))
    if found is None:
        return _error(404, "MANIFEST_UNKNOWN")
    digest = f"sha256:{hashlib.sha256(found[1]).hexdigest()}"
    return Answer(200, {"Content-Type": found[0], "Docker-Content-Digest": digest}, found[1])


def _tags(state: State, request: Request, repository: str) -> Answer:
    parts = urlsplit(request.target)
    query = parse_qs(parts.query)
    names = [name for known, name in state.manifests if known == repository]
    if not names:
        return _error(404, "NAME_UNKNOWN")
    tags = sorted(name for name in names if not name.startswith("sha256:"))
    after = [tag for tag in tags if tag > query.get("last", [""])[0]]
    most = state.page or int(query.get("n", ["1000"])[0])
    headers = {"Content-Type": "application/json"}
    if len(after) > most:
        following = f"{parts.path}?n={most}&last={after[most - 1]}"
        headers["Link"] = f'<{following}>; rel="next"'
    page = {"name": repository, "tags": after[:most] or None}
    return Answer(200, headers, json.dumps(page).encode())


def _challenge(state: State, request: Request, repository: str) -> Answer | None:
    if state.auth == "basic" and request.authorization != basic(USER, PASSWORD):
        return Answer(401, {"WWW-Authenticate": 'Basic realm="fake"'}, b"{}")
    if state.auth != "token":
        return None
    scheme, _, token = request.authorization.partition(" ")
    if scheme == "Bearer" and (not repository or _allows(state, token, request, repository)):
        return None
    realm = state.realm or f"{state.scheme}://{state.address}/token"
    header = f'Bearer realm="{realm}",service="{SERVICE}",scope="x:y:pull"'
    return Answer(401, {"WWW-Authenticate": header}, b"{}")


def _allows(state: State, token: str, request: Request, repository: str) -> bool:
    """Whether the token is good for this request; a use of it."""
    actions = {"pull"} if request.method in ("GET", "HEAD") else {"pull", "push"}
    for scope in state.tokens.get(token, ()):
        _, name, granted = scope.split(":")
        if name == repository and actions <= set(granted.split(",")):
            break
    else:
        return False
    if state.token_uses:
        state.uses[token] = state.uses.get(token, 0) + 1
        return state.uses[token] <= state.token_uses
    return True


def _token(state: State, request: Request) -> Answer:
    query = parse_qs(urlsplit(request.target).query or request.body.decode())
    given = request.authorization
    known = given == basic(USER, PASSWORD) or query.get("refresh_token") == [IDENTITY_TOKEN]
    if not known or query.get("service") != [SERVICE]:
        return Answer(401, {}, f'{{"echo": "{given}"}}'.encode())
    state.issued += 1
    token = f"canary-token-{state.issued}"
    asked = [scope for value in query["scope"] for scope in value.split(" ")]
    if state.granted:
        asked = [f"{scope.rpartition(':')[0]}:{state.granted}" for scope in asked]
    state.tokens[token] = tuple(asked[: state.most_scopes or None])
    return Answer(200, {}, json.dumps({"token": token}).encode())


def _error(status: int, code: str) -> Answer:
    body = json.dumps({"errors": [{"code": code, "message": CANARY}]}).encode()
    return Answer(status, {"Content-Type": "application/json"}, body)
