"""The models that come with Fritz, made by `fritz train`; files and cards."""

from functools import cache
from importlib.resources import files

from fritz.classifiers.cards import ModelCard

__all__ = ["shipped_models"]


@cache
def shipped_models() -> dict[str, tuple[ModelCard, bytes]]:
    """Return cards and ONNX files by the models' names."""
    folder = files(__package__)
    texts = (each.read_bytes() for each in folder.iterdir() if each.name.endswith(".json"))
    cards = sorted((ModelCard.from_json(text) for text in texts), key=lambda card: card.name)
    return {card.name: (card, folder.joinpath(f"{card.name}.onnx").read_bytes()) for card in cards}
