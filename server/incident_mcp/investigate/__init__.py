"""From an observation to causes: rules, one file a failure family, joined to chains that begin with the root."""
