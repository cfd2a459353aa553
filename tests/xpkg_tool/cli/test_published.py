"""What `push` and `copy` say of what became of a package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import running
from xpkg_tool.cli.main import main


def test_push_and_copy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with running() as registry:
        first, second = f"{registry.address}/staging/p:v1", f"{registry.address}/live/p:v1"
        assert main(["push", first, str(HYBRID)]) == 0
        assert capsys.readouterr().out == (
            f"pushed: {first} {HYBRID_DIGEST} (3 blobs sent (1592 bytes), 0 there already, "
            "16 requests)\n"
        )
        assert main(["copy", first, second]) == 0
        assert capsys.readouterr().out == (
            f"pushed: {second} {HYBRID_DIGEST} (0 blobs sent (674 bytes), 3 mounted, 0 there "
            # Source: probe, manifest. Then probe, tag twice, blobs, mounts, manifest, the tag.
            f"already, {2 + 1 + 2 + 3 + 3 + 1 + 3} requests)\n"
        )
        assert main(["copy", second, first]) == 0
        assert capsys.readouterr().out == f"up to date: {first} {HYBRID_DIGEST} (4 requests)\n"


def test_a_release_and_a_mutable_tag(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = str(make_archive(tmp_path / "o", b"other"))
    with running() as registry:
        for tag in ("v1", "latest"):
            assert main(["push", f"{registry.address}/p:{tag}", str(HYBRID)]) == 0
        capsys.readouterr()
        for command in (["push", "{}", other], ["copy", other, "{}"]):
            for tag, code in (("v1", 2), ("latest", 0)):
                reference = f"{registry.address}/p:{tag}"
                arguments = [part.format(reference) for part in command]
                assert main([*arguments, "--mutable-tags", "edge,lat*"]) == code
                out, err = capsys.readouterr()
                assert ("publish-refused" in err) == (code == 2)
                assert bool(out) == (code == 0)
        assert registry.tag("p", "v1") == HYBRID_DIGEST != registry.tag("p", "latest")


def test_what_became_of_a_package_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = str(make_archive(tmp_path / "o", b"other"))
    with running() as registry:
        first, second = f"{registry.address}/staging/p:v1.0.0", f"{registry.address}/live/p:v1.0.0"
        for arguments, action in (
            (["push", first, str(HYBRID)], "pushed"),
            (["push", first, str(HYBRID)], "up to date"),
            (["copy", first, second], "pushed"),
        ):
            assert main([*arguments, "--format", "json"]) == 0
            out, err = capsys.readouterr()
            document = json.loads(out)
            assert not err and document["message"] is None
            assert (document["action"], document["digest"]) == (action, HYBRID_DIGEST)
            assert document["reference"] == arguments[-1 if arguments[0] == "copy" else 1]
        assert (document["form"], document["blobsMounted"]) == (1, 3)
        for arguments, action, reference in (
            (["push", first, other], "refused", first),
            (["copy", other, second], "refused", second),
            (["push", first, "gone.xpkg"], "failed", first),
        ):
            assert main([*arguments, "--format", "json"]) == 2
            out, err = capsys.readouterr()
            document = json.loads(out)
            assert (document["action"], document["reference"]) == (action, reference)
            assert document["digest"] is None and f"{document['message']}\n" == err


def test_what_is_wrong_with_the_arguments(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with running() as registry:
        reference = f"{registry.address}/p:v1"
        for arguments, message in (
            (["push", reference, str(HYBRID), "--ca-file", "none.pem"], "`ca_file`"),
            (["copy", str(HYBRID), reference, "--ca-file", "none.pem"], "`ca_file`"),
            (["copy", reference, reference, "--source-ca-file", "none.pem"], "`ca_file`"),
            (["copy", reference, "nowhere"], "does not begin with a registry"),
            (["copy", "nowhere", reference], "It is neither an existing file or folder"),
            (["push", reference, str(HYBRID), "--mutable-tags", "[x"], "`mutable_tags`"),
        ):
            expected = 2
            if "--mutable-tags" in arguments:
                # Which tags may move matters where there is one.
                main(["push", reference, str(make_archive(tmp_path / "o", b"other"))])
            assert main(arguments) == expected
            err = capsys.readouterr().err
            assert message in err and "  help: " in err, arguments
