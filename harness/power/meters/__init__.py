"""External meters on the controller's side, from the inventory's `meter:` to joules of a window.

The road: `table.traits_of(entry)` and `table.open_meter(entry)` make a meter, which
`sampling.Sampler(meter, traits)` polls for a session and ends as a Track; `offset.collect` asks the
board for its clock at the start and the end, `offset.measure` makes an Offset of the echoes;
`joined.align` sets these and the windows the runner reported against each other, and
`joined.energy` adds up what it gives. It knows no session and writes nothing; who opens
a meter closes it (`Sampler.stop` does).
"""
