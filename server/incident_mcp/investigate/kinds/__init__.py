"""The kinds of findings, one file a failure family: code, stable word, title, and what the finding means."""
