"""The shapes of input that the growth test doubles, one line each."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Callable, Iterable

from tests.growth.measure import MOST, Shape
from tests.xpkg_tool.archives import to_json
from tests.xpkg_tool.images import PACKAGE, Image, annotated, gz, tar
from tests.xpkg_tool.small_packages import CLUSTER_CRD as CRD
from tests.xpkg_tool.small_packages import COMPOSITION, CONFIGURATION, XRD
from tests.xpkg_tool.small_packages import PROVIDER as META
from xpkg_tool.building.build import PackageRequest, read
from xpkg_tool.dependencies.graph.locks import joined
from xpkg_tool.dependencies.install.manifest import InstallTarget, make_manifest
from xpkg_tool.dependencies.install.model import locked_packages
from xpkg_tool.dependencies.install.places import Places
from xpkg_tool.dependencies.lock.check import check_lock
from xpkg_tool.dependencies.lock.file import read_lock
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.diagnostics.finding import Finding, Position
from xpkg_tool.diagnostics.formats import FORMATS, write_findings
from xpkg_tool.discovery.tailor import adopt
from xpkg_tool.documents.replacement import replace_scalars
from xpkg_tool.documents.stream import Document
from xpkg_tool.files.globs import BadPattern, matches
from xpkg_tool.inspection.describe import inspect
from xpkg_tool.inspection.verify import verify
from xpkg_tool.kubernetes.cel.syntax import syntax_problem
from xpkg_tool.kubernetes.openapi.field_path import FieldPathError, resolve
from xpkg_tool.kubernetes.openapi.formats import fits_format
from xpkg_tool.kubernetes.regex.re2 import PatternError
from xpkg_tool.kubernetes.regex.re2 import parse as parse_pattern
from xpkg_tool.kubernetes.regex.re2_match import matches as pattern_matches
from xpkg_tool.lint.selection import Selection
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.reference import parse as parse_reference
from xpkg_tool.package.dialects import difference, written_for_both
from xpkg_tool.package.names import friendly_id, is_dns_subdomain
from xpkg_tool.package.quick_scan import read_head
from xpkg_tool.package.semver import Dialect, VersionError, parse_constraint, parse_version
from xpkg_tool.registry.auth.challenge import parse_challenges
from xpkg_tool.registry.http.api_errors import error_codes
from xpkg_tool.registry.http.client import Response
from xpkg_tool.registry.http.retry import parse_date, parse_retry_after
from xpkg_tool.registry.http.url_policy import follow, redacted

EVERYTHING = Selection()


def _shown(findings: tuple[Finding, ...]) -> int:
    """How much a person would have to read: what the formats make of it is a shape of its own."""
    return sum(len(f.message) + len(f.remedy) + len(f.object) for f in findings)


def _lint(files: dict[str, bytes], selection: Selection = EVERYTHING) -> int:
    request = PackageRequest("p", "", files, {}, selection=selection)
    return _shown(read(request)[1])


def _lint_examples(data: bytes) -> int:
    return _shown(read(PackageRequest("p", "", {"m.yaml": META.encode()}, {"e.yaml": data}))[1])


def source(
    name: str,
    text: Callable[[int], str | bytes],
    most: int = 1 << 20,
    ignoring: str = "",
    steepest: float = MOST,
) -> Shape:
    """A file of a package's sources."""
    selection = Selection(ignore=(ignoring,)) if ignoring else EVERYTHING

    def make(parts: int) -> bytes:
        made = text(parts)
        return made if isinstance(made, bytes) else made.encode()

    return Shape(name, make, lambda data: _lint({"a.yaml": data}, selection), most, steepest)


def schema(name: str, text: Callable[[int], str], most: int = 1 << 20) -> Shape:
    """What stands in the schema of a CRD, at its indentation."""
    return source(name, lambda n: META + "---\n" + CRD + text(n), most)


def examples(name: str, text: Callable[[int], str], most: int = 1 << 20) -> Shape:
    return Shape(name, lambda n: text(n).encode(), _lint_examples, most)


def head(name: str, text: Callable[[int], str], most: int = 1 << 20) -> Shape:
    """A file that may be adopted."""
    return Shape(
        name, lambda n: text(n).encode(), lambda data: len(read_head("a.yaml", data).kinds), most
    )


def files(name: str, make: Callable[[int], dict[str, bytes]], most: int = 1 << 14) -> Shape:
    return Shape(name, make, _lint, most)


def archive(name: str, image: Callable[[int], Image], most: int = 1 << 20) -> Shape:
    """A foreign archive, verified and inspected."""

    def make(parts: int) -> str:
        with tempfile.NamedTemporaryFile(prefix="xpkg-growth-", delete=False) as file:
            pass
        return str(image(parts).archive(Path(file.name)))

    def look(path: str) -> int:
        try:
            size = _shown(verify(path))
            try:
                size += len(inspect(path).to_text())
            except ImageError as error:
                size += len(str(error))
            return size
        finally:
            Path(path).unlink()

    return Shape(name, make, look, most)


def text(name: str, make: Callable[[int], str], look: Callable[[str], object], most: int) -> Shape:
    """A text that a function reads, or refuses with an exception of its own."""

    def attempt(value: str) -> None:
        with suppress(VersionError, PatternError, BadPattern, PublishError, FieldPathError):
            look(value)

    return Shape(name, make, attempt, most)


