"""The columns that `kubectl get` shows, computed as by the real API server (its pkg/printers/internalversion)."""
