"""What publishing may see of the environment, and where it may run."""

from __future__ import annotations

from typing import Iterator

import pytest

from tests.xpkg.publish_runner import PublishRunner, reference
from xpkg.naming.secrets import looks_secret, refused_variables

SECRETS = """
    GITHUB_TOKEN AWS_SECRET_ACCESS_KEY DOCKER_PASSWORD PGPASSWD docker_auth_config NPM_AUTH
    MY_API_KEY SIGNING_KEY GH_PAT CREDENTIALS
"""
PLACES = """
    HOME PATH PWD DOCKER_CONFIG REGISTRY_AUTH_FILE AWS_PROFILE AWS_REGION SSL_CERT_DIR
    AWS_WEB_IDENTITY_TOKEN_FILE GOOGLE_APPLICATION_CREDENTIALS
"""


def test_names_of_secrets_and_of_places() -> None:
    assert [name for name in SECRETS.split() if not looks_secret(name)] == []
    assert [name for name in PLACES.split() if looks_secret(name)] == []


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("HTTPS_PROXY", "http://proxy.example.org:8080", False),
        ("HTTPS_PROXY", "http://user:canary@proxy.example.org:8080", True),
        ("https_proxy", "user:canary@proxy.example.org:8080", True),
        ("ALL_PROXY", "socks5://canary@proxy.example.org", True),
        ("MIRROR", "https://user:canary@mirror.example.org/x", True),
        ("MIRROR", "https://mirror.example.org/x@y", False),
        ("NO_PROXY", "localhost,.example.org", False),
    ],
)
def test_users_in_urls(name: str, value: str, refused: bool) -> None:
    sentences = refused_variables([name], {name: value})
    assert [name in sentence for sentence in sentences] == [True] * refused
    assert "canary" not in "".join(sentences)


def test_a_value_that_is_set_in_the_option_counts() -> None:
    (sentence,) = refused_variables(["A=https://u:canary@x/"], {"A": "https://u:canary@x/"})
    assert sentence.startswith("The environment variable A holds") and "canary" not in sentence


@pytest.fixture
def repository() -> Iterator[PublishRunner]:
    made = PublishRunner.create()
    made.package("a")
    yield made
    made.close()


def test_processes_see_places_only(repository: PublishRunner) -> None:
    given = {"HOME": "/home/x", "DOCKER_CONFIG": "/d", "OTHER": "canary", "NO_PROXY": "localhost"}
    ran = repository.run(args=(), **given)
    assert [r["command"] for r in ran.requests] == ["plan", "publish"]
    for request in ran.requests:
        seen = request["environment"]
        assert seen.pop("PATH")
        assert seen == {"HOME": "/home/x", "DOCKER_CONFIG": "/d", "NO_PROXY": "localhost"}


def test_a_secret_among_the_variables_is_refused(repository: PublishRunner) -> None:
    ran = repository.run(args=("--xpkg-env-vars=+['REGISTRY_TOKEN']",), REGISTRY_TOKEN="canary")
    assert ran.exit_code == 1 and ran.requests == ()
    assert "`[xpkg].env_vars` names REGISTRY_TOKEN, which looks like a secret" in ran.stderr
    assert "docker login" in ran.stderr
    assert "canary" not in ran.stderr + ran.stdout + str(ran.lines) + str(ran.output)


def test_a_proxy_with_a_password_is_refused(repository: PublishRunner) -> None:
    ran = repository.run(https_proxy="http://me:canary@proxy.example.org:8080")
    assert ran.exit_code == 1 and ran.requests == ()
    assert "The environment variable https_proxy holds a URL with a user" in ran.stderr
    assert "canary" not in ran.stderr + ran.stdout + str(ran.lines) + str(ran.output)


def test_an_entry_that_is_no_variable(repository: PublishRunner) -> None:
    ran = repository.run(args=("--xpkg-env-vars=+['1X=canary']",))
    assert ran.exit_code == 1 and ran.requests == ()
    assert "an entry '1X', which is not a valid" in ran.stderr and "canary" not in ran.stderr


def test_remote_execution_is_refused(repository: PublishRunner) -> None:
    with pytest.raises(Exception, match="Publishing does not run under remote execution: "):
        repository.run(args=("--remote-execution", "--remote-execution-address=grpc://x:1"))
    assert not (repository.folder / "runs.jsonl").exists()


def test_variables_and_build_arguments_name_tags(repository: PublishRunner) -> None:
    repository.package(
        "a",
        version="v{env.RELEASE}",
        image_tags=["{version}", "{build_args.CHANNEL}-{build_args.STAGE}"],
        repository="{env.TEAM}/{package}",
    )
    args = ("--xpkg-build-args=['CHANNEL=edge', 'STAGE']",)
    ran = repository.run(args=args, RELEASE="1.2", TEAM="t", STAGE="blue", HOME="/h")
    assert set(repository.registry) == {reference("t/a", "v1.2"), reference("t/a", "edge-blue")}
    # No process sees them.
    assert set(ran.requests[0]["environment"]) == {"HOME", "PATH"}


@pytest.mark.parametrize(
    ("tag", "env", "message"),
    [
        ("{env.RELEASE}", {}, "The environment variable RELEASE is not set"),
        ("{build_args.X}", {}, "The build argument 'X' is undefined. Defined arguments: Y."),
        ("{env.MY_TOKEN}", {"MY_TOKEN": "canary"}, "A placeholder uses MY_TOKEN"),
        ("v1+{env.BUILD}", {"BUILD": "7"}, "the tag 'v1+7', and a tag cannot contain `+`"),
    ],
)
def test_variables_that_cannot_be_used(
    repository: PublishRunner, tag: str, env: dict[str, str], message: str
) -> None:
    repository.package("a", image_tags=[tag])
    repository.package("b")
    ran = repository.run(args=("--xpkg-build-args=['Y=1']",), **env)
    assert ran.exit_code == 1 and ran.written == []
    assert message in ran.stderr and "packages/a:a" in ran.stderr
    assert "canary" not in ran.stderr
