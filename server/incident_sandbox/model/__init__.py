"""What the rest of the sandbox speaks: objects, resources, times, selectors and errors."""
