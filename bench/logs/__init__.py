"""How fast the log patterns are, and how well they group, beside what people use today."""
