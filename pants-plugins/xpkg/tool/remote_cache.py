"""How processes share the remote cache."""

from __future__ import annotations

# Pants starts a process while it still asks the remote cache, and stops it when the cache had the
# result. Which wins is chance, and the processor's time is lost. So the cache has this long to
# answer and to send the result; where it says at once that it has none, or fails, nothing waits.
REMOTE_CACHE_DELAY_MILLIS = 5_000
