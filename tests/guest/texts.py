"""Macros files for the tests."""

import uk_layout


def quoted(text):
    """`text` as a text of the language."""
    escapes = {'"': '\\"', "\\": "\\\\", "$": "\\$", "\n": "\\n"}
    return '"' + "".join(escapes.get(c, c) for c in text) + '"'


def long_text(rng, size):
    """`size` characters, each of which a British keyboard types; every kind of neighbours: equal
    ones, changes of shift and of AltGr, words."""
    alphabet = uk_layout.CHARACTERS
    letters = "etaoinshrdlu "
    text = []
    while len(text) < size:
        kind = rng.random()
        if kind < 0.5:
            text += rng.choices(letters, k=rng.randint(2, 20))
        elif kind < 0.6:
            text += [rng.choice(alphabet)] * rng.randint(2, 4)
        else:
            text += rng.choices(alphabet, k=rng.randint(1, 10))
    return "".join(text[:size])


def typing_macro(trigger, text):
    """A binding that types `text`, in lines of 50 characters."""
    lines = [f"  {quoted(text[i:i + 50])}\n" for i in range(0, len(text), 50)]
    return f"{trigger} {{\n{''.join(lines)}}}\n"


class Version:
    """A file of `size` bytes or a little more, no line of which is in another version."""

    def __init__(self, number, size):
        self.typed = f"version {number} (£{number * 17})\n"  # What F1 types.
        lines = ["set layout = uk\n", f"F1 {{ {quoted(self.typed)} }}\n"]
        while sum(len(line.encode()) for line in lines) < size:
            line = len(lines) - 1
            lines.append(f'macro m{number}_{line} {{ "version {number}, line {line}: '
                         f'{line * 7919}" }}\n')
        self.text = "".join(lines)
