# SPDX-License-Identifier: GPL-2.0-or-later
"""Campaigns of injected faults: `svp inject`. README.md here describes the campaign file and the results.

    places, vocabulary   names: memory ranges, masters, kinds of fault
    fields               reading JSON with the place of every mistake
    faults, steps, expectations, campaign   what a campaign file may hold
    template             a board that is booted once and from which any number of boards start
    case_run, judge      one case: what is done, and what came of it against what was expected
    runner               all cases of a call, on several CPUs
    outcome              results: JSON, merging of shards
    report_text, report_junit, report_html
    command              the command line
"""
