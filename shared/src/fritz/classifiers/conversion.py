"""Takes another conversion of known weights for the model it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fritz.classifiers.blocks import Block, TripletBlock, block_shape
from fritz.classifiers.cards import ModelCard, ModelInput
from fritz.classifiers.onnx_header import read_header
from fritz.classifiers.runtime import Runtime, TensorSpec
from fritz.classifiers.verification import file_sha256
from fritz.errors import Invalid

__all__ = ["card_for_conversion"]


def card_for_conversion(card: ModelCard, data: bytes, runtime: Runtime) -> ModelCard:
    """Return a known card rewritten for a file that was converted elsewhere.

    Converting the same weights twice does not give the same bytes: names, layout and operator set
    depend on the tool. What must agree are the inputs' shapes and the probe scores; those are
    checked when the model is loaded with the new card.

    Raises
    ------
    Invalid
        The card has no probe scores to tell by, or the file has not such inputs or output.
    """
    if not card.probe:
        raise Invalid(f"model {card.id}: no probe scores, so no telling what a conversion holds")
    header = read_header(data)
    session = runtime.load(data)
    if len(session.inputs) != len(card.inputs) or len(session.outputs) != 1:
        raise Invalid(
            f"model {card.id}: {len(session.inputs)} inputs and {len(session.outputs)} outputs, "
            f"not {len(card.inputs)} and 1"
        )
    return replace(
        card,
        inputs=_inputs(card, session.inputs),
        output=replace(card.output, name=session.outputs[0].name),
        sha256=file_sha256(data),
        size_bytes=len(data),
        opset=header.opsets[""],
        notes=f"{card.notes} Converted anew; known as {card.sha256[:12]}.".strip(),
    )


def _inputs(card: ModelCard, specs: Sequence[TensorSpec]) -> tuple[ModelInput, ...]:
    return tuple(
        ModelInput(spec.name, _laid_out(card, each.block, spec))
        for each, spec in zip(card.inputs, specs, strict=True)
    )


def _laid_out(card: ModelCard, block: Block, spec: TensorSpec) -> Block:
    choices: list[Block] = [block]
    if isinstance(block, TripletBlock):
        choices = [TripletBlock(layout="nhwc"), TripletBlock(layout="nchw")]
    for each in choices:
        if spec.shape[1:] == block_shape(each):
            return each
    shapes = " or ".join(str(block_shape(each)) for each in choices)
    raise Invalid(f"model {card.id}: input {spec.name} has shape {spec.shape[1:]}, not {shapes}")
