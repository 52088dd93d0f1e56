"""results/ on disk: append-only files, journal, index and exports; judges and draws nothing."""
