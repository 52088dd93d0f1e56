"""The nouns of a measurement and their JSON form; no behaviour beyond hashing and coding."""
