"""What `doctor` checks, one file a subject. Nothing here raises: what is broken is a line that says what to do."""
