"""The actions, one file each: what is asked for, and the plan that comes of it."""
