# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of cases that one "for" stands for, as tables: a row a value, a column an outcome, cells count cases."""

from .effects import OUTCOMES

NO_FAULT, BROKEN = "no fault", "broken"


class Sweep:
    """All cases of one "for": `name`, `names` of what was varied, `cases`."""

    def __init__(self, name):
        self.name = name
        self.cases = []

    @property
    def names(self):
        return list(self.cases[0]["values"])

    @property
    def outcomes(self):
        """Columns: outcomes that there are, in the order of their weight."""
        seen = {outcome_of(case) for case in self.cases}
        return [name for name in (*OUTCOMES, BROKEN, NO_FAULT) if name in seen]

    def rows(self, name):
        """[(value, {outcome: cases})] for one of the names, in the order of its values."""
        found = {}
        for case in self.cases:
            found.setdefault(str(case["values"].get(name, "")), {}).setdefault(outcome_of(case), []).append(case)
        return list(found.items())


def outcome_of(case):
    """The worst outcome of a case's faults; a case that could not be run has none."""
    return BROKEN if case["verdict"] == BROKEN else case.get("outcome") or NO_FAULT


def of(cases):
    """The sweeps among results, in their order."""
    found = {}
    for case in cases:
        if case.get("values"):
            found.setdefault(case["of"], Sweep(case["of"])).cases.append(case)
    return list(found.values())
