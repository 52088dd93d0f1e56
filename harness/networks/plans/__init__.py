"""The flat network plan that kernels/nets executes: its nouns, rules, file, memory and oracle."""
