"""Which packages share a process of the tool."""

from __future__ import annotations

from collections import Counter

from pants.engine.addresses import Address

from xpkg.building.buckets import bucket_count, bucket_of

ADDRESSES = [Address(f"packages/p{number:03}") for number in range(300)]


def test_a_few_packages_share_one_bucket() -> None:
    assert [bucket_count(n) for n in (0, 1, 16, 17, 32, 33, 200)] == [1, 1, 1, 2, 2, 4, 16]


def test_buckets_are_of_similar_size() -> None:
    sizes = Counter(bucket_of(address, bucket_count(200)) for address in ADDRESSES[:200])
    assert len(sizes) == 16 and max(sizes.values()) <= 3 * 16


def test_one_more_package_moves_no_other() -> None:
    count = bucket_count(200)
    assert bucket_count(201) == count
    before = {address: bucket_of(address, count) for address in ADDRESSES[:200]}
    after = {address: bucket_of(address, count) for address in ADDRESSES[:201]}
    assert all(after[address] == bucket for address, bucket in before.items())


def test_a_bucket_is_the_same_in_every_run() -> None:
    """The hash is no Python hash, which differs from process to process."""
    assert [bucket_of(address, 16) for address in ADDRESSES[:8]] == GOLDEN


GOLDEN = [12, 6, 1, 4, 12, 2, 4, 2]
