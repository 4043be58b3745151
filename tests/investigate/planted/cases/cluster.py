"""Faults of the cluster itself: asked without a namespace, one at a time, before the others are planted."""

from tests.investigate.planted.fault import Fault

FAULTS: tuple[Fault, ...] = ()
