"""Lines for the bench: a mix of many systems' lines, and what pods of a cluster write.

Each template is text with `{field}`s; fields are drawn from a seeded generator, so a run can be repeated. Ids are
random and never repeat (trace ids, block ids, request ids), as in a real log; that is what makes `sort | uniq -c`
print every line it read.
"""

# ruff: noqa: E501  (lines of logs are as long as they are)

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from string import Formatter

START = datetime(2026, 11, 24, 2, 0, 0, tzinfo=UTC)
_WORDS = [
    "checkout",
    "payments",
    "cart",
    "catalog",
    "search",
    "users",
    "orders",
    "shipping",
    "pricing",
    "mail",
    "stock",
    "images",
]
_USERS = [
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "mallory",
    "niaj",
    "olivia",
    "peggy",
    "rupert",
    "sybil",
]
_PATHS = [
    "/cart",
    "/orders",
    "/login",
    "/api/v1/items",
    "/healthz",
    "/search",
    "/checkout",
    "/users/me",
    "/metrics",
    "/img/logo.png",
]
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "curl/8.6.0",
    "kube-probe/1.33",
    "Go-http-client/1.1",
)
_STATUS = (200,) * 24 + (201, 204, 304, 404, 404, 499, 500, 503)

MIX = (
    "{ymd} {hms} {n3} INFO dfs.DataNode$PacketResponder: PacketResponder {n1} for block blk_{n18} terminating",
    "{ymd} {hms} {n3} INFO dfs.FSNamesystem: BLOCK* NameSystem.addStoredBlock: blockMap updated: {ip}:50010 is added to blk_{n18} size {n8}",
    "{ymd} {hms} {n3} INFO dfs.DataNode$DataXceiver: Receiving block blk_{n18} src: /{ip}:{port} dest: /{ip}:50010",
    "{ymd} {hms} {n3} WARN dfs.DataNode$DataXceiver: {ip}:50010:Got exception while serving blk_{n18} to /{ip}:",
    "{iso},{ms} INFO [IPC Server handler {n2} on {port}] org.apache.hadoop.mapred.TaskAttemptListenerImpl: Progress of TaskAttempt attempt_{n13}_00{n2}_m_0000{n2}_{n1} is : 0.{n7}",
    "{iso},{ms} WARN [LeaseRenewer:msrabi@msra-sa-{n2}:9000] org.apache.hadoop.ipc.Client: Address change detected. Old: msra-sa-{n2}/{ip}:9000 New: msra-sa-{n2}:9000",
    "{iso},{ms} ERROR [RMCommunicator Allocator] org.apache.hadoop.mapreduce.v2.app.rm.RMContainerAllocator: ERROR IN CONTACTING RM. ",
    "{iso},{ms} - INFO  [/{ip}:{port}:QuorumCnxManager$Listener@{n3}] - Received connection request /{ip}:{port}",
    "{iso},{ms} - WARN  [SendWorker:{n12}:QuorumCnxManager$SendWorker@{n3}] - Interrupted while waiting for message on queue",
    "{iso},{ms} - INFO  [QuorumPeer[myid={n1}]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@{n3}] - Notification time out: {n5}",
    'nova-api.log {iso}.{ms} {n5} INFO nova.osapi_compute.wsgi.server [req-{uuid} {hex32} {hex32} - - -] {ip} "GET /v2/{hex32}/servers/detail HTTP/1.1" status: 200 len: {n4} time: 0.{n7}',
    "nova-compute.log {iso}.{ms} {n5} INFO nova.compute.manager [req-{uuid} - - - - -] [instance: {uuid}] VM Stopped (Lifecycle Event)",
    "nova-compute.log {iso}.{ms} {n5} WARNING nova.virt.libvirt.imagecache [req-{uuid} - - - - -] Unknown base file: /var/lib/nova/instances/_base/{hex40}",
    "{syslog} LabSZ sshd[{n5}]: Failed password for invalid user {user} from {ip} port {port} ssh2",
    "{syslog} LabSZ sshd[{n5}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={ip} ",
    "{syslog} LabSZ sshd[{n5}]: Received disconnect from {ip}: 11: Bye Bye [preauth]",
    "{syslog} combo ftpd[{n5}]: connection from {ip} () at {weekday}",
    "{syslog} combo su(pam_unix)[{n5}]: session opened for user {user} by (uid={n1})",
    "{syslog} node-{n2} kernel: [{n6}.{n6}] eth0: renamed from veth{hex7}",
    "{syslog} node-{n2} systemd[1]: Started Session {n6} of user {user}.",
    "{syslog} node-{n2} kernel: [{n6}.{n6}] Out of memory: Killed process {n5} (java) total-vm:{n7}kB, anon-rss:{n7}kB, file-rss:0kB",
    "[{weekday}] [error] mod_jk child workerEnv in error state {n1}",
    "[{weekday}] [notice] jk2_init() Found child {n4} in scoreboard slot {n1}",
    "[{weekday}] [error] [client {ip}] Directory index forbidden by rule: /var/www/html/",
    '{ip} - - [{clf} +0000] "GET {path}?id={n6} HTTP/1.1" {status} {n5} "-" "{agent}"',
    "{iso}.{ms} UTC [{n5}] LOG:  duration: {n4}.{n3} ms  statement: SELECT * FROM orders WHERE id = {n8}",
    '{iso}.{ms} UTC [{n5}] ERROR:  duplicate key value violates unique constraint "orders_pkey"',
    "{iso}.{ms} UTC [{n5}] FATAL:  sorry, too many clients already",
    "{n5}:M 24 Nov 2026 {hms_c}.{ms} * Background saving started by pid {n5}",
    "[{iso},{ms}] INFO [GroupCoordinator {n1}]: Preparing to rebalance group {word} in state PreparingRebalance with old generation {n3} (kafka.coordinator.group.GroupCoordinator)",
    "[{iso},{ms}] WARN [Consumer clientId=consumer-{word}-{n1}, groupId={word}] Connection to node {n1} ({word}/{ip}:9092) could not be established. (org.apache.kafka.clients.NetworkClient)",
    "{yy} INFO executor.Executor: Finished task {n3}.0 in stage {n2}.0 (TID {n6}). {n4} bytes result sent to driver",
    "{yy} INFO storage.MemoryStore: Block broadcast_{n4}_piece0 stored as bytes in memory (estimated size {n3}.{n1} KB, free {n3}.{n1} MB)",
    '{mdot} 1702 {n4} D PowerManagerService: acquire lock={n9}, flags=0x1, tag="View Lock", name=com.android.systemui, ws=null, uid={n5}, pid={n4}',
    "- {n10} 2005.11.09 dn{n3} {syslog} dn{n3}/dn{n3} crond(pam_unix)[{n4}]: session closed for user root",
    "{iso} INFO  [main] com.shop.{word}.Application - Started Application in {n1}.{n3} seconds (JVM running for {n1}.{n3})",
    "{iso} ERROR [http-nio-8080-exec-{n2}] com.shop.{word}.Client - Request {uuid} to http://{word}:8080{path} failed after {n4} ms: Read timed out",
)

