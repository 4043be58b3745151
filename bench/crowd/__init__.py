"""A large cluster to measure on: a real API server, filled with what sixty thousand pods bring along."""
