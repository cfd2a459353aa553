"""How the files of a large package are spread."""

from __future__ import annotations

from collections import Counter

from xpkg.building.shards import _SHARD_BYTES, _parts, shard_count, shard_of

PATHS = [f"package/crds/things{number}.yaml" for number in range(2000)]


def test_no_shard_is_too_large_on_average() -> None:
    for size in (1, _SHARD_BYTES, _SHARD_BYTES + 1, 102_000_000):
        count = shard_count(size)
        assert size <= count * _SHARD_BYTES
        assert count == 1 or size > count * _SHARD_BYTES / 2


def test_shards_are_of_similar_size() -> None:
    counts = Counter(shard_of(path, 16) for path in PATHS)
    assert set(counts) == set(range(16))
    assert max(counts.values()) < 1.5 * 2000 / 16


def test_a_file_stays_in_its_shard() -> None:
    """Whatever other files there are; and twice as many shards part each of them in two."""
    before = _parts(PATHS, str, 16)
    after = _parts([path for path in PATHS if not path.endswith("7.yaml")], str, 16)
    assert all(set(new) <= set(old) for old, new in zip(before, after))
    assert all(shard_of(path, 32) % 16 == shard_of(path, 16) for path in PATHS)
    assert sorted(path for part in before for path in part) == sorted(PATHS)
    assert all(list(part) == [path for path in PATHS if path in part] for part in before)


def test_shards_are_a_promise() -> None:
    """Another spread would be right too, but would make every machine read all anew."""
    assert [shard_of(path, 16) for path in PATHS[:6]] == [5, 11, 10, 11, 3, 11]
