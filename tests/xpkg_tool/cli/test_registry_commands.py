"""`xpkg push` and `xpkg copy`: arguments in, a line or an error out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import running
from tests.xpkg_tool.registry.platform_images import files, image
from xpkg_tool.cli import copy as commands_copy
from xpkg_tool.cli.main import main
from xpkg_tool.diagnostics.errors import PublishError, publish_error
from xpkg_tool.oci.read.artifact_reader import read_files
from xpkg_tool.publish.settings import RegistrySettings

Settings = dict[str, RegistrySettings]


@pytest.fixture(autouse=True)
def _nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a login of whoever runs the tests."""
    for name in ("HOME", "DOCKER_CONFIG", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)


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


def test_a_tag_that_is_nearly_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as registry:
        for tag, said in (("v1.2", True), ("v1.2.3", False), ("latest", False)):
            assert main(["push", f"{registry.address}/p:{tag}", str(HYBRID)]) == 0
            assert ("not a complete semantic version" in capsys.readouterr().err) == said
        push = ["push", f"{registry.address}/p:v1.2", str(HYBRID), "--mutable-tags", "v1.*"]
        assert main(push) == 0
        assert capsys.readouterr().err == ""


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


def test_several_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    paths = files(tmp_path, image("arm64"), image("amd64"))
    with running() as registry:
        assert main(["push", f"{registry.address}/p:v1", *paths]) == 0
        assert read_files(paths).digest in capsys.readouterr().out
        assert main(["push", f"{registry.address}/p:v2", paths[0], paths[0]]) == 2
        assert "for the same platform, linux/arm64" in capsys.readouterr().err
        assert registry.tag("p", "v2") is None


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


@pytest.mark.parametrize(
    ("options", "source", "destination"),
    [
        (["--ca-file", "a.pem"], ("", False), ("a.pem", False)),
        (["--insecure", "--source-ca-file", "b.pem"], ("b.pem", False), ("", True)),
        (["--source-insecure"], ("", True), ("", False)),
    ],
)
@pytest.mark.parametrize("same", [False, True])
def test_what_is_said_of_which_registry(
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    source: tuple[str, bool],
    destination: tuple[str, bool],
    same: bool,
) -> None:
    said: dict[str, RegistrySettings] = {}

    def copied(
        *_: str, source_settings: Settings, settings: Settings, **_more: object
    ) -> PublishError:
        said.update(source=source_settings["one.test"], destination=settings[target])
        return publish_error("x", "x", "x")

    target = "one.test" if same else "two.test"
    monkeypatch.setattr(commands_copy, "copy", copied)
    assert main(["copy", "one.test/a:v1", f"{target}/b:v1", *options]) == 2
    if same:
        source = (source[0] or destination[0], source[1] or destination[1])
    assert (said["source"].ca_file, said["source"].insecure) == source
    assert (said["destination"].ca_file, said["destination"].insecure) == destination
