# SPDX-License-Identifier: Apache-2.0
"""Columns of text, and ratios whose rounds stay together."""

from statistics import median


def show(title, header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    print(f"\n{title}")
    for row in [header, *rows]:
        cells = [str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("  " + "   ".join(cells).rstrip())
    print(flush=True)


def ratio(ours, theirs):
    """The median over rounds of ours / theirs, with its range: `0.31x [0.30-0.33]`."""
    each = [a / b for a, b in zip(ours, theirs) if b]
    if not each:
        return "-"
    return f"{median(each):.2f}x [{min(each):.2f}-{max(each):.2f}]"
