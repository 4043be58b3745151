"""Phase 1, pure: from an observation and its findings to onset, changes, trend, severity, impact and the decision."""
