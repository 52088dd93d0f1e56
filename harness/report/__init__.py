"""Records and statistics become typed page contexts, and those one HTML page; measures nothing."""
