"""Generated pages say what the code says."""

import pytest

from docs.generate import DOCS, PAGES
from fritz.archive.tables import TABLES
from fritz.settings import Settings


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_current(name):
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run: python -m docs.generate"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_setting_is_described_and_documented(name):
    assert Settings.model_fields[name].description
    assert f"`FRITZ_{name.upper()}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_each_column_is_documented(table):
    name = "catalogs.md" if table.name.startswith("catalog_") else "tables.md"
    page = (DOCS / "reference" / name).read_text(encoding="utf-8")
    for column in table.columns:
        assert f"`{column.name}`" in page
        for field in column.fields:
            assert f"`{field.name}`" in page
