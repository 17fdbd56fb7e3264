"""What is learnt from, and how it is judged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.survey.populations import ALL_KINDS
from fritz.classifiers.alert_inputs import AlertInputs
from fritz.classifiers.probe_alerts import probe_alerts
from fritz.classifiers.training.architecture import REALBOGUS, first_weights
from fritz.classifiers.training.augmentation import (
    augmented,
    augmented_features,
    masked,
    turned,
    without_input,
)
from fritz.classifiers.training.class_features import CLASS_FEATURES, MISSING, class_block
from fritz.classifiers.training.classes import CLASSES, class_of
from fritz.classifiers.training.evaluation import class_metrics, drb_metrics, realbogus_metrics
from fritz.classifiers.training.realbogus_features import REALBOGUS_FEATURES, realbogus_block
from fritz.classifiers.training.samples import (
    LabelledAlert,
    feature_samples,
    held_out,
    realbogus_samples,
)
from fritz.classifiers.training.scaling import Scaling
from fritz.classifiers.training.standard_stamps import standard_stamps
from fritz.classifiers.triplets import triplets
from fritz.errors import Invalid

PROBES = probe_alerts()


def images(count=4, seed=0):
    return np.random.default_rng(seed).normal(0, 1, (count, 49, 49, 3)).astype(np.float32)


def labelled(alert=PROBES[0], kind="sn_ia", *, real=True):
    return LabelledAlert(alert, "ZTF26aaaaaaa", kind, real)


def test_every_kind_of_the_simulator_has_a_class():
    found = {class_of(kind.name, real=kind.real) for kind in ALL_KINDS}
    assert found == set(CLASSES)


def test_a_real_kind_that_no_class_takes_is_refused():
    with pytest.raises(Invalid, match="kilonova"):
        class_of("kilonova", real=True)


def test_standard_stamps_do_not_depend_on_level_and_scale_of_a_stamp():
    array, failures = triplets(PROBES)
    assert not failures
    shifted = 3 * array + np.float32(0.01)
    np.testing.assert_allclose(standard_stamps(shifted), standard_stamps(array), atol=2e-3)


def test_standard_stamps_measure_in_units_of_the_noise():
    pixels = np.random.default_rng(1).normal(5, 0.5, (1, 63, 63, 3)).astype(np.float32)
    pixels[0, 31, 31, 2] += 50 * 0.5
    found = standard_stamps(pixels)
    assert found[0, 24, 24, 2] == pytest.approx(np.arcsinh(50), abs=0.15)
    assert np.std(np.sinh(found[..., 0])) == pytest.approx(1, abs=0.05)


def test_pixels_without_a_value_are_zero_in_standard_stamps():
    pixels = np.random.default_rng(2).normal(0.02, 0.001, (1, 63, 63, 3)).astype(np.float32)
    pixels[0, 10:20, 10:20] = 0
    pixels[0, :, :, 1] = 1e-9
    found = standard_stamps(pixels)
    assert np.isfinite(found).all()
    assert not found[0, 3:13, 3:13].any()
    assert not found[..., 1].any()


@given(st.integers(0, 7))
def test_turned_stamps_have_the_same_pixels_and_the_same_middle(way):
    one = images(1)
    other = turned(one, way)
    np.testing.assert_array_equal(np.sort(other, axis=None), np.sort(one, axis=None))
    np.testing.assert_array_equal(other[0, 24, 24], one[0, 24, 24])


def test_the_eight_ways_to_turn_a_stamp_all_differ():
    one = images(1)
    ways = {turned(one, way).tobytes() for way in range(8)}
    assert len(ways) == 8


def test_augmentation_keeps_pixels_without_a_value_without_one():
    stamps = images(16)
    stamps[:, :, 40:] = 0
    found = augmented(stamps, np.random.default_rng(4))
    assert found.shape == stamps.shape
    assert found.dtype == np.float32
    assert all((each == 0).mean() > 0.17 for each in found)
    assert not np.array_equal(found, stamps)


def test_masks_spare_the_middle():
    stamps = masked(np.ones((400, 49, 49, 3), np.float32), np.random.default_rng(5))
    assert (stamps[:, 22:27, 22:27] == 1).all()
    touched = (stamps == 0).any(axis=(1, 2, 3)).mean()
    assert 0.1 < touched < 0.3


def test_lost_features_are_marked_as_missing_in_both_forms():
    rng = np.random.default_rng(6)
    scaled = np.concatenate([np.ones((200, 8)), np.zeros((200, 4))], axis=1).astype(np.float32)
    found = augmented_features(scaled, rng)
    missing = found[:, 8:] == 1
    assert 0.05 < missing.mean() < 0.15
    assert not found[:, :4][missing].any()
    assert not found[:, 4:8][missing].any()
    assert (found[:, :4][~missing] != 0).all()


def test_scaled_features_have_mean_zero_and_marks_for_missing_ones():
    table = np.random.default_rng(7).normal(20, 2, (500, 3)).astype(np.float32)
    table[:250, 1] = MISSING
    table[:, 2] = MISSING
    scaling = Scaling.of(table)
    found = scaling.apply(table)
    assert found.shape == (500, 9)
    assert abs(found[:, 0].mean()) < 1e-3
    assert found[:, 0].std() == pytest.approx(1, abs=0.02)
    assert (found[:250, 7] == 1).all()
    assert not found[:250, 1].any()
    assert not found[:, 2].any()


def test_some_alerts_lose_all_stamps_and_some_all_features_but_none_both():
    stamps, features = np.ones((400, 5, 5, 3), np.float32), np.ones((400, 6), np.float32)
    features[:, 4:] = 0
    stamps, features = without_input(stamps, features, np.random.default_rng(7))
    blind, mute = ~stamps.any(axis=(1, 2, 3)), features[:, 4:].all(axis=1)
    assert not features[mute, :4].any()
    assert not (blind & mute).any()
    assert 0.1 < blind.mean() < 0.2
    assert 0.1 < mute.mean() < 0.2


def test_samples_leave_out_alerts_without_stamps_but_not_without_features():
    bare = AlertInputs(7, {"jd": 2460000.5})
    samples = realbogus_samples([labelled(), labelled(bare)])
    assert len(samples.real) == len(samples.stamps) == len(samples.table) == 1
    table = feature_samples([labelled(), labelled(bare, "noise", real=False)])
    assert table.table.shape == (2, len(CLASS_FEATURES))
    assert table.classes.tolist() == [CLASSES.index("sn"), CLASSES.index("bogus")]
    assert (table.table[1] == MISSING).mean() > 0.9


def test_nothing_to_learn_from_is_said():
    with pytest.raises(Invalid, match="no alerts"):
        realbogus_samples([])
    with pytest.raises(Invalid, match="no alerts"):
        feature_samples([])


@pytest.mark.parametrize("block", [class_block(), realbogus_block()])
def test_own_models_see_neither_place_nor_the_surveys_scores(block):
    assert not {"ra", "dec", "jd", "drb", "rb"} & set(block.names)
    assert dict(block.fill) == dict.fromkeys(block.names, MISSING)


@given(st.text(min_size=1, max_size=20))
def test_an_object_is_held_out_always_or_never(name):
    assert held_out(name, 0.5) == held_out(name, 0.5)
    assert held_out(name, 1.0)
    assert not held_out(name, 0.0)


def test_weights_to_begin_with_fit_one_another_and_the_file_stays_small():
    shapes = [(49, 49, 3), (3 * len(REALBOGUS_FEATURES),)]
    weights = first_weights(REALBOGUS, shapes, np.random.default_rng(0))
    assert len(weights) == len(REALBOGUS.layers)
    assert weights[-2][0].shape == (64 + 32, 32)
    assert weights[-1][0].shape == (32, 1)
    assert 4 * sum(kernel.size + bias.size for kernel, bias in weights) < 1_000_000


def test_scores_without_drb_do_not_count():
    drb = np.array([0.9, 0.0, np.nan, 0.1, 0.8])
    found = drb_metrics(drb, np.array([0.8, 0.1, 0.1, 0.7, np.nan]))
    assert found["alerts"] == 2
    assert found["auc"] == 1.0
    assert found["agreement"] == 0.5
    assert found["passed_bogus"] == 1.0


def test_metrics_name_what_was_missed_and_what_passed():
    real = np.array([True, True, True, True, False, False])
    found = realbogus_metrics(real, np.array([0.9, 0.8, 0.7, 0.2, 0.6, 0.1]))
    assert found["missed_real"] == 0.25
    assert found["passed_bogus"] == 0.5


def test_a_class_that_is_never_found_has_no_precision():
    scores = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.7, 0.3, 0.0]])
    found = class_metrics(["a", "b", "c"], scores, ("a", "b", "c"))
    assert found["recall_c"] == 0
    assert "precision_c" not in found
    assert found["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
