"""Carries out a plan on boards in parallel and yields what happened; writes and prints nothing."""
