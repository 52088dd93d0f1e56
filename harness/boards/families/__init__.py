"""Board families, one module each; a family names a board and knows its peculiarities."""
