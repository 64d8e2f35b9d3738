# SPDX-License-Identifier: Apache-2.0
"""`python -m kit.attacker NAME PORT SECONDS SCALE`: runs one attack, then prints what it did."""

import json
import sys

from .attacks import ATTACKS
from .flood import Flood
from .target import raise_file_limit


def main(name: str, port: str, seconds: str, scale: str) -> None:
    raise_file_limit()
    flood = Flood(int(port), float(seconds), float(scale))
    ATTACKS[name].run(flood)
    print(json.dumps(flood.counts))


main(*sys.argv[1:])
