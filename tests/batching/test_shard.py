"""How a shard is told."""

import pytest

from scumble.batching.shard import Shard
from scumble.errors import UsageError


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "", "-1/3"])
def test_shards_that_are_none(text):
    with pytest.raises(UsageError, match="shard"):
        Shard.read(text)
    assert Shard.read("3/8") == Shard(3, 8)
