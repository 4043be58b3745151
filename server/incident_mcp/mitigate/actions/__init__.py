"""The changes there are. Each knows how to preview, check and apply itself; none decides whether it may."""
