"""Where only some pods of a workload fail: what the failing share has and the healthy lack."""
