"""What people wrote down beforehand for such a night: found by finding, workload or alert, and quoted."""
