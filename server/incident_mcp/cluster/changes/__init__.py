"""What changed lately, as the cluster itself tells: managed fields, revisions, events, release labels, sync states.

One file a source. Lists are read as metadata only: no ConfigMap's or Secret's value ever leaves the API server for
this. What was deleted leaves no trace here; that is the audit log's to tell.
"""