_JSON = (
    '{{"ts":"{isoz}","level":"info","logger":"{word}.http","msg":"request served","method":"GET","path":"{path}","status":{status},"duration_ms":{n3},"trace_id":"{hex32}","span_id":"{hex16}","user":"{user}"}}',
    '{{"ts":"{isoz}","level":"warn","logger":"{word}.pool","msg":"slow acquire of a connection","wait_ms":{n4},"in_use":{n2},"trace_id":"{hex32}"}}',
    '{{"time":"{isoz}","level":"ERROR","msg":"payment declined","err":"dial tcp {ip}:8443: connect: connection refused","order":"{uuid}","trace_id":"{hex32}","span_id":"{hex16}"}}',
    '{{"severity":"INFO","timestamp":"{isoz}","message":"order {n8} placed by {user}","trace":"projects/shop/traces/{hex32}","spanId":"{hex16}"}}',
    '{{"level":30,"time":{n13},"pid":{n2},"hostname":"{word}-7c9f8d6b5-{hex7}","reqId":"{uuid}","res":{{"statusCode":{status}}},"responseTime":{n3},"msg":"request completed"}}',
)
_LOGFMT = (
    'ts={isoz} caller=main.go:{n3} level=info msg="flushed chunks" count={n3} duration={n1}.{n6}s traceID={hex32}',
    'time="{isoz}" level=warning msg="retrying delivery" attempt={n1} queue={word} traceID={hex32} spanID={hex16}',
    'time="{isoz}" level=error msg="could not save order" error="pq: deadlock detected" order={uuid} traceID={hex32}',
    'level=info ts={isoz} component={word} msg="cache refreshed" entries={n5} took={n3}ms trace_id={hex32}',
)
_KLOG = (
    'I1124 {hms_c}.{n6}       1 controller.go:{n3}] "Reconciled" controller="{word}" namespace="shop" name="{word}-{hex10}" reconcileID="{uuid}"',
    "W1124 {hms_c}.{n6}       1 reflector.go:{n3}] watch of *v1.ConfigMap ended with: too old resource version: {n9} ({n9})",
    'E1124 {hms_c}.{n6}       1 leaderelection.go:{n3}] error retrieving resource lock kube-system/{word}: Get "https://{ip}:443/apis/coordination.k8s.io/v1/leases?timeout=5s": context deadline exceeded',
    'I1124 {hms_c}.{n6}       1 kuberuntime_container.go:{n3}] "Killing container with a grace period" pod="shop/{word}-{hex10}-{hex5}" podUID="{uuid}" containerName="{word}" containerID="containerd://{hex64}" gracePeriod=30',
)
_ACCESS = (
    '{ip} - - [{clf} +0000] "GET {path} HTTP/1.1" {status} {n5} "-" "{agent}" {n3} 0.{n3} [shop-{word}-80] [] {ip}:8080 {n5} 0.{n3} {status} {hex32}',
    '{ip} - - [{clf} +0000] "POST {path}?session={hex32} HTTP/2.0" {status} {n3} "https://shop.example.com/" "{agent}" {n4} 0.{n3} [shop-{word}-80] [] {ip}:8080 {n3} 0.{n3} {status} {hex32}',
    '[{isoz}] "GET {path} HTTP/1.1" {status} - via_upstream - "-" 0 {n4} {n2} {n2} "{ip}" "{agent}" "{uuid}" "{word}.shop" "{ip}:8080" outbound|80||{word}.shop.svc.cluster.local {ip}:{port} {ip}:80 {ip}:{port} - default',
)
_TRACES = (
    (
        "{isoz} ERROR [http-{n2}] com.shop.{word}.Handler - request {uuid} failed",
        "java.lang.IllegalStateException: could not load cart {hex32}",
        "\tat com.shop.cart.CartService.load(CartService.java:{n2})",
        "\tat com.shop.cart.CartController.show(CartController.java:41)",
        "\tat org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:897)",
        "Caused by: java.net.ConnectException: Connection refused",
        "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)",
        "\t... 38 more",
    ),
    (
        "ERROR {isoz} job {uuid} failed trace={hex32}",
        "Traceback (most recent call last):",
        '  File "/app/jobs/run.py", line {n2}, in run',
        "    price = prices[sku]",
        "KeyError: 'SKU-{n5}'",
    ),
    (
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x{hex7}]",
        "",
        "goroutine {n4} [running]:",
        "main.(*Server).handle(0xc000{hex7}, {{0x{hex7}, 0xc000{hex7}}})",
        "\t/src/main.go:{n2} +0x{hex3}",
    ),
)
CLUSTER = (*_JSON * 3, *_LOGFMT * 2, *_KLOG, *_ACCESS * 3)
TRACE_SHARE = 0.01
"""Of the events, those that are stack traces."""


