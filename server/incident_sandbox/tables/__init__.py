"""The columns that `kubectl get` shows, computed here as by the real API server (kubernetes/pkg/printers/internalversion)."""
