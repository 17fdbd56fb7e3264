"""Cards of models whose weights their authors publish; the weights are not part of Fritz."""

from functools import cache
from importlib.resources import files

from fritz.classifiers.cards import ModelCard
from fritz.errors import NotFound

__all__ = ["known_card", "known_cards"]


@cache
def known_cards() -> dict[str, ModelCard]:
    """Return the cards by the models' names."""
    texts = (
        each.read_bytes() for each in files(__package__).iterdir() if each.name.endswith(".json")
    )
    cards = (ModelCard.from_json(text) for text in texts)
    return {card.name: card for card in sorted(cards, key=lambda each: each.name)}


def known_card(name: str) -> ModelCard:
    """Return a card; `NotFound` if there is none of that name."""
    cards = known_cards()
    if name not in cards:
        raise NotFound(f"no known model {name}; there are {', '.join(cards)}")
    return cards[name]
