# SPDX-License-Identifier: GPL-2.0-or-later
"""What a fault opens, for one case: what the bus monitor says of it (query-svp-fault-openings), and what was open at the case's start.

An access that a fault lets through is on record with the state "granted", whether the fault made it somebody else's or changed a
firewall's state. Accesses by rights of the second kind are nobody's violation: expectations see them only if they name `state`.
"""

from .vocabulary import STATE_KINDS

#: Of one case, as a result holds them
OPENINGS_KEPT = 300


class Rights:
    """What query-svp-policy (with slaves) said: {(world, domain, direction): ranges that are open}."""

    def __init__(self, views):
        self._open = {}
        for view in views:
            pieces = [(row["first"], row["length"], row) for row in view["runs"]]
            pieces += [(row["first"], row["length"], row["privileged"]) for slave in view.get("slaves", ()) for row in slave["pieces"]]
            for direction in ("read", "write"):
                self._open[view["world"], view["domain"], direction] = [
                    (first, first + length - 1) for first, length, rights in pieces if rights[direction]]

    def allows(self, world, domain, direction, address):
        """Whether an access is granted."""
        return any(first <= address <= last for first, last in self._open.get((world, domain, direction), ()))


class Grants:
    """Follows what faults open in one case. `qmp`: of its machine, stopped before the first fault."""

    def __init__(self, qmp):
        self._qmp = qmp
        self._before = Rights(qmp.command("query-svp-policy", slaves=True))
        self._by_state = set()
        #: Rows of query-svp-fault-openings
        self.opened = []

    def look(self, faults):
        """Find out what has opened. `faults`: rows of query-svp-faults, those that were removed included."""
        self._by_state = {row["id"] for row in faults if row["fault"]["kind"] in STATE_KINDS}
        self.opened = self._qmp.command("query-svp-fault-openings")["openings"]

    def split(self, log):
        """(log without what was granted because of firewall state, those records): of an answer of query-svp-violations."""
        granted = [record for record in log["violations"] if record.get("state") == "granted" and record["fault"] in self._by_state]
        kept = [record for record in log["violations"] if record not in granted]
        return {**log, "violations": kept, "accesses": log["accesses"] - sum(record["count"] for record in granted)}, granted

    def was_open(self, record):
        """Whether a denied access was open at the case's start, so that a fault must have closed it."""
        return self._before.allows(record["world"], record["domain"], record["direction"], record["address"])

    def by_master(self):
        """[{"master", "direction", "first", "last", "faults", "open"}] of what has opened."""
        rows = {}
        for row in self.opened:
            for master in row["masters"]:
                key = master, row["direction"], row["first"], row["last"]
                known = rows.setdefault(key, {**dict(zip(("master", "direction", "first", "last"), key)), "faults": [], "open": False})
                known["faults"] = sorted({*known["faults"], row["fault"]})
                known["open"] |= row["open"]
        return list(rows.values())[:OPENINGS_KEPT]
