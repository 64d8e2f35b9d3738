# SPDX-License-Identifier: Apache-2.0
"""What a check says when it does not hold."""


def expect(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: got {short(actual)}, expected {short(expected)}")


def short(value):
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}… ({len(text)} characters)"
