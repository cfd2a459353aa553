"""The options of the backend: `[xpkg]`."""

from __future__ import annotations

from typing import Any, Iterable

from pants.engine.rules import collect_rules
from pants.option.option_types import (
    BoolOption,
    DictOption,
    EnumOption,
    IntOption,
    ShellStrListOption,
    SkipOption,
    StrListOption,
    StrOption,
)
from pants.option.subsystem import Subsystem
from pants.util.docutil import bin_name
from pants.util.frozendict import FrozenDict
from pants.util.strutil import softwrap

from xpkg.registries import ConfiguredRegistries
from xpkg_tool.messages.report import FailOn, ReportFormat, RuleSelection

_REPORT_FORMATS: tuple[ReportFormat, ...] = ("sarif", "github", "json")


class XpkgSubsystem(Subsystem):
    options_scope = "xpkg"
    name = "xpkg"
    help = "Lint, build and publish Crossplane packages."

    skip = SkipOption("lint")

    tailor = BoolOption(
        default=True,
        help=softwrap(
            f"If true, `{bin_name()} tailor` adds an `xpkg_package` target for each package."
        ),
        advanced=True,
    )

    select = StrListOption(
        help=softwrap(
            """
            Apply only these lint rules, by code or prefix of codes (`XP2` is all of XP200 to
            XP299); all rules when empty. Rules by which Crossplane itself refuses a package are
            always applied.
            """
        ),
    )

    ignore = StrListOption(
        help=softwrap(
            """
            Ignore these lint rules, by code or prefix of codes. Of the entries of `select` and
            `ignore` that match a code, the longest one decides. A rule that is ignored stops
            neither `lint` nor `package`.
            """
        ),
    )

    per_path_ignores = DictOption[list[str]](
        help=softwrap(
            """
            Ignore lint rules in some files: lists of codes by glob. Globs match paths relative to
            the repository's root; one without a slash matches file names in any folder:

                {"packages/legacy/**": ["XP4"], "kustomization.yaml": ["XP207"]}
            """
        ),
    )

    fail_on = EnumOption(
        default=FailOn.ERROR,
        help=softwrap(
            """
            Fail on findings of at least this severity: with `warning`, a warning stops `lint`,
            `package` and `publish` as an error does. Findings that are ignored or suppressed stop
            nothing.
            """
        ),
    )

    _report_formats = StrListOption(
        help=softwrap(
            f"""
            Write the findings of `{bin_name()} lint` to files below `dist/lint/xpkg/` as well, in
            these formats, so that a CI system can show them beside the code: `sarif`
            (`findings.sarif`, for code scanning), `github` (`annotations.txt`, workflow commands
            that GitHub Actions reads when the file is printed), `json` (`findings.json`).
            """
        ),
        advanced=True,
    )

    stats = BoolOption(
        default=False,
        help=softwrap(
            """
            Log at the end of a run how many processes of the tool ran, how many were served from
            the local and the remote cache, and how many bytes were parsed and packed.
            """
        ),
        advanced=True,
    )

    _registries = DictOption[Any](
        help=softwrap(
            """
            Publish to these registries, by alias:

                {
                    "<alias>": {
                        "address": "<host>[:<port>]" or "oci-layout:<directory>",
                        "known_as": "<host>[:<port>][/<prefix>]",
                        "default": bool,
                        "repository": str,
                        "extra_image_tags": [],
                        "skip_push": bool,
                        "insecure": bool,
                        "ca_file": "<path>",
                        "mutable_tags": ["<glob>", ...],
                    },
                    ...
                }

            A target publishes to all registries with `default = true` (or with the alias
            `default`) unless its `registries` field names others, as `"@<alias>"` or by address.

            `known_as` is what `spec.dependsOn` writes for the address of a registry that packages
            are not installed from: a mirror, a staging registry, or a directory.

            `repository` is used instead of the target's; `{target_repository}` and
            `{default_repository}` stand for what it replaces. `extra_image_tags` are added to the
            target's tags. Nothing is published to a registry with `skip_push = true`. Connections
            to a registry with `insecure = true`, and to loopback addresses, use plain HTTP.
            `ca_file`, relative to the repository's root, holds certificates of authorities to
            trust in addition to the usual ones. `mutable_tags` are globs of the tags that may be
            moved to another package, such as `["latest", "main"]`; any other tag that exists with
            another digest is refused.
            """
        ),
        fromfile=True,
    )

    default_repository = StrOption(
        default="{package}",
        help=softwrap(
            """
            Publish targets without the `repository` field to this repository. Placeholders:
            `{package}` (the meta object's name), `{name}` (the target's), `{directory}`,
            `{parent_directory}`, `{version}`, `{env.<NAME>}`, `{build_args.<NAME>}`,
            `{pants.hash}`.
            """
        ),
    )

    build_args = ShellStrListOption(
        help=softwrap(
            """
            Set values for `{build_args.<NAME>}` in versions, repositories and tags: `NAME=value`,
            or `NAME` alone to take the environment variable of that name. They never enter a
            package's bytes.
            """
        ),
    )

    publish_plan = BoolOption(
        default=False,
        help=softwrap(
            f"""
            If true, `{bin_name()} publish` only shows what it would do: for each reference the
            digest here, the digest in the registry, the action and why. Nothing is written. The
            exit code is not 0 when something would be refused.
            """
        ),
    )

    publish_dependencies = BoolOption(
        default=True,
        help=softwrap(
            f"""
            If true, `{bin_name()} publish` first publishes the packages of this repository that a
            package depends on and that its registries lack. If false, such a package is refused,
            with the command that publishes its dependencies.
            """
        ),
        advanced=True,
    )

    publish_connections = IntOption(
        default=8,
        help=softwrap(
            """
            Open at most this many connections at once, to all registries together, to publish.
            """
        ),
        advanced=True,
    )

    suggest_floors = BoolOption(
        default=False,
        help=softwrap(
            f"""
            If true, `{bin_name()} lint` warns (XP146) where a `spec.dependsOn` admits versions of a
            package of this repository that are older than the one that its target has, and
            suggests the constraint that does not.
            """
        ),
    )

    resolves = DictOption[str](
        default={"xpkg": "xpkg.lock"},
        help=softwrap(
            f"""
            The lock files of this repository, by resolve. A lock has one version of each package of
            others that the packages of the resolve depend on, directly or not: so the packages of a
            resolve can be installed in one cluster. `{bin_name()} generate-lockfiles` writes them.
            """
        ),
    )

    default_resolve = StrOption(
        default="xpkg",
        help=softwrap("The resolve of targets without the `resolve` field."),
    )

    upgrade = StrListOption(
        help=softwrap(
            f"""
            Let `{bin_name()} generate-lockfiles` take the highest version of these packages, by
            source (`xpkg.crossplane.io/crossplane-contrib/function-auto-ready`), or of all packages
            (`*`). Without it, it keeps each locked version that still satisfies all who ask for it.
            """
        ),
    )

    deploy_context = StrOption(
        default="",
        help=softwrap(
            f"""
            Deploy to the cluster of this context in your kubeconfig, with
            `{bin_name()} experimental-deploy`; by default, the current one.
            """
        ),
    )

    deploy_timeout = IntOption(
        default=600,
        help=softwrap(
            f"""
            Wait at most this many seconds until all packages that
            `{bin_name()} experimental-deploy` applied are installed and healthy; with 0, do not
            wait.
            """
        ),
    )

    deploy_dry_run = BoolOption(
        default=False,
        help=softwrap(
            f"""
            If true, `{bin_name()} experimental-deploy` publishes and applies nothing: it shows what
            the API server says would change.
            """
        ),
    )

    deploy_force_conflicts = BoolOption(
        default=False,
        help=softwrap(
            f"""
            If true, `{bin_name()} experimental-deploy` takes over fields of objects that somebody
            else owns, such as the package manager, which created them for a dependent.
            """
        ),
        advanced=True,
    )

    class EnvironmentAware(Subsystem.EnvironmentAware):
        env_vars = ShellStrListOption(
            default=[
                "ALL_PROXY",
                "DOCKER_CONFIG",
                "HOME",
                "HTTPS_PROXY",
                "HTTP_PROXY",
                "NO_PROXY",
                "PATH",
                "REGISTRY_AUTH_FILE",
                "REQUESTS_CA_BUNDLE",
                "SSL_CERT_DIR",
                "SSL_CERT_FILE",
                "XDG_CONFIG_HOME",
                "XDG_RUNTIME_DIR",
                "all_proxy",
                "http_proxy",
                "https_proxy",
                "no_proxy",
            ],
            help=softwrap(
                """
                Pass these environment variables to publishing: `NAME` copies a variable, and
                `NAME=value` sets one. They say where credentials are and which proxies to use; no
                variable reaches linting and building. Pants stores the environment of each
                process, so names that look like secrets, and proxies with a password, are refused.
                """
            ),
            advanced=True,
        )

        deploy_env_vars = ShellStrListOption(
            default=[
                "AWS_CONFIG_FILE",
                "AWS_DEFAULT_REGION",
                "AWS_PROFILE",
                "AWS_REGION",
                "AWS_ROLE_ARN",
                "AWS_SHARED_CREDENTIALS_FILE",
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AZURE_CONFIG_DIR",
                "CLOUDSDK_CONFIG",
                "GOOGLE_APPLICATION_CREDENTIALS",
                "KUBECONFIG",
                "KUBECTL_EXTERNAL_DIFF",
                "KUBERNETES_SERVICE_HOST",
                "KUBERNETES_SERVICE_PORT",
                "USE_GKE_GCLOUD_AUTH_PLUGIN",
            ],
            help=softwrap(
                """
                Pass these environment variables to `kubectl` and its plugins when deploying, beside
                those of `env_vars`: `NAME` copies a variable, and `NAME=value` sets one. Names that
                look like secrets are refused.
                """
            ),
            advanced=True,
        )

    def selection(self) -> RuleSelection:
        """The rules to apply."""
        # In a fixed order, which not all versions of Pants keep: it is an input of processes.
        ignores = {glob: tuple(codes) for glob, codes in sorted(self.per_path_ignores.items())}
        return RuleSelection(tuple(self.select), tuple(self.ignore), FrozenDict(ignores))

    @property
    def report_formats(self) -> tuple[ReportFormat, ...]:
        """Each once, sorted. Raises ValueError for one that is not known."""
        unknown = sorted(set(self._report_formats).difference(_REPORT_FORMATS))
        if unknown:
            raise ValueError(
                f"`[xpkg].report_formats` must be among {', '.join(map(repr, _REPORT_FORMATS))}, "
                f"got {', '.join(map(repr, unknown))}."
            )
        return tuple(sorted(f for f in _REPORT_FORMATS if f in self._report_formats))

    @property
    def registries(self) -> ConfiguredRegistries:
        """Raises ValueError for an option that is not of the documented form."""
        return ConfiguredRegistries.from_dict(self._registries)


def rules() -> Iterable[Any]:
    return collect_rules()
