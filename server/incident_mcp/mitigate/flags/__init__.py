"""Feature flags: a key of a ConfigMap, a flag in flagd's format, one of Unleash; and who reads them."""
