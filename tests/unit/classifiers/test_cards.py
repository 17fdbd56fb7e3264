from dataclasses import replace

import orjson
import pytest

from fritz.classifiers.blocks import FeatureBlock, LightCurveBlock, TripletBlock
from fritz.classifiers.cards import ModelCard, ModelInput, ModelOutput
from fritz.classifiers.features import ACAI_FEATURES, BTSBOT_FEATURES
from fritz.classifiers.known import known_card, known_cards
from fritz.errors import Invalid, NotFound
from tests.support.onnx_models import card_of, feature_model

CARD, _ = feature_model()


def inputs(*blocks):
    return tuple(ModelInput(f"input{i}", block) for i, block in enumerate(blocks))


def test_a_card_survives_json():
    card = replace(
        CARD,
        inputs=inputs(
            TripletBlock(layout="nchw"),
            FeatureBlock(("a", "b"), fill=(("a", -1.0),)),
            LightCurveBlock(points=20, min_points=3),
        ),
        contract="mixed",
        output=ModelOutput("score", "Classes.", ("sn", "agn")),
        probe=(0.25, 0.5),
    )
    assert ModelCard.from_json(card.to_json()) == card


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": "Braai"}, "name"),
        ({"name": "x_version"}, "version's key"),
        ({"version": "../x"}, "version"),
        ({"sha256": "abc"}, "sha256"),
        ({"opset": "thirteen"}, "opset"),
        ({"surprise": 1}, "surprise"),
        ({"inputs": []}, "contract"),
        ({"contract": "braai"}, "contract braai"),
        ({"inputs": [{"name": "x", "block": {"kind": "pickle"}}]}, "pickle"),
        ({"output": {"name": "y", "meaning": "m", "classes": ["SN Ia"]}}, "classes"),
    ],
)
def test_a_card_that_breaks_a_rule_is_refused_and_the_rule_named(change, where):
    text = orjson.dumps(orjson.loads(CARD.to_json()) | change)
    with pytest.raises(Invalid, match=where):
        ModelCard.from_json(text)


def test_a_card_that_is_no_json_or_lacks_a_field_is_refused():
    with pytest.raises(Invalid, match="not a model card"):
        ModelCard.from_json(b"{")
    fields = orjson.loads(CARD.to_json())
    del fields["licence"]
    with pytest.raises(Invalid, match="licence"):
        ModelCard.from_json(orjson.dumps(fields))


@pytest.mark.parametrize(
    ("contract", "blocks", "fits"),
    [
        ("braai", [TripletBlock()], True),
        ("braai", [TripletBlock(layout="nchw")], True),
        ("braai", [TripletBlock(), FeatureBlock(("drb",))], False),
        ("acai", [FeatureBlock(ACAI_FEATURES), TripletBlock()], True),
        ("acai", [TripletBlock(), FeatureBlock(ACAI_FEATURES)], False),
        ("acai", [FeatureBlock(ACAI_FEATURES[::-1]), TripletBlock()], False),
        ("btsbot", [TripletBlock(), FeatureBlock(BTSBOT_FEATURES)], True),
        ("btsbot", [TripletBlock(), FeatureBlock(ACAI_FEATURES)], False),
        ("stamps", [TripletBlock()], True),
        ("features", [FeatureBlock(("a",)), FeatureBlock(("b",))], True),
        ("features", [TripletBlock()], False),
        ("light_curve", [LightCurveBlock(10)], True),
        ("mixed", [LightCurveBlock(10), FeatureBlock(("a",))], True),
    ],
)
def test_contracts_fix_blocks_and_their_order(contract, blocks, fits):
    if fits:
        assert replace(CARD, contract=contract, inputs=inputs(*blocks)).contract == contract
    else:
        with pytest.raises(Invalid, match="contract"):
            replace(CARD, contract=contract, inputs=inputs(*blocks))


def test_two_inputs_of_one_name_are_refused():
    block = ModelInput("x", FeatureBlock(("a",)))
    with pytest.raises(Invalid, match="twice"):
        card_of(b"", inputs=(block, block))


def test_scores_are_named_after_the_model_and_its_classes():
    assert CARD.score_names == ("tiny",)
    classes = replace(CARD, output=ModelOutput("score", "Classes.", ("sn", "agn")))
    assert classes.score_names == ("tiny_sn", "tiny_agn")


def test_known_cards_are_braai_and_five_acai_with_open_licences():
    cards = known_cards()
    assert list(cards) == ["acai_b", "acai_h", "acai_n", "acai_o", "acai_v", "braai"]
    assert cards["braai"].version == "d6_m9"
    assert {c.version for n, c in cards.items() if n != "braai"} == {"d1_dnn_20201130"}
    assert {card.licence for card in cards.values()} == {"MIT"}
    assert all(len(card.probe) == 5 for card in cards.values())
    assert len({card.probe for card in cards.values()}) == 6
    with pytest.raises(NotFound, match="braai"):
        known_card("btsbot")
