"""What a user would meet: hosts tried once from where this process runs.

A host is text that somebody wrote into the cluster, so trying it is a request that somebody else has chosen. What is
done about that: only hosts of routes that are hurt, a handful of them; names only, never addresses; a name is resolved
once, every address is judged, and the connection goes to the very address that was judged (a second answer of the DNS
changes nothing); this machine, link-local networks and the metadata services of clouds are never asked; only usual web
ports; one HEAD without a body, credentials, cookies, client certificate or proxy; no redirect is followed; of the
answer nothing but the status is looked at, and nothing of it is quoted. A setting turns it off.
"""
