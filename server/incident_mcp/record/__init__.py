"""The incident's memory: an append-only journal, and what is read from it (incidents, plans). Nothing is kept twice."""
