"""The ladder: one small trained network at seven precisions and three widths, and its truth.

`files.load` gives a net, `evaluate.evaluate` what it answers. Runs nothing on a board.
"""
