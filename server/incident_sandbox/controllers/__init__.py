"""What makes the objects behave: small versions of Kubernetes' own controllers, driven by one engine."""