class Clock:
    """The time of the line that is being written, in the forms that programs write it, `step` apart."""

    def __init__(self, step: timedelta) -> None:
        self._step, self._now, self._second = step, START, -1
        self.forms: dict[str, str] = {}

    def tick(self) -> dict[str, str]:
        self._now += self._step
        if self._now.second != self._second:
            self._second = self._now.second
            self.forms = {
                "ymd": f"{self._now:%y%m%d}",
                "hms": f"{self._now:%H%M%S}",
                "hms_c": f"{self._now:%H:%M:%S}",
                "iso": f"{self._now:%Y-%m-%d %H:%M:%S}",
                "syslog": f"{self._now:%b %d %H:%M:%S}",
                "weekday": f"{self._now:%a %b %d %H:%M:%S %Y}",
                "clf": f"{self._now:%d/%b/%Y:%H:%M:%S}",
                "yy": f"{self._now:%y/%m/%d %H:%M:%S}",
                "mdot": f"{self._now:%m-%d %H:%M:%S}.123",
                "ymd_s": f"{self._now:%Y/%m/%d %H:%M:%S}",
                "ymd_sl": f"{self._now:%Y/%m/%d %H:%M:%S}.{self._now.microsecond:06d}000",
                "zulu": f"{self._now:%Y-%m-%dT%H:%M:%S}",
            }
        return self.forms


