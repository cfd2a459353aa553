"""What characters a file may have, one by one."""

from __future__ import annotations

from xpkg_tool.documents.encoding import ENCODING, clean

# YAML 1.1, section 4.1 (c-printable); those beyond U+FFFF are all allowed.
PRINTABLE = {
    *map(ord, "\t\n\r\x85"),
    *range(0x20, 0x7F),
    *range(0xA0, 0xD800),
    *range(0xE000, 0xFFFE),
}


def test_every_character_is_kept_or_named() -> None:
    """None is dropped without a word, whatever stands beside it."""
    for code in (*range(0xD800), *range(0xE000, 0x10100), 0x1FFFF, 0x10FFFF):
        character = chr(code)
        for before in ("a: b", "a: \u00c2\u00ef\u00bf"):
            data, findings = clean("a.yaml", f"{before}{character}\n".encode())
            if code in PRINTABLE or code > 0xFFFF:
                assert findings == (), hex(code)
                kept = f"{before}{character}\n"
                assert data.decode() == kept.replace("\r\n", "\n"), hex(code)
            else:
                (finding,) = findings
                assert (data, finding.code) == (b"", ENCODING.code), hex(code)
                assert f"U+{code:04X}" in finding.message
