"""A model becomes a plan here: which layers, stored how; and what the layers of a plan cost."""
