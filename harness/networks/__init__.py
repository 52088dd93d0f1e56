"""Reference networks: weights, builders, quantised forms, the runner's plan; times nothing."""