def _resolve(path: str) -> None:
    resolve(path, {})


def _adopt(made: dict[str, bytes]) -> int:
    return sum(len(repr(adoption)) for adoption in adopt(made, frozenset()))


def _written(count: int) -> tuple[Finding, ...]:
    source = "k: v # " + "w" * 80
    return tuple(
        Finding("XP207", f"m{n}", "r", f"{n % 9}.yaml", Position(n, 1, source))
        for n in range(count)
    )


def written(format: str) -> Shape:
    """Findings in one of the formats."""
    return Shape(
        f"findings as {format}", _written, lambda found: len(write_findings(found, format)), 1 << 15
    )


def _layer(*names: str) -> bytes:
    """Headers alone, as fast as a test can make them."""
    block = bytearray(tarfile.TarInfo("").tobuf(tarfile.USTAR_FORMAT))
    out = io.BytesIO()
    for name in names:
        encoded = name.encode()
        if len(encoded) <= 100:
            block[:100] = encoded.ljust(100, b"\0")
        else:
            prefix, _, rest = encoded.rpartition(b"/")
            block[:100], block[345:500] = rest.ljust(100, b"\0"), prefix.ljust(155, b"\0")
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        out.write(block)
    return gzip.compress(out.getvalue() + bytes(1024), 1, mtime=0)


def _base(package: bytes = PACKAGE) -> tuple[bytes, str]:
    return gz(tar(("package.yaml", package))), "base"


def _long(number: int) -> str:
    return f"{number:07}" + "d" * 100 + "/.wh." + f"{number:07}" + "f" * 80


def _pax(parts: int) -> bytes:
    """tarfile takes the square of their number for so many records."""
    records = "".join(f"26 SCHILY.xattr.{n:07}=v\n" for n in range(parts)).encode()
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, len(records)
    padding = bytes(-len(records) % 512)
    header = info.tobuf(tarfile.USTAR_FORMAT) + records + padding
    return gz(header + tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT) + bytes(1024))


def _many_layers(parts: int) -> Image:
    """Layers that the base layer lies below."""
    layer = _layer(*(f"etc/{n}" for n in range(16)))
    return Image(_base(), *((layer, None) for _ in range(parts)))


def _labelled(parts: int) -> Image:
    made = Image(_base())
    labels = made.config["config"]["Labels"]
    labels.update({f"io.crossplane.xpkg:sha256:{n:064x}": "base" for n in range(parts)})
    return made


def _annotated(parts: int) -> Image:
    made = Image(_base())
    made.descriptors[0] = annotated(made.descriptors[0], "base")
    made.descriptors[0]["annotations"].update({f"k{n}": "v" for n in range(parts)})
    return made


def _body(value: object) -> Response:
    return Response(400, {}, to_json(value), "https://r.example.org/v2/")


def _constraint(value: str) -> None:
    for dialect in Dialect:
        constraint = parse_constraint(value, dialect)
        constraint.matches(parse_version("1.2.3"))
    difference(value)
    written_for_both(value)


def _replaced(value: str) -> None:
    document = Document("a.yaml", 0, 1, 1, value)
    replace_scalars(document, {(n, "v"): "v2" for n in range(value.count("v: "))})


def _lock(packages: Iterable[str]) -> str:
    return f'{{"formatVersion": 1, "packages": [{",".join(packages)}]}}'


def _locked(number: int, below: int | None = None) -> str:
    """A package that nothing needs, and that needs the one with the number `below`."""
    source = f"registry.example.org/team/p{below}"
    entry = {"source": source, "apiVersion": "v1", "kind": "Provider", "constraint": ">=v2.0.0"}
    return json.dumps(
        {
            "source": f"registry.example.org/team/p{number}",
            "version": "v1.0.0",
            "digest": f"sha256:{number:064x}",
            "kind": "Provider",
            "objectName": f"team-p{number}",
            "platforms": {},
            "dependencies": [] if below is None else [entry],
            "requiredBy": [],
        }
    )


def _chain(length: int) -> str:
    return _lock([_locked(0), *(_locked(n, n - 1) for n in range(1, length + 1))])


def _join_locks(value: str) -> None:
    """Two locks in which the end of the chain differs, and so all that leads to it."""
    other = value.replace("v1.0.0", "v1.0.1", 1)
    joined({"a": read_lock(value.encode(), "a"), "b": read_lock(other.encode(), "b")})


def _install(value: str) -> None:
    """With an error at each package."""
    packages = locked_packages(read_lock(value.encode(), "xpkg.lock"), "xpkg.lock")
    places = Places("", read=lambda path: value.encode())
    root = f"registry.example.org/team/p{len(packages) - 1}"
    made = make_manifest(InstallTarget("", (root,)), packages, places)
    assert made.failed


def _check_lock(value: str) -> None:
    check_lock(value.encode(), "xpkg.lock", (), (), "xpkg lock")


def _fields(indent: int, line: Callable[[int], str]) -> Callable[[int], str]:
    lead = " " * indent
    return lambda n: "".join(f"{lead}{line(i)}\n" for i in range(n))


