"""What the keys of a Linux input device type on a British keyboard.

By the key codes of linux/input-event-codes.h and BS 4822 as it is printed on the keys.
"""

LEFT_SHIFT, RIGHT_SHIFT, RIGHT_ALT = 42, 54, 100
MODIFIERS = {29, 42, 56, 97, 54, 100, 125, 126}

_ROWS = [
    (2, "1234567890-=", '!"£$%^&*()_+'),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", "ASDFGHJKL:@¬"),
    (43, "#zxcvbnm,./", "~ZXCVBNM<>?"),
    (86, "\\", "|"),
    (57, " ", " "),
    (28, "\n", "\n"),
    (15, "\t", "\t"),
]
PLAIN = {first + i: c for first, plain, _ in _ROWS for i, c in enumerate(plain)}
SHIFTED = {first + i: c for first, _, shifted in _ROWS for i, c in enumerate(shifted)}
ALTGR = {5: "€"}

# Every character above, without the tab, which macros files write as a key.
CHARACTERS = "".join(sorted((set(PLAIN.values()) | set(SHIFTED.values()) | set(ALTGR.values()))
                            - {"\t"}))


class Decoder:
    """Turns key presses and releases into text. Keys that type nothing come as <code>."""

    def __init__(self):
        self.down = set()
        self.text = []

    def event(self, code, value):
        """The key `code` went down (1) or up (0)."""
        if value == 0:
            self.down.discard(code)
            return
        self.down.add(code)
        if code in MODIFIERS:
            return
        others = (self.down & MODIFIERS) - {LEFT_SHIFT, RIGHT_SHIFT, RIGHT_ALT}
        shift = self.down & {LEFT_SHIFT, RIGHT_SHIFT}
        if others or (shift and RIGHT_ALT in self.down):
            table = {}
        elif RIGHT_ALT in self.down:
            table = ALTGR
        else:
            table = SHIFTED if shift else PLAIN
        held = "".join(f"{key}+" for key in sorted(self.down & MODIFIERS)) if code not in table else ""
        self.text.append(table.get(code, f"<{held}{code}>"))
