"""The ledger: what is counted is priced, scaled, and led by what dominates."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from fritz.catalogs import blocks
from fritz.catalogs.library import catalog, matched_catalogs
from fritz.cli.commands import app
from fritz.costs.ledger import Counts, lines, match_reads, prices
from fritz.services import block_reads, catalog_loading
from fritz.services.counting import CountingObjects
from fritz.services.skies import AtlasSky
from tests.support.catalogs import Archive

TIB = 2**40


def priced(counts, alerts, catalogs=()):
    return {f"{line.service} {line.what}": line for line in lines(counts, alerts, catalogs)}


def test_each_operation_is_billed_at_its_list_price():
    counts = Counts(
        alerts=100, published_bytes=TIB, delivered_bytes=2 * TIB, requests=10**6,
        object_writes=1000, object_reads=10**6, document_writes=10**5, document_reads=10**5,
        appended_bytes=2**30, statements=10, cpu_s=600.0,
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
    assert found["BigQuery queries"].dollars == pytest.approx(10 * 10 * 2**20 / TIB * 6.25)


def test_a_night_of_more_alerts_costs_in_proportion_and_the_dearest_comes_first():
    counts = Counts(alerts=10, published_bytes=10**6, matches=1, matched_objects=9)
    small, large = (lines(counts, n, matched_catalogs("ztf")) for n in (10, 10_000))
    assert sum(line.dollars for line in large) == pytest.approx(
        1000 * sum(line.dollars for line in small)
    )
    dollars = [line.dollars for line in large]
    assert dollars == sorted(dollars, reverse=True)


def test_a_match_reads_a_block_for_an_object_and_fewer_where_rows_are_few():
    assert match_reads([], 256, prices()) == 0
    few = match_reads([catalog("CLU_20190625")], 256, prices())
    assert 2 <= few < 20
    gaia = match_reads([catalog("Gaia_DR3")], 256, prices())
    assert 100 < gaia < 256
    every = match_reads(matched_catalogs("ztf"), 256, prices())
    assert gaia < every < 3 * 256


def test_the_reads_that_an_atlas_takes_are_those_of_the_ledger(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 32)
    monkeypatch.setattr(block_reads, "NEAR_BYTES", -1)
    monkeypatch.setattr(catalog_loading, "STRETCH_ROWS", 10**9)
    archive, counts = Archive(tmp_path), Counts()
    rng = np.random.default_rng(1)
    ra, dec = 150 + rng.uniform(-3.4, 3.4, 30_000), rng.uniform(-3.4, 3.4, 30_000)
    archive.load("Gaia_DR3", source_id=np.arange(30_000), ra=ra, dec=dec)
    sky = AtlasSky(CountingObjects(archive.objects, counts), archive.atlas, 60).now()
    counts.object_reads = 0
    sky.around(ra[:200], dec[:200], ["Gaia_DR3"])
    archive.close()
    assumed = prices()["assumed"] | {"block_rows": 32, "joined_bytes": 0}
    stars = replace(catalog("Gaia_DR3"), rows=int(30_000 * 41252.96 / assumed["field_deg2"]))
    expected = match_reads([stars], 200, {**prices(), "assumed": assumed})
    assert counts.object_reads == pytest.approx(expected, rel=0.2)


def test_the_command_counts_a_simulated_night(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, ["cost", "--alerts", "24", "--batch", "12", "--json"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout.splitlines()[-1])
    counts = found["counts"]
    assert counts["alerts"] == 24
    assert counts["matches"] == 2
    assert counts["statements"] == 0
    assert counts["requests"] == 48
    assert counts["by_table"]["alerts"] > 0
    assert counts["document_writes"] >= 24
    for night in found["nights"].values():
        assert night["dollars"] > 0
        assert night["dominates"].split(":")[0] in {"BigQuery", "Pub/Sub", "Storage", "Functions"}
