from incident_mcp.cluster.api import Api
from tests.contract.shop import Workload

async def test_it(checkout: Workload, api: Api) -> None:
    import json
    for p in ("pods","deployments","statefulsets","daemonsets","replicasets","controllerrevisions","services","endpointslices","configmaps","ingresses","events"):
        from incident_mcp.cluster.kinds import KINDS, collection
        kind=[k for k,v in KINDS.items() if v.plural==p][0]
        t = await api.table(collection(kind, checkout.namespace))
        print("##",p, [(c.name,c.type,c.format,c.priority) for c in t.column_definitions])
        for r in t.rows[:40]: print("   ", r.cells)
    for k in ("Node","Namespace"):
        t = await api.table(collection(k, None))
        print("##",k, [(c.name,c.type,c.format,c.priority) for c in t.column_definitions])
        for r in t.rows[:40]: print("   ", r.cells)
    out={}
    for p in ("pods","deployments","statefulsets","daemonsets","replicasets","controllerrevisions","services","endpointslices","configmaps","ingresses","events"):
        kind=[k for k,v in KINDS.items() if v.plural==p][0]
        out[p] = (await api.get_json(collection(kind, checkout.namespace)))
    out["nodes"]=await api.get_json("/api/v1/nodes")
    out["ns"]=await api.get_json("/api/v1/namespaces/"+checkout.namespace)
    json.dump(out, open(f"/tmp/{checkout.cluster.name.split()[0]}.json","w"), indent=1, sort_keys=True)