def _properties(line: Callable[[int], str]) -> Callable[[int], str]:
    inner = _fields(12, line)
    return lambda n: "          properties:\n" + inner(n)


# fmt: off
SOURCES = (
    source("labels of a broken document without a name", lambda n: "metadata:\n  labels:\n" + "    a: b\n" * n + "  x: [\n"),
    source("names of labels behind a broken document", lambda n: "kind: A\nmetadata:\n" + " \t \n" * n + "x: [\n"),
    source("equal objects", lambda n: META + ("---\n" + CRD) * n),
    source("equal meta objects", lambda n: ("---\n" + META) * n),
    source("equal objects of no kind that is known", lambda n: "---\napiVersion: a/v1\nkind: B\nmetadata: {name: c}\n" * n),
    source("annotations that are no texts", lambda n: META + "  annotations:\n" + _fields(4, lambda i: f"a{i}: {i}")(n)),
    source("labels that are not allowed", lambda n: META + "  labels:\n" + _fields(4, lambda i: f"a{i}: '-'")(n)),
    source("unknown fields", lambda n: META + "spec:\n" + _fields(2, lambda i: f"field{i}: {i}")(n)),
    source("unknown fields below a long name", lambda n: META + "spec:\n  " + "k" * n + ":\n" + _fields(4, lambda i: f"f{i}: {{}}")(n)),
    source("unknown fields of an object with a long name", lambda n: XRD.replace("xthings.example.org", "x" * n).replace("spec:\n", "spec:\n" + _fields(2, lambda i: f"field{i}: {i}")(n))),
    source("unknown fields of an XRD", lambda n: CONFIGURATION + "---\n" + XRD.replace("spec:\n", "spec:\n" + _fields(2, lambda i: f"field{i}: {i}")(n))),
    source("long unknown fields in one line", lambda n: META + "spec: {" + ", ".join(f"f{i}: 1" for i in range(n)) + "}\n"),
    source("suppression comments", lambda n: META + "# xpkg: ignore[XP207]\n" * n),
    source("suppression comments of unknown rules", lambda n: META + "# xpkg: ignore[XP997]\n" * n),
    source("suppression comments of many codes", lambda n: META + "# xpkg: ignore[" + ",".join(f"XP{i}" for i in range(n)) + "]\n"),
    source("suppression comments of a whole file", lambda n: "# xpkg: ignore-file[XP207]\n---\n" * n + META),
    source("inline suppression comments", lambda n: META + "spec:\n" + _fields(2, lambda i: f"f{i}: 1 # xpkg: ignore[XP110]")(n)),
    source("inline suppression comments of one line", lambda n: META + "# xpkg: ignore[XP207] " * n + "\n"),
    source("inline suppressions and annotations", lambda n: META + "  annotations:\n" + _fields(4, lambda i: f"a{i}: {i} # xpkg: ignore[XP207]")(n)),
    source("suppressions that do not end, in a line", lambda n: "# xpkg: a [" * n),
    source("suppressions that do not end, in lines", lambda n: META + "# xpkg: a [\n" * n),
    source("spaces before a suppression", lambda n: META + "#" + " " * n + "xpkg:" + " " * n + "\n"),
    source("suppressions in a text", lambda n: META + "spec:\n  a: |\n" + "    # xpkg: ignore[XP207]\n" * n),
    source("suppressions in texts", lambda n: META + "spec:\n" + _fields(2, lambda i: f"f{i}: '# xpkg: ignore[XP110]'")(n)),
    source("directives", lambda n: "%A b\n" * n + META),
    source("directives with comments between them", lambda n: "# c\n%A b\n\n" * n + META),
    source("a line of exclamation marks", lambda n: META + "spec: " + "!" * n + "\n"),
    source("a line of exclamation marks behind commas", lambda n: META + "spec: [" + "!,x " * n + "]\n"),
    source("a line of anchors", lambda n: META + "spec: " + "&a " * n + "\n"),
    source("a line of ampersands in a text", lambda n: META + "spec: 'x" + " &a" * n + "'\n"),
    source("lines of anchors", lambda n: META + "spec:\n" + _fields(2, lambda i: f"f{i}: &a{i} x")(n)),
    source("spaces before an exclamation mark", lambda n: META + "spec: x\n" + (" " * 100 + "!\n") * n),
    source("comment lines", lambda n: META + "# a comment\n" * n),
    source("comment lines before everything", lambda n: "# a comment\n" * n + META),
    source("comment lines alone", lambda n: META + "---\n" + "# a comment\n" * n),
    source("empty lines", lambda n: META + "\n" * n),
    source("empty documents", lambda n: META + "---\n" * n),
    source("documents of comments", lambda n: META + "---\n# c\n" * n),
    source("documents that are no objects", lambda n: META + "---\na: b\n" * n),
    source("separators that are none", lambda n: META + "---x\n" * n),
    source("documents on their separators' lines", lambda n: META + "--- {a: b}\n" * n),
    source("content behind document ends", lambda n: META + "... x\n" * n),
    source("dots that end nothing", lambda n: META + "...x\n" * n),
    source("repeated keys", lambda n: META + "spec:\n" + "  a: b\n" * n),
    source("repeated keys of many mappings", lambda n: META + "spec:\n" + _fields(2, lambda i: f"f{i}: {{a: 1, a: 2}}")(n)),
    source("merge keys", lambda n: META + "spec:\n  a: &a {x: y}\n" + _fields(2, lambda i: f"b{i}: {{<<: *a, c: d}}")(n)),
    source("merge keys of merge keys", lambda n: META + "spec:\n  a0: &a0 {x: y}\n" + _fields(2, lambda i: f"a{i + 1}: &a{i + 1} {{<<: *a{i}}}")(n), 1 << 16),
    source("merge keys of larger mappings", lambda n: META + "spec:\n  a0: &a0 {x: y}\n" + _fields(2, lambda i: f"a{i + 1}: &a{i + 1} {{<<: *a{i}, k{i}: v}}")(n), 1 << 16),
    source("lists that are merged", lambda n: META + "spec:\n  a: &a {x: y}\n  b: {<<: [" + "*a, " * n + "]}\n"),
    source("aliases", lambda n: META + "spec:\n  a: &a b\n  c: [" + "*a, " * n + "]\n"),
    source("aliases of nothing", lambda n: META + "spec: [" + "*a, " * n + "]\n"),
    source("aliases of mappings with unknown fields", lambda n: META + "spec:\n  a: &a {x: y}\n" + _fields(2, lambda i: f"f{i}: *a")(n)),
    # Kubernetes takes 10,000 levels, and libyaml takes a second for them: it looks at all open ones again and again.
    source("open brackets", lambda n: META + "spec: " + "[" * n + "\n", steepest=4.6),
    source("more open brackets than are allowed", lambda n: META + "spec: " + "[" * 10_000 * n + "\n", 1 << 6),
    source("nested brackets", lambda n: META + "spec: " + "[" * n + "]" * n + "\n", 1 << 12, steepest=4.6),
    source("nested braces", lambda n: META + "spec: " + "{a: " * n + "}" * n + "\n", 1 << 12, steepest=4.6),
    source("brackets that are nested, again and again", lambda n: META + "spec:\n" + ("  - " + "[" * 300 + "]" * 300 + "\n") * n),
    source("values in nested brackets", lambda n: META + "spec: " + "[" * 300 + "a, " * n + "]" * 300 + "\n"),
    source("nested lists", lambda n: META + "spec:\n  " + "- " * n + "a\n"),
    source("brackets with question marks", lambda n: META + "spec: " + "[a, 'b?'], " * n + "\n"),
    source("brackets before a question mark", lambda n: META + "spec:\n" + "  - [a\n" * n + "  - ?\n"),
    source("many small brackets and a question mark", lambda n: META + "spec:\n" + "  - [a, b]\n" * n + "  - what?\n"),
    source("a long text", lambda n: META + "  annotations: {a: '" + "x y " * n + "'}\n"),
    source("a long plain text", lambda n: META + "spec:\n  a: b\n" + "    c d\n" * n),
    source("a block of text", lambda n: META + "spec:\n  a: |\n" + "    b c\n" * n),
    source("a folded text", lambda n: META + "spec:\n  a: >\n" + "    b c\n" * n),
    source("escapes", lambda n: META + '  annotations: {a: "' + "\\u0041" * n + '"}\n'),
    source("escapes that only one parser knows", lambda n: META + '  annotations: {a: "' + "\\/" * n + '"}\n'),
    source("quotes that are not closed", lambda n: META + "spec:\n" + "  a: 'b\n" * n),
    source("a long key", lambda n: META + "spec:\n  " + "k" * n + ": v\n"),
    source("keys that are questions", lambda n: META + "spec:\n" + _fields(2, lambda i: f"? k{i}\n  : v")(n)),
    source("braces of templates", lambda n: META + "spec:\n" + "  a: {{ b }}\n" * n),
    source("lists as keys", lambda n: META + "spec:\n" + _fields(2, lambda i: f"[a{i}]: b")(n)),
    source("tags", lambda n: META + "spec: [" + "!!str a, " * n + "]\n"),
    source("values that are not read", lambda n: META + "spec: [" + "!!binary a, " * n + "]\n"),
    source("numbers", lambda n: META + "spec: [" + "0777, 1e3, " * n + "]\n"),
    source("a long number", lambda n: META + "spec: " + "9" * n + "\n"),
    source("a long hexadecimal number", lambda n: META + "spec: 0x" + "f" * n + "\n"),
    source("a long binary number", lambda n: META + "spec: 0b" + "1" * n + "\n"),
    source("a long exponent", lambda n: META + "spec: 1e" + "9" * n + "\n"),
    source("underscores in a number", lambda n: META + "spec: ." + "1_" * n + "\n"),
    source("tabs", lambda n: META + "spec:\n" + "\t\n" * n),
    source("byte order marks", lambda n: META + "\ufeffa: b\n" * n),
    source("line separators", lambda n: META + "# c\u2028" * n + "\n"),
    source("line separators in documents of comments", lambda n: META + "---\n# c\u2028\n" * n),
    source("control characters", lambda n: META + "# \x01\x02\n" * n),
    source("carriage returns", lambda n: (META + "spec:\n" + _fields(2, lambda i: f"f{i}: 1")(n)).replace("\n", "\r\n")),
    source("bytes that are not UTF-8", lambda n: META.encode() + b"# \xff\n" * n),
    source("characters of four bytes", lambda n: META + "  annotations: {a: '" + "\U0001f600" * n + "'}\n"),
    source("wide findings", lambda n: META + "  annotations: {" + ", ".join(f"a{i}: {i}" for i in range(min(n, 300))) + "}\n" + "  labels:\n" + _fields(4, lambda i: f"'\U0001f600{i}': {i}")(n)),
    source("findings of one line that is long", lambda n: META + "  annotations: {" + ", ".join(f"a{i}: {i}" for i in range(n)) + "}\n"),
    source("dependencies", lambda n: CONFIGURATION + "spec:\n  dependsOn:\n" + _fields(4, lambda i: f"- {{provider: example.org/a/b{i}, version: '>=v1'}}")(n)),
    source("equal dependencies", lambda n: CONFIGURATION + "spec:\n  dependsOn:\n" + _fields(4, lambda i: "- {provider: example.org/a/b, version: '>=v1'}")(n)),
    source("dependencies with spaces", lambda n: CONFIGURATION + "spec:\n  dependsOn:\n    - {provider: example.org/a/b, version: '>=v1" + " " * n + "x'}\n"),
    source("colons in a repository", lambda n: CONFIGURATION + "spec:\n  dependsOn:\n    - {provider: 'example.org/" + ":" * n + "/a', version: '>=v1'}\n"),
    source("a long repository", lambda n: CONFIGURATION + "spec:\n  dependsOn:\n    - {provider: example.org/" + "a-" * n + ", version: '>=v1'}\n"),
    source("a long name", lambda n: META.replace("provider-a", "a." * n)),
    source("steps of a pipeline", lambda n: CONFIGURATION + "---\n" + COMPOSITION + _fields(4, lambda i: f"- step: s{i}\n      functionRef: {{name: f}}")(n)),
    source("functions by other names than they have", lambda n: CONFIGURATION + "spec:\n  dependsOn:\n" + _fields(4, lambda i: f"- {{function: example.org/a/function-{i}, version: '>=v1'}}")(n) + "---\n" + COMPOSITION + _fields(4, lambda i: f"- step: s{i}\n      functionRef: {{name: function-x{i}}}")(n)),
    source("equal steps of a pipeline", lambda n: CONFIGURATION + "---\n" + COMPOSITION + _fields(4, lambda i: "- step: one\n      functionRef: {name: f}")(n)),
    source("compositions of nothing", lambda n: CONFIGURATION + "".join(f"---\n{COMPOSITION.replace('things', f't{i}')}" for i in range(n))),
    source("definitions and compositions", lambda n: CONFIGURATION + "".join(f"---\n{XRD.replace('xthings', f'x{i}s')}---\n{COMPOSITION.replace('things', f't{i}')}" for i in range(n))),
    source("old fields of compositions", lambda n: CONFIGURATION + "---\n" + COMPOSITION + "  resources:\n" + _fields(4, lambda i: f"- name: r{i}")(n)),
    examples("examples", lambda n: "".join(f"---\napiVersion: a/v1\nkind: B\nmetadata: {{name: c{i}}}\n" for i in range(n))),
    examples("examples without a kind", lambda n: "---\na: b\n" * n),
)

