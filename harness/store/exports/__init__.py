"""One module per export format; the table of them is in `harness.store.export`."""
