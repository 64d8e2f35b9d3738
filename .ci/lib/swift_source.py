# SPDX-License-Identifier: Apache-2.0
"""As much of Swift's grammar as the checks need: comments, strings, imports, braces and functions."""

import dataclasses
import re

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?[ \t]+)*"  # @_exported, @testable, @preconcurrency, @_spi(Name)
    r"(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor|macro)[ \t]+)?"
    r"(\w+)",  # the module; a submodule or declaration may follow
    re.MULTILINE,
)
FUNCTION = re.compile(r"(?<![\w.`])(?:func[ \t]+([^\s(<]+)|(init)[?!]?(?=[ \t]*[(<])|(deinit)(?=\s*\{)|(subscript)(?=[ \t]*[(<]))")
STRING = re.compile(r'(#*)("""|")')


def blank(text):
    """The text with the insides of comments and strings turned into spaces; lines keep their places."""
    return _Blanker(text).run()


def imports(code):
    """(line, module) for every import in blanked code."""
    return [(line_of(code, match.start(1)), match.group(1)) for match in IMPORT.finditer(code)]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


@dataclasses.dataclass
class Function:
    name: str
    line: int
    length: int  # lines, from the declaration to the closing brace
    parameters: int


def functions(code):
    """Every function, initialiser, deinitialiser and subscript with a body, in blanked code."""
    found = []
    for match in FUNCTION.finditer(code):
        end, parameters = match.end(), 0
        if not match.group(3):
            opening = code.find("(", _after_generics(code, match.end()))
            closing = _matching(code, opening)
            if closing is None:
                continue
            parameters = _arguments(code[opening + 1 : closing])
            end = closing + 1
        body = _body(code, end)
        if body is None:
            continue
        last = _matching(code, body)
        if last is None:
            continue
        first = line_of(code, match.start())
        name = next(group for group in match.groups() if group)
        found.append(Function(name, first, line_of(code, last) - first + 1, parameters))
    return found


def deepest_line(code):
    """(depth, line) of the code that lies inside the most braces."""
    depth, deepest, line = 0, (0, 1), 1
    for character in code:
        if character == "\n":
            line += 1
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        elif not character.isspace() and depth > deepest[0]:
            deepest = (depth, line)
    return deepest


def _after_generics(code, start):
    """Past a generic parameter list, which may hold parentheses of its own."""
    index = start
    while index < len(code) and code[index].isspace():
        index += 1
    if index >= len(code) or code[index] != "<":
        return start
    depth = 0
    while index < len(code):
        if code[index] == "<":
            depth += 1
        elif code[index] == ">" and code[index - 1] != "-":
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return start


def _matching(code, opening):
    """The offset of the bracket that closes the one at `opening`."""
    if opening < 0:
        return None
    depth = 0
    for index in range(opening, len(code)):
        if code[index] in "([{":
            depth += 1
        elif code[index] in ")]}":
            depth -= 1
            if depth == 0:
                return index
    return None


def _arguments(inside):
    """The number of parameters in a parameter list."""
    depth, commas, trailing = 0, 0, True
    for index, character in enumerate(inside):
        if character in "([{<":
            depth += 1
        elif character in ")]}" or character == ">" and inside[index - 1] != "-":
            depth -= 1
        if character == "," and depth == 0:
            commas, trailing = commas + 1, True
        elif not character.isspace():
            trailing = False
    return commas + (0 if trailing else 1)


def _body(code, start):
    """The brace that opens the body of a function whose parameters end at `start`, or None for a requirement."""
    depth, index = 0, start
    while index < len(code):
        character = code[index]
        if character == "{" and depth == 0:
            return index
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character in "};":
            return None
        elif character == "\n" and depth == 0 and not _continues(code, index):
            return None
        if depth < 0:
            return None
        index += 1
    return None


def _continues(code, newline):
    """Whether a function's signature goes on after this line break."""
    before = code[:newline].rstrip()[-8:]
    after = code[newline:].lstrip()
    return before.endswith(("->", ",", "&", "where", "throws", "async", ":", "==")) or bool(
        re.match(r"(\{|->|where\b|throws\b|async\b|rethrows\b|&)", after)
    )


class _Blanker:
    """Walks the text once; each method takes the offset at which its construct begins and returns the one behind."""

    def __init__(self, text):
        self.text = text
        self.out = list(text)

    def run(self):
        self._code(0, None)
        return "".join(self.out)

    def _erase(self, start, end):
        for index in range(start, min(end, len(self.out))):
            if self.out[index] != "\n":
                self.out[index] = " "

    def _code(self, index, closing):
        """Code up to the end, or up to the parenthesis that closes an interpolation."""
        depth = 0
        while index < len(self.text):
            string = STRING.match(self.text, index)
            if self.text.startswith("//", index):
                end = self.text.find("\n", index)
                end = len(self.text) if end < 0 else end
                self._erase(index, end)
                index = end
            elif self.text.startswith("/*", index):
                index = self._comment(index)
            elif string:
                index = self._string(index, string)
            elif self.text[index] == closing and depth == 0:
                return index + 1
            else:
                depth += {"(": 1, ")": -1}.get(self.text[index], 0)
                index += 1
        return index

    def _comment(self, start):
        depth, index = 0, start
        while index < len(self.text):
            if self.text.startswith("/*", index):
                depth, index = depth + 1, index + 2
            elif self.text.startswith("*/", index):
                depth, index = depth - 1, index + 2
                if depth == 0:
                    break
            else:
                index += 1
        self._erase(start, index)
        return index

    def _string(self, start, opening):
        hashes, quotes = opening.groups()
        end, escape = quotes + hashes, "\\" + hashes
        index = opening.end()
        while index < len(self.text):
            if self.text.startswith(end, index):
                index += len(end)
                break
            if self.text.startswith(escape + "(", index):
                index = self._code(index + len(escape) + 1, ")")
            elif self.text.startswith(escape, index):
                index += len(escape) + 1
            elif self.text[index] == "\n" and quotes == '"':
                break
            else:
                index += 1
        self._erase(start, index)
        return index