SCHEMAS = (
    schema("properties", _properties(lambda i: f"p{i}: {{type: string}}")),
    schema("properties without a type", _properties(lambda i: f"p{i}: {{}}")),
    schema("properties with unknown keywords", _properties(lambda i: f"p{i}: {{type: string, formt: x}}")),
    schema("properties with defaults", _properties(lambda i: f"p{i}: {{type: string, default: 1}}")),
    schema("nested properties", lambda n: "          properties: " + "{p: {type: object, properties: " * n + "{}" + "}}" * n + "\n", 1 << 10),
    schema("required fields", lambda n: "          required: [" + ", ".join(f"p{i}" for i in range(n)) + "]\n"),
    schema("equal required fields", lambda n: "          required: [" + "p, " * n + "]\n"),
    schema("values to choose from", _properties(lambda i: f"p{i}: {{type: string, enum: [a, b, a]}}")),
    schema("one long choice", lambda n: "          properties: {p: {type: string, enum: [" + ", ".join(f"v{i}" for i in range(n)) + "]}}\n"),
    schema("one long choice of objects", lambda n: "          properties: {p: {type: object, enum: [" + ", ".join(f"{{v: {i}}}" for i in range(n)) + "]}}\n"),
    schema("a pattern for many values", lambda n: "          properties: {p: {type: string, pattern: '^(a|b|[c-z])+$', enum: [" + ", ".join(f"v{i}" for i in range(n)) + "]}}\n"),
    schema("a default of many texts", lambda n: "          properties: {p: {type: array, items: {type: string, pattern: '^(a|b)*$'}, default: [" + ", ".join(f"v{i}" for i in range(n)) + "]}}\n"),
    schema("a default of equal items", lambda n: "          properties: {p: {type: array, x-kubernetes-list-type: set, items: {type: string}, default: [" + "a, " * n + "]}}\n"),
    schema("a default of many objects", lambda n: "          properties: {p: {type: array, uniqueItems: true, items: {type: object, properties: {a: {type: integer}}}, default: [" + ", ".join(f"{{a: {i}}}" for i in range(n)) + "]}}\n"),
    schema("list maps", lambda n: "          properties: {p: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [" + ", ".join(f"k{i}" for i in range(n)) + "], items: {type: object}}}\n"),
    schema("alternatives", lambda n: "          anyOf: [" + "{required: [a]}, " * n + "]\n"),
    schema("alternatives with properties", lambda n: "          allOf:\n" + _fields(12, lambda i: f"- {{properties: {{p{i}: {{type: string}}}}}}")(n)),
    schema("nested alternatives", lambda n: "          not: " + "{allOf: [{not: " * n + "{required: [a]}" + "}]}" * n + "\n"),
    schema("rules", lambda n: "          x-kubernetes-validations:\n" + _fields(12, lambda i: f"- {{rule: 'self.a{i} == 1'}}")(n)),
    schema("rules that are broken", lambda n: "          x-kubernetes-validations:\n" + _fields(12, lambda i: f"- {{rule: 'self.a{i} = 1'}}")(n)),
    schema("loops in loops", lambda n: "          x-kubernetes-validations: [{rule: '" + "self.all(x, " * n + "true" + ")" * n + "'}]\n", 1 << 14),
    schema("a loop over a long path", lambda n: "          x-kubernetes-validations: [{rule: 'self" + ".a" * n + ".all(x, x.all(y, true))'}]\n"),
    schema("columns", lambda n: "      additionalPrinterColumns:\n" + _fields(8, lambda i: f"- {{name: c{i}, type: string, jsonPath: .spec.a{i}}}")(n)),
    schema("equal versions", _fields(4, lambda i: "- {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}")),
    schema("other versions", _fields(4, lambda i: f"- {{name: v{i + 2}, served: true, storage: false, schema: {{openAPIV3Schema: {{type: object}}}}}}")),
    schema("aliased properties", lambda n: "          properties:\n            a: &a {type: object, properties: {b: {type: nothing}}}\n" + _fields(12, lambda i: f"p{i}: *a")(n)),
)