def lines(kind: str, most: int, *, seed: int = 7) -> Iterator[str]:
    """`most` lines of the `mix` or of a `cluster`."""
    draw = random.Random(seed)  # noqa: S311  (bench data)
    write = Writer(draw)
    made = 0
    while made < most:
        for line in _event(kind, draw, write):
            yield line
            made += 1
            if made == most:
                return


def _event(kind: str, draw: random.Random, write: "Writer") -> list[str]:
    if kind == "mix":
        return [write(draw.choice(MIX))]
    if draw.random() < TRACE_SHARE:
        return [write(line) for line in draw.choice(_TRACES)]
    return [write(draw.choice(CLUSTER))]


class Writer:
    """Fills a template's fields."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._clock = Clock(timedelta(milliseconds=1))
        bits = draw.getrandbits
        self._fields: dict[str, Callable[[], str]] = {
            **{f"n{size}": self._number(size) for size in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 18)},
            **{f"hex{size}": self._hex(size) for size in (3, 5, 7, 10, 16, 32, 40, 64)},
            "ip": lambda: f"10.{bits(8)}.{bits(8)}.{bits(8)}",
            "port": lambda: str(32768 + bits(14)),
            "ms": lambda: f"{bits(10) % 1000:03d}",
            "uuid": lambda: f"{bits(32):08x}-{bits(16):04x}-4{bits(12):03x}-9{bits(12):03x}-{bits(48):012x}",
            **{
                name: self._one_of(choices)
                for name, choices in {
                    "word": _WORDS,
                    "user": _USERS,
                    "path": _PATHS,
                    "agent": _AGENTS,
                    "status": [str(each) for each in _STATUS],
                }.items()
            },
        }
        self._plans: dict[str, list[str | Callable[[], str]]] = {}

    def __call__(self, template: str) -> str:
        forms = self._clock.tick()
        plan = self._plans.get(template)
        if plan is None:
            plan = self._plans[template] = self._plan(template)
        return "".join([forms[p[1:]] if p[:1] == "\0" else p for p in [q if isinstance(q, str) else q() for q in plan]])

    def _plan(self, template: str) -> list[str | Callable[[], str]]:
        plan: list[str | Callable[[], str]] = []
        for said, field, _, _ in Formatter().parse(template.replace("{isoz}", "{zulu}.{ms}Z")):
            plan.append(said)
            if field:
                plan.append(self._fields.get(field, f"\0{field}"))
        return plan

    def _number(self, digits: int) -> Callable[[], str]:
        low, span, pick = 10 ** (digits - 1), 9 * 10 ** (digits - 1), self._draw.random
        return lambda: str(low + int(pick() * span))

    def _hex(self, digits: int) -> Callable[[], str]:
        bits, form = self._draw.getrandbits, f"%0{digits}x"
        return lambda: form % bits(4 * digits)

    def _one_of(self, choices: "list[str] | tuple[str, ...]") -> Callable[[], str]:
        pick, size = self._draw.random, len(choices)
        return lambda: choices[int(pick() * size)]
