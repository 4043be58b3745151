"""No deadline for one example: the first one pays for imports and compiled patterns, and test machines are busy."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
