"""A graphics card that is not there: what runs on it is held to the rules of a real one.

card      the context: what the card is asked, has room for, and is waited for
tensors   tensors of the card, and the way of every operation to them
rules     what a real card refuses, and what makes the host wait
"""

from tests.card.card import Card

__all__ = ["Card"]
