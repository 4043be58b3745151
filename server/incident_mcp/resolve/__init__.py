"""Phase 4: is it really fixed? Looks are taken until it is ready, then over a soak, and judged in one vocabulary."""
