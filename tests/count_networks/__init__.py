"""Executed instructions of each layer of a network, by the emulator; times nothing."""
