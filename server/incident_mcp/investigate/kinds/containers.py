"""Containers that don't start, don't stay or don't serve."""

from incident_mcp.investigate.kinds.kind import Kind

CRASH_LOOP = Kind(
    "INC101",
    "crash-loop",
    "A container starts and ends again and again",
    40,
    "The kubelet restarts it and waits longer each time. The exit code and the previous instance's log say why.",
)
OUT_OF_MEMORY = Kind(
    "INC102",
    "out-of-memory",
    "A container is killed at its memory limit",
    79,
    "The last instance ended OOMKilled. A rollout that needs more, a leak, or a limit that was lowered.",
    "Set the memory limit of {target} to what it needs, and alert before it is reached",
)
MISSING_ENVIRONMENT = Kind(
    "INC104",
    "missing-environment",
    "A program wants a variable that it is not given",
    78,
    "Its log names the variable; neither the template nor the ConfigMaps behind it give it.",
)
MISSING_CONFIG = Kind(
    "INC105",
    "missing-config",
    "A ConfigMap, Secret or key of it is missing",
    80,
    "The kubelet refuses the container or the volume and names what is not there.",
)
WAITS_FOR_CONFIG = Kind(
    "INC113",
    "waits-for-config",
    "A container waits for a ConfigMap, Secret or key that is missing",
    77,
    "What hangs on a missing-config finding: the workload that can't start without it.",
)
VOLUME_MOUNT = Kind(
    "INC106",
    "volume-mount",
    "A volume can't be mounted",
    70,
    "The node tries and reports FailedMount: the source, the node's storage driver or its rights are at fault.",
)
VOLUME_ATTACH = Kind(
    "INC121",
    "volume-attach",
    "A volume can't be attached to the node",
    71,
    "FailedAttachVolume: often a volume for one node that another node still holds.",
    "Let {target} use a volume that several nodes can hold, or replace its pods one after the other",
)
SANDBOX_FAILED = Kind(
    "INC122",
    "sandbox-failed",
    "The pod's network or sandbox can't be made",
    69,
    "FailedCreatePodSandBox: the CNI plugin or the container runtime of that node refuses; no container can start.",
)
NOT_READY = Kind(
    "INC109",
    "readiness-failing",
    "A running container does not pass its readiness probe",
    30,
    "It runs, and gets no traffic. The probe's own words tell a wrong port from a wrong path or a slow answer.",
    "Check the readiness probe of {target} against the program before a rollout",
)
KILLED_BY_PROBE = Kind(
    "INC124",
    "killed-by-probe",
    "A container is killed by its liveness or startup probe",
    50,
    "The kubelet restarts it because the probe fails, well or not. Compare the probe's port, path and times.",
    "Give the probes of {target} the port, path and times that the program needs",
)
CONTAINER_ERROR = Kind(
    "INC111",
    "container-not-created",
    "The runtime can't create or start a container",
    64,
    "Command, mounts or security context don't fit the image or the node.",
    "Start the image of {target} once before it is rolled out",
)
BAD_COMMAND = Kind(
    "INC123",
    "bad-command",
    "The container's command is not there or not executable",
    62,
    "Exit code 127 means not found, 126 not executable: the command, the image or its architecture is wrong.",
    "Start the image of {target} once before it is rolled out",
)
SHADOWED_VARIABLE = Kind(
    "INC126",
    "variable-shadowed",
    "A container is given one variable twice, with different values",
    41,
    "The later one wins: whoever edits the first changes nothing.",
    "Give each variable of {target} once",
)
INIT_CONTAINER = Kind(
    "INC125",
    "init-container",
    "An init container fails or does not end",
    45,
    "The main containers wait for it. Its log says what it waits for.",
    "Let the init containers of {target} end in time and say what they wait for",
)
ALL = (
    CRASH_LOOP,
    OUT_OF_MEMORY,
    MISSING_ENVIRONMENT,
    MISSING_CONFIG,
    VOLUME_MOUNT,
    NOT_READY,
    CONTAINER_ERROR,
    WAITS_FOR_CONFIG,
    VOLUME_ATTACH,
    SANDBOX_FAILED,
    BAD_COMMAND,
    KILLED_BY_PROBE,
    INIT_CONTAINER,
    SHADOWED_VARIABLE,
)
