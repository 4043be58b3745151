"""A real Kubernetes control plane for the tests, on loopback, in one session.

`make control-plane` builds the binaries once (`build.py`). `fixtures.py` starts them for a test session and stops them
whatever happens. `control_plane.py` is what a test sees; `scenario.py` puts an incident there.
Nothing in this folder knows the product, and the product does not know this folder.
"""
