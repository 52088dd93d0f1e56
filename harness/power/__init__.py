"""Power: which files are a board's watts, and readings to joules; never talks to a board."""
