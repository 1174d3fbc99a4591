"""What groups are called: by a letter, everywhere."""


def letter(number: int) -> str:
    """A, B, …, Z, AA, AB, … for the groups 0, 1, …"""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
