"""Prometheus and Alertmanager, where they are configured: what fires, how a workload serves, how much is asked of it.

Names of metrics differ between shops, so what is there is detected, and a shop can name its own queries. Everything is
asked beside the look at the cluster and within a bound: a monitoring that is slow or gone costs the answer a line that
says so, and no figure is ever made up in its place.
"""
