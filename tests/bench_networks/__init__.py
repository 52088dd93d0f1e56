"""Networks of ours beside the same networks in other runtimes; a program, not a test."""
