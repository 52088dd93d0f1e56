"""Finds or cross-compiles the board's runner, named by its content; knows no board, no suite."""
