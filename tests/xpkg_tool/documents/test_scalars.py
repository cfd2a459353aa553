"""What Kubernetes reads in a scalar: the table of tests/vectors' scalar-*, key-* cases and beyond.

The expectations were printed by sigs.k8s.io/yaml 1.6.0 (YAMLToJSON).
"""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpkg_tool.documents.scalars import (
    TAG_PREFIX,
    ScalarError,
    plain_key,
    plain_value,
    resolve,
    to_json,
)

TRUE = "y Y yes Yes YES true True TRUE on On ON"
FALSE = "n N no No NO false False FALSE off Off OFF"
TEXT = """tRue nIl nil oFF yEs =  << <<x -- .  ... .e5 ._5 .0x1 _1 0o8 0b2 0x 0xg - + 12:30 12:30:45
190:20:30.15 2024-01-01 2001-12-14t21:59:43.10-05:00 1.7976931348623157e+309 .5e999 1e400 1_e --1
0x1p3 0b- -0b-1 1.5.2 1e 1e+ +-1 .inf. Infinity nan NaN ٣ １２ 1a v1 -a"""
NUMBERS = {
    "0777": 511, "017": 15, "0o17": 15, "0O7": 7, "0x1F": 31, "0X1F": 31, "0b101": 5, "0B1": 1,
    "-0x1F": -31, "+5": 5, "-0": 0, "1_000": 1000, "1__0": 10, "1_": 1, "0_7": 7, "0x_1": 1,
    "0b-1": -1, "0b+1": 1, "08": 8, "-08": -8, "0_8": 8, "08.5": 8.5, "1e3": 1000, "1E5": 100000,
    "1e+3": 1000, "1.e3": 1000, "+12e03": 12000, "0e0": 0, "1.": 1, ".5": 0.5, ".5_0": 0.5,
    "685_230.15": 685230.15, "1_0.5_0": 10.5, "1e-400": 0, "1.0": 1, "-0.0": 0,
    "18446744073709551615": 18446744073709551615, "9223372036854775808": 9223372036854775808,
    "-9223372036854775808": -9223372036854775808, "-9223372036854775809": -9223372036854776000,
    "+18446744073709551615": 18446744073709552000, "1e20": 10**20, "1e22": 1e22,
    "123456789012345678.0": 123456789012345680,
    "123456789012345678901234567890": 1.2345678901234568e29,
}  # fmt: skip
KEYS = {
    "1": "1", "true": "true", "y": "true", "on": "true", "no": "false", "1.5": "1.5", "0777": "511",
    "0x10": "16", "2024-01-01": "2024-01-01", "-0": "0", "-0.0": "-0", "1.0": "1", "1e10": "1e+10",
    "100000.0": "100000", "1000000.0": "1e+06", "1234567.0": "1.234567e+06", "0.0001": "0.0001",
    "0.00001": "1e-05", "12345678.9": "1.2345679e+07", "0.1": "0.1", "16777217.0": "1.6777216e+07",
    "1e300": ".inf", "-1e300": "-.inf", ".inf": ".inf", "-.INF": "-.inf", ".nan": ".nan",
    "1e-300": "0", "3.14159265358979": "3.1415927", "-9223372036854775808": "-9223372036854775808",
}  # fmt: skip


@pytest.mark.parametrize("text", TRUE.split())
def test_true(text: str) -> None:
    assert plain_value(text) is True


@pytest.mark.parametrize("text", FALSE.split())
def test_false(text: str) -> None:
    assert plain_value(text) is False


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null(text: str) -> None:
    assert plain_value(text) is None
    with pytest.raises(ScalarError, match="null"):
        plain_key(text)


@pytest.mark.parametrize("text", TEXT.split())
def test_text(text: str) -> None:
    assert plain_value(text) == text
    assert plain_key(text) == text


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_numbers(text: str, value: float) -> None:
    read = plain_value(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", [".inf", "-.inf", "+.Inf", ".NaN", ".nan"])
def test_no_number_of_json(text: str) -> None:
    with pytest.raises(ScalarError, match="JSON") as caught:
        plain_value(text)
    assert "quote" in caught.value.remedy


@pytest.mark.parametrize(("text", "key"), KEYS.items())
def test_keys(text: str, key: str) -> None:
    assert plain_key(text) == key


def test_a_key_beyond_64_bits_signed_is_refused() -> None:
    with pytest.raises(ScalarError, match="too large"):
        plain_key("9223372036854775808")


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("str", "12", "12"),
        ("str", ".nan", ".nan"),
        ("int", "12", 12),
        ("float", "1", 1.0),
        ("bool", "yes", True),
        ("null", "~", None),
        ("binary", "aGVsbG8=", "hello"),
        ("binary", "aGVs\nbG8=", "hello"),
        ("binary", "gIGC", "\ufffd\ufffd\ufffd"),
        ("binary", "4oI=", "\ufffd\ufffd"),
        ("timestamp", "2024-01-01", "2024-01-01"),
        ("timestamp", "2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("timestamp", "2024-2-29 1:2:3", "2024-2-29 1:2:3"),
        ("python/object:os.system", "x", "x"),
        ("map", "x", "x"),
    ],
)
def test_tags(tag: str, text: str, value: object) -> None:
    """A tag never constructs anything."""
    read = resolve(TAG_PREFIX + tag, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("int", "1.5"),
        ("int", "x"),
        ("float", "x"),
        ("float", "18446744073709551615"),
        ("bool", "1"),
        ("null", "x"),
        ("timestamp", "12"),
        ("timestamp", "2024-13-01"),
        ("timestamp", "2023-2-29"),
        ("timestamp", "2001-12-14 21:59:43.10 -5"),
        ("binary", "gI GC"),
        ("binary", "gI"),
        ("binary", "g==="),
        ("binary", "gA==gA=="),
        ("binary", "é"),
    ],
)
def test_tags_that_do_not_fit(tag: str, text: str) -> None:
    with pytest.raises(ScalarError, match=f"!!{tag}"):
        resolve(TAG_PREFIX + tag, text)


@pytest.mark.parametrize(
    "text", ["9" * 2_000_000, "0x" + "f" * 2_000_000, "1" + "_" * 2_000_000, "0" * 2_000_000 + "7"]
)
def test_huge_numbers_take_no_time(text: str) -> None:
    started = time.process_time()
    plain_value(text)
    assert time.process_time() - started < 1


@given(st.integers(-(2**70), 2**70))
def test_integers(number: int) -> None:
    value = plain_value(str(number))
    if -(2**63) <= number < 2**64:
        assert value == number
    else:
        assert float(str(value)) == float(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats(number: float) -> None:
    value = to_json(number)
    assert isinstance(value, (int, float))
    assert float(value) == number
    assert isinstance(value, int) == (number.is_integer() and abs(number) < 1e21)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        value = plain_value(text)
    except ScalarError:
        return
    assert value is None or isinstance(value, (str, int, float))
    assert not isinstance(value, float) or math.isfinite(value)
