"""The documentation says what the code does: rules, examples, fields, options, links."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Iterator, Sequence
from urllib.parse import urlparse

import pytest

from xpkg_tool import FORMAT_VERSION
from xpkg_tool.building.build import BuildResult, PackageRequest, build
from xpkg_tool.cli.arguments import parser
from xpkg_tool.diagnostics.catalogue import PUBLISHING_ERRORS, RULES, is_of_repository
from xpkg_tool.diagnostics.finding import ERROR, Finding, Position
from xpkg_tool.diagnostics.formats import write_findings
from xpkg_tool.lint import package as lint
from xpkg_tool.messages.files import FINDINGS
from xpkg_tool.messages.repository import RepositoryMember, RepositoryRequest
from xpkg_tool.oci.write.layer import DEFLATE_VERSION, MEMBER_BYTES
from xpkg_tool.package.types import PACKAGE_TYPES, ObjectKind, PackageType
from xpkg_tool.sandbox.repository import look_at_repository

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs"
BACKEND = PROJECT / "pants-plugins" / "xpkg"
TOOL = PROJECT / "pants-plugins" / "xpkg_tool"
# A page for each rule, beside the module that declares it.
ENTRIES = {path.stem: path.read_text("utf-8") for path in TOOL.rglob("*.md")}
PAGES = sorted([PROJECT / "README.md", *DOCS.rglob("*.md")])
TARGETS = (DOCS / "targets-and-options.md").read_text("utf-8")
FORMAT = (DOCS / "package-format.md").read_text("utf-8")


def _classes(path: Path) -> dict[str, ast.ClassDef]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _assigned(node: ast.ClassDef) -> dict[str, ast.expr]:
    return {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def _default_of(field_class: str) -> tuple[str, ...]:
    default = _assigned(_classes(BACKEND / "target_types.py")[field_class])["default"]
    globs: tuple[str, ...] = ast.literal_eval(default)
    return globs


DEFAULT_SOURCES = _default_of("XpkgSourcesField")
DEFAULT_EXAMPLES = _default_of("XpkgExamplesField")

# What cannot be shown by the files of one package: no input is known that causes it; it is about
# links and kinds of files (discovery/test_walk.py); it is about packages that were built (XP9), or
# about several packages (OF_REPOSITORY).
OF_REPOSITORY = {code for code in RULES if is_of_repository(code)}
WITHOUT_EXAMPLE = {
    "XP000",
    *OF_REPOSITORY,
    *(f"XP0{number}" for number in range(12, 20)),
    # What is about a lock, or an installation, and not a package.
    "XP132",
    *(code for code in RULES if code.startswith(("XP15", "XP16", "XP9"))),
}

_BLOCK = re.compile(
    r"^<!-- (?P<verdict>base|wrong|right): (?P<path>[^;\n]+?)(?:; (?P<setting>\w+=\S+))? -->\n"
    r"```\w*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Example:
    """A package that a page shows: its files, and the arguments of its target."""

    files: dict[str, bytes] = field(default_factory=dict)
    target: dict[str, object] = field(default_factory=dict)
    limit: int | None = None

    def build(self) -> BuildResult:
        sources = self.target.get("sources", DEFAULT_SOURCES)
        examples = self.target.get("examples", DEFAULT_EXAMPLES)
        package_type = self.target.get("package_type")
        assert isinstance(sources, Sequence)
        assert isinstance(examples, Sequence)
        assert package_type is None or isinstance(package_type, str)
        return build(
            PackageRequest(
                name="example",
                root="",
                sources=dict(self._matching(sources)),
                examples=dict(self._matching(examples)),
                package_type=package_type,
                examples_expected="examples" in self.target,
            )
        )

    def _matching(self, globs: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        included = [_glob(glob) for glob in globs if not glob.startswith("!")]
        excluded = [_glob(glob[1:]) for glob in globs if glob.startswith("!")]
        for path, data in self.files.items():
            if _any(included, path) and not _any(excluded, path):
                yield path, data


def _glob(glob: str) -> re.Pattern[str]:
    """Pants' globs, as far as the examples use them."""
    parts = re.split(r"(\*\*/|\*\*|\*)", glob)
    meanings = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
    return re.compile("".join(meanings.get(part, re.escape(part)) for part in parts))


def _any(patterns: Iterable[re.Pattern[str]], path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern in patterns)


