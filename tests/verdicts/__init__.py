"""Each verdict rule broken on purpose under a live run, and the page that says so."""