FILES = (
    files("files", lambda n: {"m.yaml": META.encode(), **{f"d/{i}.yaml": CRD.replace("things", f"t{i}s").encode() for i in range(n)}}),
    files("equal files", lambda n: {f"d/{i}.yaml": CRD.encode() for i in range(n)}),
    files("files that are not YAML", lambda n: {"m.yaml": META.encode(), **{f"d/{i}.txt": b"" for i in range(n)}}),
    files("files in a deep folder", lambda n: {"d/" * 200 + f"{i}.yaml": b"a: b\n" for i in range(n)}, 1 << 14),
    files("a file in deep folders", lambda n: {"d/" * n + "a.yaml": b"a: b\n"}, 1 << 14),
    Shape("files to adopt", lambda n: {f"p{i}/crossplane.yaml": META.encode() for i in range(n)}, _adopt, 1 << 15),
    Shape("folders to adopt", lambda n: {"/".join(f"p{j}" for j in range(i + 1)) + "/crossplane.yaml": META.encode() for i in range(n)}, _adopt, 1 << 8),
    Shape("files beside one to adopt", lambda n: {"p/crossplane.yaml": META.encode(), **{f"p/{i}/a.yaml": CRD.encode() for i in range(n)}}, _adopt, 1 << 14),
    head("a file to adopt with labels", lambda n: "kind: A\nmetadata:\n  labels:\n" + "    a: b\n" * n),
    head("a file to adopt with kinds", lambda n: "kind: A\napiVersion: a/v1\n" * n),
    head("a file to adopt with spaces", lambda n: "kind: A\nkind:" + " " * n + "#\n"),
    head("a template", lambda n: "kind: {{ a }}\n" * n),
)

