# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that campaigns share with QMP; hw/qemu/svp.json is their source, and a test holds the two against each other."""

MASTERS = ("a53", "m4", "pcie1", "pcie2", "vpu", "lcdif", "csi1", "csi2", "coresight", "dap", "caam", "sdma1-periph", "sdma1-burst",
           "apbh-dma", "raw-nand", "usdhc1", "usdhc2", "dcss", "gpu", "usb1", "usb2", "testport", "enet-tx", "enet-rx", "sdma2", "vpu-bank1",
           "sdma1-spba1")
WORLDS = ("secure", "non-secure")
DIRECTIONS = ("read", "write")
ANSWERS = ("okay", "slverr", "decerr")
DENIERS = ("tzc", "rdc-region", "rdc-peripheral", "rdc-semaphore", "csl", "ocram", "deep-sleep", "caam", "caam-secure-memory",
           "tzasc", "rdc", "rdc-gate", "csu", "gpr", "ocotp", "src", "aipstz", "fault", "other")
#: What became of an access on record
STATES = ("denied", "granted", "refused", "changed", "passed")
BLOCKS = ("tzasc", "rdc", "csu", "gpr")
OPERATIONS = ("read", "write", "copy")

#: Members of each kind of fault besides those that all have: {kind: {member: required}}
FAULT_KINDS = {
    "answer": {"answer": True},
    "zero": {},
    "corrupt": {"mask": True},
    "change-world": {"world": True},
    "change-master": {"master": True},
    "change-domain": {"domain": True},
    "drop": {},
    "delay": {"duration": True},
    "flip-bit": {"target": True, "offset": True, "bit": True},
    "lose-state": {"target": True},
    "disable-tzasc": {},
    "lose-interrupt": {"device": True, "line": True},
    "repeat-interrupt": {"device": True, "line": True, "duration": False},
    "spurious-interrupt": {"device": True, "line": True, "duration": False},
    "disturb-device": {"device": True, "fault": True, "value": False, "duration": False},
}
ON_TRANSACTION = ("answer", "zero", "corrupt", "change-world", "change-master", "change-domain", "drop", "delay")
#: Faults that change a firewall's registers or state
STATE_KINDS = ("flip-bit", "lose-state", "disable-tzasc")
ON_INTERRUPT = ("lose-interrupt", "repeat-interrupt")
ON_DEVICE = ("disturb-device",)
#: Masters whose transactions can be delayed
PATIENT_MASTERS = ("vpu", "vpu-bank1", "caam", "dcss", "testport")
LABEL_BYTES = 64
FAULTS_LIMIT = 256
TEST_PORT_BYTES = 1 << 20
DOMAINS = 4
NANOSECONDS_LIMIT = 1_000_000_000
STALL_LIMIT = 3600 * 1_000_000_000
U64 = (1 << 64) - 1
TIME_LIMIT = (1 << 63) - 1
