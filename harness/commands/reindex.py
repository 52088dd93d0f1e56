"""`harness reindex`: rebuild the disposable SQLite index from the result files."""

from __future__ import annotations

from harness.commands.console import note, out


def reindex() -> None:
    """Rebuild the index beside the results; the files are the truth."""
    from harness.store.index import reindex as rebuild
    from harness.store.layout import results_root

    root = results_root()
    count, notes = rebuild(root)
    for words in notes:
        note(words)
    out(f"{count} runs indexed in {root}")
