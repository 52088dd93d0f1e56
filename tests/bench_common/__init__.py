"""What both benches beside others share: clocks, environments of peers, words; measures nothing."""
