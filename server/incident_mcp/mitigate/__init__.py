"""Phase 2, stop the bleeding: every change is an action with the same shape, one file each under `actions/`."""
