"""What publishing would do, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port
from xpkg_tool.messages.plan import Action, PlannedPackage, PlannedReference
from xpkg_tool.oci.artifact import artifact_of
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.write.layout import publish
from xpkg_tool.publish.plan import Package, PackageDecision, plan
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import RegistrySettings

OTHER = f"sha256:{'0' * 64}"


def planned(
    pusher: Pusher,
    *packages: Package,
    mutable: Sequence[str] = (),
    by_digest: bool = False,
    connections: int = 4,
) -> tuple[PackageDecision, ...]:
    names = {d.text.partition("/")[0] for p in packages for d in p.destinations}
    registries = Registries(
        pusher.env,
        {name: RegistrySettings(mutable_tags=tuple(mutable)) for name in names},
        connections=connections,
        connect=pusher.connect,
    )
    with closing(registries):
        return plan(packages, registries, by_digest=by_digest)


def hybrid(*references: str) -> Package:
    return Package.of("hybrid", HYBRID_DIGEST, references)


def actions(package: PackageDecision) -> list[str]:
    return [reference.action for reference in package.references]


def test_nothing_there(pusher: Pusher) -> None:
    with running() as registry:
        (package,) = planned(pusher, hybrid(f"{registry.address}/a:v1"))
        reference, why = f"{registry.address}/a:v1", "This tag does not exist yet."
        expected = PlannedReference(reference, HYBRID_DIGEST, None, Action.PUSH, why)
        assert package.message() == PlannedPackage("hybrid", (expected,))
        assert [s.method for s in registry.seen] == ["GET", "HEAD", "GET"]


def test_up_to_date_is_one_head_each(pusher: Pusher) -> None:
    """Nothing is written; and one probe and token, however many references there are."""
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        references = [f"{registry.address}/a/b:v{n}" for n in range(8)]
        pusher.push(*references)
        registry.seen.clear()
        (package,) = planned(pusher, hybrid(*references))
        assert actions(package) == ["up to date"] * 8
        assert registry.count("HEAD", "/manifests/") == 8
        assert len(registry.seen) == 1 + 1 + 8


def test_a_release_with_another_digest_is_refused(pusher: Pusher) -> None:
    """Both digests and the remedy, and nothing but a HEAD was sent."""
    with running() as registry:
        pusher.push(f"{registry.address}/a:v1.0.0")
        registry.seen.clear()
        package = Package.of("other", OTHER, (f"{registry.address}/a:v1.0.0",))
        ((refused,),) = (p.references for p in planned(pusher, package))
        assert (refused.action, refused.local, refused.remote) == ("refused", OTHER, HYBRID_DIGEST)
        text = str(refused.error)
        assert text.startswith(
            f"{registry.address}/a:v1.0.0: error publish-refused: The tag v1.0.0"
        )
        assert OTHER in text and HYBRID_DIGEST in text and "mutable_tags" in text
        assert [s.method for s in registry.seen] == ["GET", "HEAD"]


@pytest.mark.parametrize(
    ("globs", "action"),
    [
        (["latest"], "push"),
        (["v*", "lat*"], "push"),
        (["v*"], "refused"),
        ([], "refused"),
        (["[z"], "failed"),
    ],
)
def test_a_mutable_tag_may_move(pusher: Pusher, globs: list[str], action: str) -> None:
    with running() as registry:
        pusher.push(f"{registry.address}/a:latest")
        package = Package.of("other", OTHER, (f"{registry.address}/a:latest",))
        ((found,),) = (p.references for p in planned(pusher, package, mutable=globs))
        assert found.action == action
        assert found.remote == HYBRID_DIGEST
        assert ("`mutable_tags`" in str(found.error)) == (action != "push")


def test_tag_only(pusher: Pusher) -> None:
    with running() as registry:
        base = registry.address
        pusher.push(f"{base}/a:v1", f"{base}/b@{HYBRID_DIGEST}")
        package = hybrid(f"{base}/a:v1", f"{base}/a:v2", f"{base}/b:v1", f"{base}/c:v1")
        # What is up to date in a repository shows that the manifest is there.
        assert actions(*planned(pusher, package)) == ["up to date", "tag only", "push", "push"]
        registry.seen.clear()
        (by_digest,) = planned(pusher, package, by_digest=True)
        assert actions(by_digest) == ["up to date", "tag only", "tag only", "push"]
        assert len(registry.seen) == 1 + 4 + 3 + 2
        assert {s.method for s in registry.seen} == {"GET", "HEAD"}


def test_by_digest_alone(pusher: Pusher) -> None:
    with running() as registry:
        reference = f"{registry.address}/a@{HYBRID_DIGEST}"
        assert actions(*planned(pusher, hybrid(reference), by_digest=True)) == ["push"]
        pusher.push(reference)
        assert actions(*planned(pusher, hybrid(reference))) == ["up to date"]
        (package,) = planned(pusher, hybrid(f"{registry.address}/a:v1@{OTHER}"))
        assert actions(package) == ["failed"]


def test_two_packages_claim_one_place(pusher: Pusher) -> None:
    with running() as registry:
        reference = f"{registry.address}/a:latest"
        both = planned(
            pusher, hybrid(reference), Package.of("other", OTHER, (reference,)), mutable=["*"]
        )
        for package in both:
            assert actions(package) == ["refused"]
            assert "hybrid (sha256:" in str(package.error) and "other (sha256:" in str(
                package.error
            )
        same = planned(pusher, hybrid(reference), Package.of("same", HYBRID_DIGEST, (reference,)))
        assert [actions(package) for package in same] == [["push"], ["push"]]


def test_one_failure_is_its_references_own(pusher: Pusher) -> None:
    with running("", Fault("HEAD", "/broken/", nth=0, status=403)) as registry:
        bad, good = f"{registry.address}/broken:v1", f"{registry.address}/a:v1"
        gone = f"{closed_port()}/a:v1"
        package = hybrid(bad, good, "nonsense", gone)
        (found,) = planned(pusher, package)
        assert actions(found) == ["failed", "push", "failed", "failed"]
        assert found.error is not None
        messages = [str(r.error) for r in found.references]
        assert "status 403" in messages[0] and bad in messages[0]
        assert "does not begin with a registry" in messages[2]
        assert "connection refused" in messages[3]


def test_what_is_denied_is_one_error_for_all_repositories(pusher: Pusher) -> None:
    """Its place alone says which one, so that it can be shown once."""
    for auth, login in (("basic", ""), ("basic", "canary-wrong"), ("token", "canary-wrong")):
        with running(auth) as registry:
            if login:
                pusher.login(registry.address, USER, login)
            references = [f"{registry.address}/{name}:v1" for name in ("a", "b/c")]
            entries = planned(pusher, hybrid(*references))[0].message().references
            assert [e.action for e in entries] == [Action.FAILED] * 2
            (text,) = {e.error for e in entries}
            assert [e.message for e in entries] == [f"{r}: {text}" for r in references]
            assert {e.why for e in entries} == {"The registry denies access."}
            assert not any(e.configuration for e in entries)


def test_what_is_configured_wrongly_is_told_from_what_a_registry_says(
    pusher: Pusher, tmp_path: Path
) -> None:
    """Whatever the registry has, and also where it cannot be asked."""
    gone = closed_port()
    with running() as registry:
        base = registry.address
        pusher.push(f"{base}/a:v1")
        wrong = hybrid(f"{base}/a:V 1", f"{gone}/a:v1@{OTHER}", f"{base}/A:v1")
        (found,) = planned(pusher, wrong)
        assert [(r.configuration, r.why) for r in found.references] == [
            (True, "The reference is not valid.")
        ] * 3
        two = (hybrid(f"{gone}/c:v1"), Package.of("other", OTHER, (f"{gone}/c:v1",)))
        for package in planned(pusher, *two):
            (reference,) = package.references
            assert (reference.action, reference.configuration) == ("refused", True)
        (globs,) = planned(pusher, hybrid(f"{base}/new:v1", f"{base}/a:v1"), mutable=["[z"])
        assert [(r.action, r.configuration) for r in globs.references] == [("failed", True)] * 2
        (other,) = planned(pusher, Package.of("other", OTHER, (f"{base}/a:v1", f"{gone}/a:v1")))
        assert [(r.action, r.configuration) for r in other.references] == [
            ("refused", False),
            ("failed", False),
        ]
    settings = {gone: RegistrySettings(ca_file=str(tmp_path / "none.pem"))}
    with closing(Registries(pusher.env, settings)) as registries:
        (package,) = plan([hybrid(f"{gone}/a:v1")], registries)
    assert [r.configuration for r in package.references] == [True]


def test_layouts(pusher: Pusher, tmp_path: Path) -> None:
    layout = f"oci-layout:{tmp_path}/dist"
    assert actions(*planned(pusher, hybrid(f"{layout}:a:v1"))) == ["push"]
    assert not (tmp_path / "dist").exists()
    publish(artifact_of([open_archive(str(HYBRID))]), f"{tmp_path}/dist", ["a:v1"])
    package = hybrid(f"{layout}:a:v1", f"{layout}:a:v2", f"{layout}:b:v1")
    assert actions(*planned(pusher, package)) == ["up to date", "tag only", "push"]
    (by_digest,) = planned(pusher, package, by_digest=True)
    assert actions(by_digest) == ["up to date", "tag only", "tag only"]
    (refused,) = planned(pusher, Package.of("other", OTHER, (f"{layout}:a:v1",)))
    assert actions(refused) == ["refused"]
    (tmp_path / "dist/index.json").write_text("{")
    (broken,) = planned(pusher, package)
    assert actions(broken) == ["failed"] * 3
    assert "is not an image index" in str(broken.error)
