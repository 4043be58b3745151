"""Speed claims, each a ratio measured in one run against something known. Never a timed unit test."""
