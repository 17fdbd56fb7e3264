"""skyportal-py, which refuses unknown keys, reads what was observed, and with what."""

import httpx
import pytest
import skyportal_py.allocations
import skyportal_py.instruments
import skyportal_py.photometry
import skyportal_py.sources
import skyportal_py.spectra
import skyportal_py.telescopes

OBJ = "ZTF26aaaaaaa"


@pytest.fixture
def client(app, world):
    """An httpx client of skyportal-py's kind that calls the app without a socket."""
    transport = httpx.WSGITransport(app=app)
    headers = {"Authorization": f"token {world.token('admin')}"}
    with httpx.Client(transport=transport, base_url="http://fritz", headers=headers) as made:
        yield made


@pytest.fixture
def instrument_id(client):
    telescope = skyportal_py.telescopes.post_telescope(
        client,
        skyportal_py.telescopes.TelescopePost(
            name="Palomar 60-inch", nickname="P60", diameter=1.5, lat=33.4, lon=-116.9,
            elevation=1870.0,
        ),
    )  # fmt: skip
    made = skyportal_py.instruments.post_instrument(
        client,
        skyportal_py.instruments.InstrumentPost(
            name="SEDM", type="imaging spectrograph", telescope_id=telescope.id,
            filters=["sdssg", "sdssr"],
        ),
    )  # fmt: skip
    body = {"id": OBJ, "ra": 10.0, "dec": 20.0, "group_ids": [2]}
    assert client.post("/api/sources", json=body).status_code == 200
    return made.id


def test_telescopes_instruments_and_allocations(client, instrument_id):
    assert [t.nickname for t in skyportal_py.telescopes.fetch_telescopes(client)] == ["P60"]
    (row,) = skyportal_py.instruments.fetch_instruments(client, name="SEDM")
    assert skyportal_py.instruments.fetch_instrument(client, instrument_id) == row
    body = {"group_id": 2, "instrument_id": instrument_id, "hours_allocated": 3}
    number = client.post("/api/allocation", json=body).json()["data"]["id"]
    (found,) = skyportal_py.allocations.fetch_allocations(client, instrument_id=instrument_id)
    assert (found.id, found.instrument.name) == (number, "SEDM")
    assert skyportal_py.allocations.fetch_allocation(client, number).group["id"] == 2


def test_photometry(client, instrument_id):
    photometry = skyportal_py.photometry
    packet = photometry.PhotometryPost(
        obj_id=OBJ, mjd=[59000.0, 59001.0], instrument_id=instrument_id, filter="sdssg",
        mag=[18.0, None], magerr=[0.1, None], limiting_mag=20.0, group_ids=[2], stream_ids=[1],
        altdata=[{"a": 1}, None],
    )  # fmt: skip
    made = photometry.post_photometry(client, packet)
    assert photometry.upsert_photometry(client, packet).ids == made.ids
    for space in ("mag", "flux", "both", "plot"):
        rows = photometry.fetch_photometry(
            client, OBJ, format=space, include_owner_info=True, include_stream_info=True,
            include_annotation_info=True, include_validation_info=True,
        )  # fmt: skip
        assert [row.id for row in rows] == made.ids
    point = photometry.fetch_photometry_point(client, made.ids[0])
    assert point.mag == pytest.approx(18.0)
    assert len(photometry.fetch_photometry_range(client)) == 2
    assert photometry.fetch_photometry_origins(client) == ["None"]
    stat = skyportal_py.sources.fetch_source_phot_stat(client, OBJ)
    assert (stat.num_obs_global, stat.num_det_global) == (2, 1)
    photometry.delete_photometry(client, made.ids[0])
    assert "1" in photometry.bulk_delete_photometry(client, made.upload_id)


def test_spectra(client, instrument_id):
    spectra = skyportal_py.spectra
    made = spectra.post_spectrum(
        client,
        spectra.SpectrumPost(
            obj_id=OBJ, instrument_id=instrument_id, observed_at="2026-11-20T03:00:00",
            wavelengths=[4000.0, 5000.0], fluxes=[1.0, 2.0], group_ids=[2], pi=[1],
        ),
    )  # fmt: skip
    assert spectra.fetch_spectrum(client, made.id).fluxes == [1.0, 2.0]
    assert [each.id for each in spectra.fetch_spectra(client, OBJ)] == [made.id]
    assert [each.id for each in spectra.fetch_spectra_query(client)] == [made.id]
    assert [each.id for each in spectra.fetch_spectra_range(client)] == [made.id]
    text = "4000 1.0\n5000 2.0\n"
    parsed = spectra.parse_spectrum_ascii(client, spectra.SpectrumAsciiParse(ascii=text))
    assert parsed.fluxes == [1.0, 2.0]
    spectra.update_spectrum(client, made.id, spectra.SpectrumUpdate(label="peak"))
    assert spectra.fetch_spectrum(client, made.id).label == "peak"
    spectra.delete_spectrum(client, made.id)
    assert spectra.fetch_spectra_query(client) == []
