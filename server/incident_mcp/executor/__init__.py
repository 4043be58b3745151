"""The separated executor: a process of another OS user that alone holds what writes, and its two kinds of visitors."""
