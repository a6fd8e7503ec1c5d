"""Counts the rows of the weights' commitments that files show, without looking at what the ledger says of them."""

import functools
from collections import Counter

from conftest import succeed


@functools.lru_cache(maxsize=None)
def receipt_rows(path, _written):
    """Model, epoch and rows of a receipt; once for each version of the file."""
    seen = succeed("inspect", path)
    return seen["model_id"], seen["receipt"]["epoch"], seen["receipt"]["weight_rows"]


def opened_rows(public_file, receipts):
    """Rows that registration, handovers and these receipts have opened, by epoch; and the rows that blind each epoch."""
    public = succeed("inspect", public_file)
    rows = Counter({e["number"]: 0 for e in public["epochs"]})
    rows[0] += public.get("registration", {"weight_rows": 0})["weight_rows"]
    for epoch in public["epochs"]:
        if "handover" in epoch:
            rows[epoch["number"] - 1] += epoch["handover"]["older_rows"]
            rows[epoch["number"]] += epoch["handover"]["newer_rows"]
    for receipt in receipts:
        model, epoch, opened = receipt_rows(receipt, receipt.stat().st_mtime_ns)
        assert model == public["model_id"]
        rows[epoch] += opened
    return rows, 1 << public["commitment"]["log_blinding"]


def check(made, receipts):
    """No epoch has opened more rows than it has; the current one has spent at least what shows. Returns the counts."""
    rows, blinding = opened_rows(made.pub, receipts)
    assert max(rows.values()) <= blinding, rows
    ledger = succeed("inspect", made.ledger)
    assert ledger["epoch"] == max(rows)
    assert rows[ledger["epoch"]] <= ledger["ledger"]["rows"] <= blinding
    return rows, blinding
