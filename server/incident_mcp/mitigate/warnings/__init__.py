"""What stands in the way of a change, or will undo it: one file a reason. Each is pure over `Surroundings`."""
