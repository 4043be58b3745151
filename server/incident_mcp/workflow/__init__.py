"""One function a step: run the phase, write the record. Tools, commands and pages call these and nothing below them."""
