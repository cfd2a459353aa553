"""Members of tars, as Python's tarfile and Go write them, and as nobody should."""

from __future__ import annotations

import io
import tarfile

import pytest

from tests.xpkg_tool.archives import VECTORS
from tests.xpkg_tool.images import folder, link, tar
from xpkg_tool.oci.read.tar_reader import Broken, Member, members
from xpkg_tool.oci.write import ustar


class Bytes:
    def __init__(self, content: bytes) -> None:
        self._file, self._length = io.BytesIO(content), len(content)

    def read(self, size: int, /) -> bytes:
        return self._file.read(size)

    def skip(self, size: int, /) -> bool:
        return len(self._file.read(size)) == size


def read(content: bytes, limit: int = 100) -> list[tuple[Member, bytes]]:
    found = []
    for member, more in members(Bytes(content), limit):
        data = b""
        while piece := more(7):
            data += piece
        found.append((member, data))
    return found


def test_what_go_writes() -> None:
    content = (VECTORS / "base.layer.tar").read_bytes()
    ((member, data),) = read(content)
    assert member == Member("package.yaml", "file", len(data), 512)
    assert data == (VECTORS / "package.yaml").read_bytes()


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_python_writes(format: int) -> None:
    long = "a" * 90 + "/" + "b" * 90
    content = tar(
        ("file", b"x" * 1000),
        ("folder", folder()),
        (long, b"long"),
        ("link", link("file")),
        ("hard", link("file", tarfile.LNKTYPE)),
        ("fifo", link("", tarfile.FIFOTYPE)),
        ("empty", b""),
        format=format,
    )
    found = read(content)
    assert [(m.name.rstrip("/"), m.kind, m.link, data) for m, data in found] == [
        ("file", "file", "", b"x" * 1000),
        ("folder", "folder", "", b""),
        (long, "file", "", b"long"),
        ("link", "symbolic link", "file", b""),
        ("hard", "hard link", "file", b""),
        ("fifo", "special file", "", b""),
        ("empty", "file", "", b""),
    ]
    for member, data in found:
        assert content[member.offset : member.offset + member.size] == data


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_links_beyond_ustar(format: int) -> None:
    name, target = "ä" * 300, "ö" * 300
    (file, _), (linked, _), (after, _) = read(
        tar((name, b"1"), (target, link(name)), ("z", b""), format=format)
    )
    assert (file.name, linked.name, linked.link) == (name, target, name)
    assert (after.name, after.link) == ("z", "")


def header(**changes: object) -> bytes:
    """A header with some fields changed and the checksum made right again."""
    block = bytearray(ustar.header("name", 0))
    fields = {"name": (0, 100), "size": (124, 12), "type": (156, 1), "magic": (257, 8)}
    fields["prefix"] = (345, 155)
    for field, value in changes.items():
        start, length = fields[field]
        assert isinstance(value, bytes)
        block[start : start + length] = value.ljust(length, b"\0")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def test_gnu_tars_times_are_no_part_of_the_name() -> None:
    """In GNU's old format the place of USTAR's prefix holds times."""
    content = header(magic=b"ustar  \0", prefix=b"13000000000\0") + ustar.END
    assert [m.name for m, _ in read(content)] == ["name"]
    content = header(prefix=b"folder") + ustar.END
    assert [m.name for m, _ in read(content)] == ["folder/name"]


def test_before_ustar() -> None:
    content = header(magic=b"", type=b"\0", name=b"old/") + ustar.END
    assert [(m.name, m.kind) for m, _ in read(content)] == [("old/", "folder")]


def test_a_size_in_binary() -> None:
    data = b"x" * 300
    content = header(size=b"\x80" + (300).to_bytes(11, "big")) + data + ustar.padding(300)
    assert [d for _, d in read(content + ustar.END)] == [data]


def test_links_and_folders_have_no_content() -> None:
    for kind in b"1", b"2", b"5", b"6":
        content = header(type=kind, size=b"00000001000\0") + header(name=b"next") + ustar.END
        assert [(m.name, m.size) for m, _ in read(content)] == [("name", 0), ("next", 0)]


def test_an_empty_tar() -> None:
    """Docker writes one for each line of a Dockerfile that changes no file."""
    assert read(bytes(1024)) == []


def pax(type: bytes, records: bytes) -> bytes:
    size = b"%011o\0" % len(records)
    return (
        header(type=type, size=size) + records + ustar.padding(len(records)) + header() + ustar.END
    )


def test_pax_records() -> None:
    ((member, _),) = read(pax(b"x", b"12 path=a/b\n" + b"11 foo=b\nr\n"))
    assert member.name == "a/b"
    ((member, _),) = read(pax(b"g", b"15 comment=abc\n"))
    assert member.name == "name"


BAD = {
    "nothing": (b"", "not a tar archive"),
    "text": (b"text" * 1000, "not a tar archive"),
    "cut in a header": (header() + header()[:100], "truncated"),
    "cut in content": (header(size=b"00000001000\0") + b"x" * 10, "truncated"),
    "cut in padding": (header(size=b"00000000001\0") + b"x" * 10, "truncated"),
    "cut in an extension": (header(type=b"x", size=b"00000001000\0") + b"1", "truncated"),
    "checksum": (header() + header().replace(b"name", b"nome"), "a header is damaged"),
    "size no number": (header(size=b"xyz"), "a header is damaged"),
    "negative size": (header(size=b"\xff" * 12), "a header is damaged"),
    "size beyond all": (header(size=b"\x80" + b"\xff" * 11), "a header is damaged"),
    "half an end": (header() + bytes(512) + header(), "after the block of zeros"),
    "sparse": (header(type=b"S"), "sparse file"),
    "sparse in pax": (pax(b"x", b"22 GNU.sparse.major=1\n"), "sparse file"),
    "global size": (pax(b"g", b"10 size=1\n"), "global header with a name or size"),
    "pax without length": (pax(b"x", b"path=x\n"), "a header is damaged"),
    "pax too long": (pax(b"x", b"99 path=x\n"), "a header is damaged"),
    "pax too short": (pax(b"x", b"3 path=x\n"), "a header is damaged"),
    "pax length 0": (pax(b"x", b"0 path=x\n"), "a header is damaged"),
    "pax size no number": (pax(b"x", b"11 size=-1\n"), "a header is damaged"),
    "many": (header() * 101 + ustar.END, "more than 100 headers"),
    "many extensions": (header(type=b"x") * 101 + ustar.END, "more than 100 headers"),
    "long extension": (header(type=b"L", size=b"\x80" + (2**40).to_bytes(11, "big")), "more than"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tars(case: str) -> None:
    content, message = BAD[case]
    with pytest.raises(Broken, match=message):
        read(content)
