"""The name of a board's state: what measurements refer to by `environment`."""

from __future__ import annotations

import hashlib
import json

from harness.records.codec import to_json
from harness.records.measurement import Environment


def environment_hash(environment: Environment) -> str:
    """Return 16 hex digits of the content's sha256."""
    text = json.dumps(to_json(environment), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