BASE = next(
    m["text"].encode()
    for m in _BLOCK.finditer((DOCS / "lint-rules.md").read_text("utf-8"))
    if m["verdict"] == "base"
)


def _example(code: str, verdict: str) -> Example:
    example = Example()
    for block in _BLOCK.finditer(ENTRIES[code]):
        if block["verdict"] != verdict:
            continue
        name, _, value = (block["setting"] or "").partition("=")
        assert name in ("", "encoding", "limit"), name
        if name == "limit":
            example.limit = int(value)
        if block["path"] == "BUILD":
            example.target = _arguments(block["text"])
        else:
            encoding = value if name == "encoding" else "utf-8"
            example.files[block["path"]] = block["text"].encode(encoding)
    assert example.files or example.target, f"{code} has no example that is {verdict}."
    return Example({"crossplane.yaml": BASE, **example.files}, example.target, example.limit)


def _arguments(text: str) -> dict[str, object]:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    assert call.func.id == "xpkg_package"
    return {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg}


def test_each_rule_has_a_page_and_each_page_a_rule() -> None:
    assert set(ENTRIES) == {*RULES, *PUBLISHING_ERRORS}


@pytest.mark.parametrize("code", RULES)
def test_an_entry_says_why_its_findings_are_errors(code: str) -> None:
    """What refuses it, or what is lost. A rule of both severities says when it has the other."""
    rule, text = RULES[code], ENTRIES[code]
    reasons = re.findall(r"^Why an error: \S.+", text, re.MULTILINE)
    assert len(reasons) == (rule.severity == ERROR), code
    if rule.also:
        assert re.search(rf"is an? {rule.also}\b", " ".join(text.split())), code


def _shown(code: str, result: BuildResult) -> list[Finding]:
    """The findings, without that an example shows no more than a meta object."""
    return [f for f in result.findings if f.code == code or f.code != "XP113"]