ARCHIVES = (
    archive("names of a layer", lambda n: Image(_base(), (_layer(*(f"d/{i}" for i in range(n))), None)), 1 << 18),
    archive("whiteouts with long names", lambda n: Image((_layer(*map(_long, range(n))), None), _base()), 1 << 18),
    archive("opaque whiteouts", lambda n: Image((_layer(*(f"d{i}/.wh..wh..opq" for i in range(n))), None), _base()), 1 << 18),
    archive("files that are called package.yaml", lambda n: Image((_layer(*(f"d{i}/package.yaml" for i in range(n))), None), _base()), 1 << 18),
    archive("deep names", lambda n: Image((_layer(*("a/" * 70 + f"{i}" for i in range(n))), None), _base()), 1 << 18),
    archive("equal names", lambda n: Image(_base(), (_layer(*("a" for _ in range(n))), None)), 1 << 18),
    archive("zeros in a layer", lambda n: Image(_base(), (gz(tar(("a", bytes(n * 1024)))), None)), 1 << 15),
    archive("gzip members of nothing", lambda n: Image(_base(), (gz(b"") * n + gz(bytes(1024)), None)), 1 << 18),
    archive("layers", _many_layers, 1 << 12),
    archive("layers that are annotated", lambda n: Image(*((gz(tar(("package.yaml", PACKAGE))), "base") for _ in range(n))), 1 << 12),
    archive("labels of a config", _labelled, 1 << 16),
    archive("annotations of a layer", _annotated, 1 << 15),
    archive("extended headers", lambda n: Image(_base(), (_pax(n), None)), 1 << 16),
    archive("equal objects in a layer", lambda n: Image(_base(PACKAGE + (b"---\n" + CRD.encode()) * n))),
    archive("labels of a broken document in a layer", lambda n: Image(_base(b"metadata:\n  labels:\n" + b"    a: b\n" * n + b"  x: [\n"))),
)

