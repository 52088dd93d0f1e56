"""A network as its layers mean it, in real numbers: nouns, construction, evaluation, folding."""
