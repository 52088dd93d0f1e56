"""Reference networks: weights, builders, quantised forms, the runner's plan; times nothing.

Imports run downward here too: own > zoo | importing | convert > preparing | ladder > quantising
> lowering > models > plans > sources.
"""
