"""The HTTP side: what a kube-apiserver answers, over TLS on loopback."""
