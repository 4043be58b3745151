"""The base of every type in this room: frozen, closed to unknown fields, built when first used.

`defer_build` keeps the start-up short: a server that only lists its tools never builds the validators
of types it has not met.
"""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value. Equal when all fields are equal; unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)
