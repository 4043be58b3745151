"""Log patterns: lines as they came, traces as one event, templates with exact counts, and what known ones mean."""
