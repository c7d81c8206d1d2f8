"""Mutation testing (`make mutants`): small faults put into the library one by one, each of which a test must notice."""
