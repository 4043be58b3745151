"""What failing programs say themselves, in their logs."""

from incident_mcp.investigate.kinds.kind import Kind

DEPENDENCY_DOWN = Kind(
    "INC110",
    "dependency-down",
    "Another service that a program needs does not answer",
    76,
    "Refused, or its name does not resolve. Where it is a Service of this cluster, the chain goes on behind it.",
    "Let {target} start and wait without what it needs, and alert on that",
)
RBAC_DENIED = Kind(
    "INC180",
    "rbac-denied",
    "A program may not do at the API server what it needs",
    75,
    "The refusal names the account, the verb and the resource: a Role or binding was changed or never made.",
    "Ship the Role and binding together with {target}",
)
CERTIFICATE_INVALID = Kind(
    "INC181",
    "certificate-invalid",
    "A program does not accept a certificate",
    75,
    "Expired, of another name, or of an authority that it does not know.",
    "Alert before the certificates that {target} meets end",
)
POOL_EXHAUSTED = Kind(
    "INC182",
    "pool-exhausted",
    "A connection pool is used up",
    74,
    "Connections leak or are held too long, or the database takes no more.",
    "Alert on the use of the connection pool of {target}",
)
AUTHENTICATION_FAILED = Kind(
    "INC183",
    "authentication-failed",
    "A program's credentials are refused",
    75,
    "A password that was rotated on one side only, or a user that was removed.",
    "Rotate the credentials of {target} on both sides at once",
)
DISK_FULL = Kind(
    "INC184",
    "disk-full",
    "No space is left on a volume",
    75,
    "Free some, or enlarge the claim.",
    "Alert when a volume of {target} is nearly full",
)
TOO_MANY_FILES = Kind(
    "INC185", "too-many-open-files", "A program may open no more files", 74, "A leak, or a limit that is too low."
)
DEPENDENCY_SLOW = Kind(
    "INC186",
    "deadline-exceeded",
    "A program waits in vain for an answer",
    60,
    "Something that it needs is slow, or its packets are dropped on the way.",
)
HEAP_EXHAUSTED = Kind(
    "INC187",
    "heap-exhausted",
    "A program runs out of memory by its own account",
    77,
    "Its own heap limit is reached before the container's: a leak, or a limit that does not fit.",
)
PERMISSION_DENIED = Kind(
    "INC188",
    "permission-denied",
    "The operating system refuses a program a file or a call",
    61,
    "Its user, the volume's owner or the security context don't fit.",
)
POLICY_BLOCKS = Kind(
    "INC189",
    "policy-blocks",
    "A NetworkPolicy keeps a program from what it needs",
    81,
    "It lets nothing out of the pods (name look-ups need port 53), or on the other side does not let theirs in.",
    "Test {target} together with what it selects",
)
PORT_CONFLICT = Kind(
    "INC190",
    "port-conflict",
    "A program can't listen on its port: another one does",
    75,
    "Containers of a pod share its ports, and pods on the host network those of the node.",
    "Give the containers of {target} ports of their own",
)
TLS_REQUIRED = Kind(
    "INC191",
    "tls-required",
    "One side of a connection speaks TLS and the other does not",
    75,
    "A scheme, a port or an sslmode that was changed on one side only.",
    "Change TLS for {target} on both sides at once",
)
RATE_LIMITED = Kind(
    "INC192",
    "rate-limited",
    "A program is told that it asks too often",
    62,
    "Somebody limits its requests: more load, retries without a pause, or a limit that was lowered.",
    "Let {target} wait between retries, and alert before the limit is reached",
)
READ_ONLY = Kind(
    "INC193",
    "read-only-file-system",
    "A program may not write where it wants to",
    74,
    "Its root file system or a volume is read-only: by the template, or since the node met errors on the disk.",
    "Mount what {target} writes to, and keep the rest read-only",
)
DEADLOCK = Kind(
    "INC194",
    "deadlock",
    "Transactions or threads of a program wait for each other",
    61,
    "The database or the runtime says so; which ones, only it knows.",
    "Let the transactions of {target} take their locks in one order",
)
LACKS_SETTINGS = Kind(
    "INC195",
    "settings-missing",
    "A program misses a file or a key of its settings",
    73,
    "It was started, and its log names what is not there: compare the mounted ConfigMap with the revision before.",
    "Check the settings of {target} before a rollout",
)
MIGRATION_FAILED = Kind(
    "INC196",
    "migration-failed",
    "A program and its database don't agree on the schema",
    74,
    "A migration failed, or has not run: the table or column that it wants is not there.",
    "Run the migrations of {target} before its rollout, and alert when one fails",
)
DISK_FAILING = Kind(
    "INC197",
    "disk-failing",
    "The disk under a program fails or gives back what was not written",
    76,
    "Input/output errors and wrong checksums come from the disk, its node or its driver, not from the program.",
    "Alert on disk errors of the nodes that {target} runs on, and try its backups",
)
PORTS_EXHAUSTED = Kind(
    "INC198",
    "ports-exhausted",
    "A program has no address or port left to connect from",
    66,
    "Connections that are not used again eat the range of local ports; a sysctl of the pod may have narrowed it.",
    "Let {target} keep its connections, and see `net.ipv4.ip_local_port_range` in its security context",
)
DNS_POLICY = Kind(
    "INC702",
    "dns-policy",
    "A pod does not ask the cluster's DNS",
    78,
    "Its dnsPolicy is None or Default, so names of Services can't resolve.",
)
ALL = (
    DEPENDENCY_DOWN,
    RBAC_DENIED,
    CERTIFICATE_INVALID,
    POOL_EXHAUSTED,
    AUTHENTICATION_FAILED,
    DISK_FULL,
    TOO_MANY_FILES,
    DEPENDENCY_SLOW,
    HEAP_EXHAUSTED,
    PERMISSION_DENIED,
    POLICY_BLOCKS,
    DNS_POLICY,
    PORT_CONFLICT,
    TLS_REQUIRED,
    RATE_LIMITED,
    READ_ONLY,
    DEADLOCK,
    LACKS_SETTINGS,
    MIGRATION_FAILED,
    DISK_FAILING,
    PORTS_EXHAUSTED,
)
