"""Suites and plans: which cells are measured on which board; starts nothing, touches no board."""