@pytest.mark.parametrize("code", sorted(set(RULES) - WITHOUT_EXAMPLE))
def test_the_wrong_example_is_wrong(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    example = _example(code, "wrong")
    if example.limit is not None:
        monkeypatch.setattr(lint, "LARGEST_PACKAGE", example.limit)
    result = example.build()
    severity = RULES[code].severity
    assert {(f.code, f.severity) for f in _shown(code, result)} == {(code, severity)}
    assert (result.package is None) == (severity == ERROR)


@pytest.mark.parametrize("code", sorted(set(RULES) - WITHOUT_EXAMPLE))
def test_the_right_example_is_right(code: str) -> None:
    result = _example(code, "right").build()
    assert _shown(code, result) == []
    assert result.package is not None


def _findings_of_repository(code: str, verdict: str, folder: Path) -> list[Finding]:
    """The findings for the packages of an example, each in its folder; where one has no BUILD file,
    its target has no arguments."""
    packages: dict[str, dict[str, str]] = {}
    for block in _BLOCK.finditer(ENTRIES[code]):
        if block["verdict"] == verdict:
            directory, name = block["path"].rsplit("/", 1)
            packages.setdefault(directory, {})[name] = block["text"]
    assert packages, f"{code} has no example that is {verdict}."
    members = []
    for number, (directory, files) in enumerate(packages.items()):
        arguments = _arguments(files.get("BUILD", "xpkg_package()"))
        meta = folder / f"{number}.yaml"
        meta.write_text(files["crossplane.yaml"])
        repository = arguments.get("repository", directory.rpartition("/")[2])
        version = arguments.get("version")
        assert version is None or isinstance(version, str)
        source = f"registry.example.org/{repository}"
        members.append(
            RepositoryMember(directory, f"{directory}/BUILD:1", str(meta), (source,), version)
        )
    # The option without which there is no such finding.
    request = RepositoryRequest(tuple(members), suggest_floors=code == "XP146")
    look_at_repository(request, folder / "output")
    return [
        Finding.from_json(stored)
        for number in range(len(members))
        for stored in json.loads((folder / "output" / str(number) / FINDINGS).read_text())
    ]


@pytest.mark.parametrize("code", sorted(OF_REPOSITORY))
def test_the_wrong_packages_are_wrong(code: str, tmp_path: Path) -> None:
    found = _findings_of_repository(code, "wrong", tmp_path)
    assert {(f.code, f.severity) for f in found} == {(code, RULES[code].severity)}


@pytest.mark.parametrize("code", sorted(OF_REPOSITORY))
def test_the_right_packages_are_right(code: str, tmp_path: Path) -> None:
    assert _findings_of_repository(code, "right", tmp_path) == []


def test_the_limit_that_is_named_is_the_limit() -> None:
    assert f"{lint.LARGEST_PACKAGE:,} bytes" in ENTRIES["XP106"]
    assert f"{lint.LARGEST_PACKAGE:,} bytes" in FORMAT


def _cell(kinds: Iterable[ObjectKind]) -> str:
    versions: dict[str, list[str]] = {}
    for kind in sorted(kinds):
        versions.setdefault(kind.kind, []).append(f"`{kind.api_version}`")
    return ", ".join(f"{kind} ({', '.join(found)})" for kind, found in sorted(versions.items()))


@pytest.mark.parametrize("type", PACKAGE_TYPES.values(), ids=PACKAGE_TYPES)
def test_the_tables_of_kinds_are_those_of_the_code(type: PackageType) -> None:
    metas, objects = (
        (DOCS / "lint-rules" / page).read_text("utf-8") for page in ("package.md", "objects.md")
    )
    assert f"| {type.name} | {_cell(type.meta)} |\n" in metas
    assert f"| {type.name} | {_cell(type.objects)} |\n" in objects


def _section(page: str, title: str) -> str:
    """The text below a heading, up to the next heading of any level."""
    found = re.search(
        rf"^#{{2,3}} {re.escape(title)}\n(.*?)(?=^#{{2,3}} |\Z)", page, re.MULTILINE | re.DOTALL
    )
    assert found, f"There is no heading {title!r}."
    return found[1]


def _rows(page: str, title: str) -> list[str]:
    """What the first column of the section's table names, in order."""
    return re.findall(r"^\| `([^`]+)` \|", _section(page, title), re.MULTILINE)


# The fields whose names Pants gives.
_PANTS_FIELDS = {
    "MultipleSourcesField": "sources",
    "Dependencies": "dependencies",
    "OutputPathField": "output_path",
    "XpkgOutputPathField": "output_path",
}


def _field_names(module: str, target: str) -> list[str]:
    classes = _classes(BACKEND / module)
    core = _assigned(classes[target])["core_fields"]
    assert isinstance(core, ast.Tuple)
    names = []
    for element in core.elts:
        if isinstance(element, ast.Starred):
            assert ast.unparse(element.value) == "COMMON_TARGET_FIELDS"
            names += ["tags", "description"]
            continue
        node = classes[ast.unparse(element)]
        alias = _assigned(node).get("alias")
        names.append(
            ast.literal_eval(alias) if alias else _PANTS_FIELDS[ast.unparse(node.bases[0])]
        )
    return names


def _option_names() -> list[str]:
    classes = _classes(BACKEND / "subsystem.py")
    assigned = {**_assigned(classes["XpkgSubsystem"]), **_assigned(classes["EnvironmentAware"])}
    return [
        name.lstrip("_")
        for name, value in assigned.items()
        if isinstance(value, ast.Call) and re.search(r"Option\b", ast.unparse(value.func))
    ]


def _registry_fields() -> list[str]:
    tree = ast.parse((BACKEND / "registries.py").read_text("utf-8"))
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_FIELDS"
    )
    assert isinstance(table, ast.Dict)
    return [ast.literal_eval(key) for key in table.keys if key]


def test_all_fields_are_explained_and_no_others() -> None:
    packages = _field_names("target_types.py", "XpkgPackageTarget")
    assert len(packages) == 15
    assert sorted(_rows(TARGETS, "Fields of `xpkg_package`")) == sorted(packages)
    installs = _field_names("install_target.py", "XpkgInstallTarget")
    assert len(installs) == 18
    assert sorted(_rows(TARGETS, "Fields of `xpkg_install`")) == sorted(installs)


def test_all_options_are_explained_and_no_others() -> None:
    assert "skip" in _option_names()
    assert sorted(_rows(TARGETS, "Options of `[xpkg]`")) == sorted(_option_names())


def test_the_fields_of_a_registry_are_explained_and_no_others() -> None:
    assert sorted(_rows(TARGETS, "Registries")) == sorted(_registry_fields())


def test_the_defaults_are_those_of_the_code() -> None:
    for glob in (*DEFAULT_SOURCES, *DEFAULT_EXAMPLES):
        assert f'"{glob}"' in TARGETS


