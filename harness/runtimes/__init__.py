"""One module for each runtime: an item becomes what the board's runner is told; runs nothing."""
