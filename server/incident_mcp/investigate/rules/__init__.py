"""One file a failure family. A rule is a pure function over an observation; it never calls the API."""
