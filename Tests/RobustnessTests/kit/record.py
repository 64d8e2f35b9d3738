# SPDX-License-Identifier: Apache-2.0
"""What the tests measure. Each row is printed; SKEIN_ROBUSTNESS_RECORD names a file that keeps the rows as well.

`python -m kit.record FILE` prints the rows of a file as the tables of docs/robustness.md."""

import json
import os
import pathlib
import sys
from typing import Any

from .attacks import ATTACKS

Row = dict[str, Any]


def record(kind: str, row: Row) -> None:
    """`kind`: `attack` or `limit`."""
    line = json.dumps({"kind": kind, **row})
    print(line, flush=True)
    if path := os.environ.get("SKEIN_ROBUSTNESS_RECORD"):
        with pathlib.Path(path).open("a") as file:
            file.write(line + "\n")


def number(value: float) -> str:
    return f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def done(outcome: dict[str, int]) -> str:
    """What the attacker got done."""
    megabytes = outcome.get("bytes", 0) / 1e6
    parts = [f"{number(megabytes)} MB"] if megabytes >= 0.1 else []
    if outcome.get("connections", 0) > 1:
        parts.append(f"{outcome['connections']:,} connections")
    if closed := outcome.get("closed by server"):
        parts.append(f"{closed:,} ended by the server")
    return ", ".join(parts)


def attack_table(rows: list[Row]) -> list[str]:
    """The last row of each attack, in the order of the kit; first the load without an attack."""
    last = {row["name"]: row for row in rows}
    lines = ["| attack | what bounds it | what it did | p99 | max | memory | after |", "|---|---|---|---|---|---|---|"]
    for name in ["none", *ATTACKS]:
        if (row := last.get(name)) is None:
            continue
        about = f"`{name}`: {ATTACKS[name].about}" if name in ATTACKS else "none"
        bound = ATTACKS[name].bound if name in ATTACKS else ""
        lines.append(
            f"| {about} | {bound} | {done(row['attack'])} | {number(row['p99'])} ms | {number(row['max'])} ms "
            f"| {row['peak']:.0f} MiB | {row['after']:.0f} MiB |")
    return lines


def limit_table(rows: list[Row]) -> list[str]:
    last = {row["about"]: row for row in rows}
    return ["| under load | bound | measured |", "|---|---|---|",
            *(f"| {row['about']} | {row['bound']} | {row['measured']} |" for row in last.values())]


def main(path: str) -> None:
    rows = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in ("attack", "limit")}
    print("\n".join([*attack_table(kinds["attack"]), "", *limit_table(kinds["limit"])]))


if __name__ == "__main__":
    main(*sys.argv[1:])
