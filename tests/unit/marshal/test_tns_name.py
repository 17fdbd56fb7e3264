import pytest

from fritz.marshal.tns_name import spellings


@pytest.mark.parametrize(
    "text", ["2026abc", "SN 2026abc", "sn2026abc", "AT 2026ABC", " TDE2026abc ", "FRB 2026abc"]
)
def test_one_object_however_it_is_called(text):
    assert spellings(text) == spellings("2026abc")
    assert {"2026abc", "SN 2026abc", "AT2026abc", "TDE 2026abc"} <= set(spellings(text))
    assert len(spellings(text)) <= 30  # what one query may ask


def test_one_letter_is_written_large_and_what_is_no_name_is_none():
    assert "SN 1987A" in spellings("sn1987a")
    for text in ("", "2026", "ZTF26aaaaaaa", "1826abc", "SN 2026", "2026abcdefgh", "152.0 21.7"):
        assert spellings(text) == ()
