"""The ledger: what is counted is priced, scaled, and led by what dominates."""

import json

import pytest
from typer.testing import CliRunner

from fritz.catalogs.library import catalog, matched_catalogs
from fritz.cli.commands import app
from fritz.costs.ledger import Counts, lines, prices, statement_bytes

TIB = 2**40


def priced(counts, alerts, catalogs=()):
    return {f"{line.service} {line.what}": line for line in lines(counts, alerts, catalogs)}


def test_each_operation_is_billed_at_its_list_price():
    counts = Counts(
        alerts=100, published_bytes=TIB, delivered_bytes=2 * TIB, requests=10**6,
        object_writes=1000, object_reads=10**6, document_writes=10**5, document_reads=10**5,
        appended_bytes=2**30, match_statements=10, cpu_s=600.0,
    )  # fmt: skip
    found = priced(counts, 100)
    assert found["Pub/Sub published"].dollars == pytest.approx(40.0)
    assert found["Pub/Sub delivered"].dollars == pytest.approx(80.0)
    assert found["Functions requests"].dollars == pytest.approx(0.4)
    assert found["Functions instances"].dollars == pytest.approx(1000 * 26.5e-6)
    assert found["Storage writes"].dollars == pytest.approx(0.005)
    assert found["Storage reads"].dollars == pytest.approx(0.4)
    assert found["Firestore writes"].dollars == pytest.approx(0.09)
    assert found["Firestore reads"].dollars == pytest.approx(0.03)
    assert found["BigQuery rows appended"].dollars == pytest.approx(0.025)
    assert found["BigQuery cross-match"].dollars == pytest.approx(10 * 10 * 2**20 / TIB * 6.25)


def test_a_night_of_more_alerts_costs_in_proportion_and_the_dearest_comes_first():
    counts = Counts(alerts=10, published_bytes=10**6, object_bytes=10**6, match_statements=1)
    small, large = (lines(counts, n, matched_catalogs("ztf")) for n in (10, 10_000))
    assert sum(line.dollars for line in large) == pytest.approx(
        1000 * sum(line.dollars for line in small)
    )
    dollars = [line.dollars for line in large]
    assert dollars == sorted(dollars, reverse=True)


def test_a_statement_reads_the_blocks_of_a_field_and_never_less_than_the_least():
    least = prices()["bigquery"]["least_scanned_bytes"]
    assert statement_bytes([], prices()) == least
    assert statement_bytes([catalog("TDE")], prices()) == least
    gaia = statement_bytes([catalog("Gaia_DR3")], prices())
    field = catalog("Gaia_DR3").rows * 105 * 47 / 41253
    assert field <= gaia < field + prices()["assumed"]["block_bytes"]


def test_the_command_counts_a_simulated_night(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, ["cost", "--alerts", "24", "--batch", "12", "--json"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout.splitlines()[-1])
    counts = found["counts"]
    assert counts["alerts"] == 24
    assert counts["match_statements"] == 2
    assert counts["requests"] == 48
    assert counts["by_table"]["alerts"] > 0
    assert counts["document_writes"] >= 24
    for night in found["nights"].values():
        assert night["dollars"] > 0
        assert night["dominates"].split(":")[0] in {"BigQuery", "Pub/Sub", "Storage", "Functions"}
