"""Export as one JSON document: run facts, environments, plan and measurements together."""

from __future__ import annotations

import json

from harness.records.codec import to_json
from harness.store.reader import StoredRun


def render(run: StoredRun) -> str:
    """Return indented ASCII JSON."""
    data = {
        **to_json(run.facts),
        "closed": run.closed,
        "notes": list(run.notes),
        "plan": to_json(run.plan),
        "environments": to_json(run.environments),
        "measurements": to_json(run.measurements),
    }
    return json.dumps(data, indent=1, allow_nan=False) + "\n"
