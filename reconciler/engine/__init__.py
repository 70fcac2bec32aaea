"""The imperative shell: spreads jobs over workers and runs a plan."""