ANSWERS = (
    text("challenges", lambda n: "Bearer a=b," * n, lambda v: len(parse_challenges(v)), 1 << 13),
    text("commas of a challenge", lambda n: "Bearer" + ", " * n + "=", lambda v: len(parse_challenges(v)), 1 << 20),
    text("spaces in a challenge", lambda n: "Bearer a" + " " * n + "b" + " " * n + "=", lambda v: len(parse_challenges(v)), 1 << 20),
    text("a quote that is not closed", lambda n: 'Bearer a="' + "\\a" * n, lambda v: len(parse_challenges(v)), 1 << 20),
    text("quotes that are not closed, in a challenge", lambda n: 'Bearer a="' * n, lambda v: len(parse_challenges(v)), 1 << 20),
    text("words of a challenge", lambda n: "a " * n, lambda v: len(parse_challenges(v)), 1 << 20),
    Shape("errors of a registry", lambda n: _body({"errors": [{"code": f"E{i}"} for i in range(n)]}), lambda v: len(error_codes(v)), 1 << 17),
    Shape("nested errors of a registry", lambda n: Response(400, {}, b"[" * n, ""), lambda v: len(error_codes(v)), 1 << 20),
    Shape("a long number in an error", lambda n: Response(400, {}, b'{"errors": ' + b"9" * n + b"}", ""), lambda v: len(error_codes(v)), 1 << 22),
    text("dots of a redirect", lambda n: "/../" * n, lambda v: follow("https://r.example.org/v2/a/", v, "a redirect"), 1 << 18),
    text("a query of a redirect", lambda n: "https://s.example.org/?" + "a=b&" * n, lambda v: redacted(follow("https://r.example.org/v2/a/", v, "a redirect")), 1 << 18),
    text("a long host of a redirect", lambda n: "https://" + "a." * n + "org/", lambda v: follow("https://r.example.org/v2/a/", v, "a redirect"), 1 << 18),
    text("digits of Retry-After", lambda n: "9" * n, lambda v: parse_retry_after(v, parse_date("Sat, 28 Nov 2026 15:00:00 GMT")), 1 << 16),  # type: ignore[arg-type]
    text("a long date", lambda n: "Sat, " * n, parse_date, 1 << 16),
    text("parentheses of a date", lambda n: "(" * n, parse_date, 1 << 16),
)

OUTPUT = tuple(map(written, FORMATS))