def test_the_variables_that_publishing_sees_are_named() -> None:
    environment = _classes(BACKEND / "subsystem.py")["EnvironmentAware"]
    option = _assigned(environment)["env_vars"]
    assert isinstance(option, ast.Call)
    names = next(ast.literal_eval(k.value) for k in option.keywords if k.arg == "default")
    assert [name for name in names if f"`{name}`" not in TARGETS] == []


def test_placeholders_are_named() -> None:
    """Those that the code fills in, found where it does so."""
    code = (BACKEND / "naming" / "placeholders.py").read_text("utf-8")
    known = set(re.findall(r'^ +"(\w+)": ', code, re.MULTILINE)) | {"version"}
    assert len(known) == 10
    spelled = {"env": "env.NAME", "build_args": "build_args.NAME", "pants": "pants.hash"}
    assert set(_rows(TARGETS, "Placeholders")) == {f"{{{spelled.get(n, n)}}}" for n in known}


def test_each_goal_is_explained() -> None:
    goals = {p.stem.replace("_", "-") for p in (BACKEND / "goals").glob("*.py")} - {"--init--"}
    assert goals <= set(_rows(TARGETS, "Goals"))


def _keys(value: object, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{prefix}{key}"
            yield from _keys(inner, f"{prefix}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner, f"{prefix[:-1]}[].")


def test_the_fields_of_the_description_are_explained_and_no_others() -> None:
    meta = BASE + b"  dependsOn:\n    - provider: example.org/a/b\n      version: v1\n"
    crd = (
        b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        b"metadata:\n  name: a.example.org\n"
        b"spec:\n  group: example.org\n  names: {kind: A, plural: a}\n  scope: Cluster\n"
        b"  versions:\n  - {name: v1, served: true, storage: true,"
        b" schema: {openAPIV3Schema: {type: object}}}\n"
    )
    package = (
        Example({"crossplane.yaml": meta, "a.yaml": crd, "examples/a.yaml": crd}).build().package
    )
    assert package is not None
    present = set(_keys(json.loads(package.description)))
    assert set(_rows(FORMAT, "The description")) == present


def test_the_constants_of_the_format_are_those_of_the_code() -> None:
    assert f"Format version: **{FORMAT_VERSION}**" in FORMAT
    assert f"deflate=={DEFLATE_VERSION}" in FORMAT
    assert f"{MEMBER_BYTES:,} bytes" in FORMAT


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if urlparse(link).scheme:
            assert link.startswith("https://"), link
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            there = target.read_text("utf-8")
            anchors = set(re.findall(r'<a id="([^"]+)">', there))
            anchors |= {_anchor(h) for h in re.findall(r"^#+ (.+)$", there, re.MULTILINE)}
            assert anchor in anchors, f"{page.name}: {link}"


# Paths of some machine, and hosts of package registries.
_PRIVATE = re.compile(
    r"(?<![\w.~$}/])/(?:work|root|home|Users|tmp)/|\b(?:pypi|pythonhosted|npmjs|crates)\.(?:org|io|com)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_depends_on_a_machine_or_names_a_package_index(page: Path) -> None:
    assert _PRIVATE.findall(page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_readme_leads_to_each_page(page: Path) -> None:
    if page.parent == DOCS:
        assert f"](docs/{page.name})" in (PROJECT / "README.md").read_text("utf-8")


def test_only_codes_that_exist_are_named() -> None:
    for page in PAGES:
        assert set(re.findall(r"\bXP\d{3}\b", page.read_text("utf-8"))) <= set(RULES), page


def test_all_commands_and_options_are_explained() -> None:
    page = (DOCS / "command-line.md").read_text("utf-8")
    (commands,) = (a.choices for a in parser()._actions if isinstance(a.choices, dict))
    assert commands
    for name, command in commands.items():
        section = _section(page, f"xpkg {name}")
        assert f"xpkg {name} " in section
        for action in command._actions:
            for option in action.option_strings[:1]:
                shared = {"-h", "--insecure", "--format"} if name != "lint" else {"-h"}
                assert f"`{option}" in section or option in shared, (name, option)


def test_the_findings_as_json_are_those_of_the_code() -> None:
    page = (DOCS / "command-line.md").read_text("utf-8")
    shown = re.search(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown
    (entry,) = json.loads(shown[1])["findings"]
    position = Position(entry["line"], entry["column"], entry["source"], 10)
    finding = Finding(
        entry["code"], entry["message"], entry["remedy"], entry["path"], position, entry["object"]
    )
    assert shown[1] == write_findings([finding], "json")
