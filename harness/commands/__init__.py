"""One module per subcommand: the only place that wires rooms together and prints."""