TEXTS = (
    text("stars of a glob", lambda n: "*a" * n + "b", lambda v: matches(v, "a" * (len(v) * 2)), 1 << 12),
    text("folders of a glob", lambda n: "**/" * n + "b", lambda v: matches(v, "a/" * len(v) + "a"), 1 << 12),
    text("classes of a glob", lambda n: "*[a-c]" * n + "b", lambda v: matches(v, "a" * len(v)), 1 << 12),
    text("a long class of a glob", lambda n: "[" + "a-b" * n + "]", lambda v: matches(v, "c"), 1 << 18),
    text("a class of a glob that is not closed", lambda n: "[" + "a" * n, lambda v: matches(v, "c"), 1 << 18),
    text("spaces of a constraint", lambda n: ">=1" + " " * n + "x", _constraint, 1 << 20),
    text("spaces within a constraint", lambda n: ">=1 " * n + "x", _constraint, 1 << 20),
    text("spaces before a range", lambda n: "1" + " " * n + "-" + " " * n, _constraint, 1 << 20),
    text("alternatives of a constraint", lambda n: "||".join([">=1"] * n), _constraint, 1 << 20),
    text("parts of a constraint", lambda n: ">=1,!=2," * n, _constraint, 1 << 20),
    text("digits of a constraint", lambda n: "1" * n + "!", _constraint, 1 << 20),
    text("scalars that are replaced", lambda n: "- v: v1\n" * n, _replaced, 1 << 18),
    text("blank lines of a scalar that is replaced", lambda n: "- v: |+\n" + "\n" * n + "    v1\n" + "\n" * n, _replaced, 1 << 20),
    text("dashes of a version", lambda n: "1.2.3-" + "-." * n, parse_version, 1 << 20),
    text("digits of a version", lambda n: "1" * n, parse_version, 1 << 20),
    text("dashes of a repository", lambda n: "r.example.org/" + "a-" * n + ":v1", parse_reference, 1 << 18),
    text("underscores of a repository", lambda n: "r.example.org/" + "a__" * n + "!", parse_reference, 1 << 18),
    text("parts of a repository", lambda n: "r.example.org/" + "a/" * n + ":v1", parse_reference, 1 << 18),
    text("labels of a registry", lambda n: "a-" * n + "." + "a." * n + "org/a:v1", parse_reference, 1 << 18),
    text("colons of a reference", lambda n: "r.example.org/a" + ":v" * n, parse_reference, 1 << 18),
    text("at signs of a reference", lambda n: "r.example.org/a" + "@sha256:0" * n, parse_reference, 1 << 18),
    text("colons of a layout", lambda n: "oci-layout:d:" + "a:" * n, parse_reference, 1 << 18),
    text("letters of a name", lambda n: "a-" * n + "!", is_dns_subdomain, 1 << 18),
    text("dots of a name", lambda n: "a." * n + "!", is_dns_subdomain, 1 << 18),
    text("a friendly ID", lambda n: "a-" * n, lambda v: friendly_id(v, "0" * 64), 1 << 18),
    text("a pattern for a long text", lambda n: "a" * n, lambda v: pattern_matches("(a|b|ab)*c", v), 1 << 20),
    text("choices of a pattern", lambda n: "(" + "|".join(f"a{i}" for i in range(n)) + ")*$", lambda v: pattern_matches(v, "a1" * 200 + "!"), 1 << 16),
    text("a class of many ranges", lambda n: "[" + "a-bd-e" * n + "]*$", lambda v: pattern_matches(v, "z" * 400), 1 << 18),
    text("classes of many ranges", lambda n: ("[" + "a-bd-e" * 250 + "]?") * n + "$", lambda v: pattern_matches(v, "z" * 400), 1 << 10),
    text("nested counts of a pattern", lambda n: "(" * n + "a" + "{1,2})" * n, lambda v: pattern_matches(v, "a" * 100), 1 << 10),
    text("nested stars of a pattern", lambda n: "(" * n + "a" + ")*" * n, lambda v: pattern_matches(v, "a" * 400), 1 << 12),
    text("groups that are not closed", lambda n: "(a|" * n, parse_pattern, 1 << 18),
    text("named groups", lambda n: "(?P<" + "a" * n, parse_pattern, 1 << 18),
    text("classes that are not closed", lambda n: "[[:" * n, parse_pattern, 1 << 18),
    text("quotes of a pattern", lambda n: "\\Qa" * n, parse_pattern, 1 << 18),
    text("classes of Unicode", lambda n: "\\p{" * n, parse_pattern, 1 << 18),
    text("operators of an expression", lambda n: "a + " * n + "a", syntax_problem, 1 << 16),
    text("brackets of an expression", lambda n: "(" * n, syntax_problem, 1 << 18),
    text("lists of an expression", lambda n: "[" + "[a], " * n + "]", syntax_problem, 1 << 16),
    text("texts of an expression that are not closed", lambda n: "'''a\\n" * n, syntax_problem, 1 << 18),
    text("quotes of an expression", lambda n: "'" * n + "a", syntax_problem, 1 << 18),
    text("raw texts of an expression", lambda n: "r'''" + "a\"" * n, syntax_problem, 1 << 18),
    text("letters that begin a text", lambda n: "br'" * n, syntax_problem, 1 << 18),
    text("digits of an expression", lambda n: "1" * n + "." * n, syntax_problem, 1 << 18),
    text("comments of an expression", lambda n: "// a\n" * n, syntax_problem, 1 << 18),
    text("calls of an expression", lambda n: "a." * n + "b(c)", syntax_problem, 1 << 16),
    text("choices of an expression", lambda n: "a ? b : " * n + "c", syntax_problem, 1 << 16),
    text("minus signs of an expression", lambda n: "-" * n + "a", syntax_problem, 1 << 18),
    text("quotes of a field path", lambda n: "a['" + "\\'" * n, _resolve, 1 << 18),
    text("steps of a field path", lambda n: "a." * n + "b", _resolve, 1 << 18),
    text("a time in a format", lambda n: "1" * n + " ", lambda v: fits_format("duration", v), 1 << 18),
    text("spaces in a format", lambda n: "1" + " " * n + "!", lambda v: fits_format("duration", v), 1 << 18),
    text("bytes in a format", lambda n: "abcd" * n + "!", lambda v: fits_format("byte", v), 1 << 18),
    text("numbers in a format", lambda n: "1.2" * n, lambda v: fits_format("ipv4", v), 1 << 18),
    text("colons in a format", lambda n: "1:" * n, lambda v: fits_format("ipv6", v), 1 << 18),
)

# fmt: on

LOCKS = (
    text("broken packages of a lock", lambda n: _lock(["{}"] * n), _check_lock, 1 << 14),
    text("one package of a lock, often", lambda n: _lock([_locked(1)] * n), _check_lock, 1 << 14),
    text(
        "packages of a lock that nothing needs",
        lambda n: _lock(map(_locked, range(n))),
        _check_lock,
        1 << 14,
    ),
    text("a chain that two locks have apart", _chain, _join_locks, 1 << 13),
    text("a chain of which nothing fits", _chain, _install, 1 << 13),
)

SHAPES = (*SOURCES, *SCHEMAS, *FILES, *ARCHIVES, *ANSWERS, *OUTPUT, *TEXTS, *LOCKS)
assert len({shape.name for shape in SHAPES}) == len(SHAPES)
# What the test has the time for; `tests/fuzz.py --growth` takes them all.
TESTED = (*SOURCES[:64], *SCHEMAS[::2], *FILES, *ARCHIVES, *ANSWERS, *OUTPUT, *TEXTS, *LOCKS)
