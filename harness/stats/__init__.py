"""Numbers only: medians, intervals, steadiness, comparisons, ranks; knows no board and no file."""
