"""Text to checked, frozen data with file:line:column errors; knows no board and starts nothing."""
