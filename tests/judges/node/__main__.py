"""`python -m tests.judges.node`: every client reads every case, and what differs is told; `make judge-node` sets it up.

The cases, with what is to be seen of them, and what each client read stay in build/node/ as JSON lines.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.judges.loopback import TICKET, Loopback
from tests.judges.node.cases import Case, every_case, written
from tests.judges.node.clients import CLIENTS, Client, complaints
from tests.judges.node.deviations import DEVIATIONS, reason_of
from tests.proof import record

HERE = Path(__file__).parent
FOLDER = Path("build/node")  # where the Makefile has installed the packages
NODE = "node_modules/.bin/node"
Cases = dict[str, Case]  # ticket -> case


def read(client: Client, server: Loopback, cases: Cases) -> Iterator[dict[str, Any]]:
    """The lines that the client's script prints."""
    name = "-".join(filter(None, (client.script, client.word)))
    given, seen, told = (FOLDER / f"{name}.{kind}" for kind in ("cases.jsonl", "seen.jsonl", "stderr"))
    given.write_bytes(written(cases))
    command = [NODE, f"{client.script}.mjs", server.url, given.name, *filter(None, (client.word,))]
    with ExitStack() as stack:
        out, err = (stack.enter_context(path.open("wb")) for path in (seen, told))
        done = subprocess.run(command, cwd=FOLDER, stdout=out, stderr=err, check=False)
    if done.returncode:
        sys.exit(f"{name} ended with {done.returncode}:\n{told.read_text('utf-8', 'replace')[-2000:]}")
    with seen.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


class Reading:
    """What one client has read: how often, what differs, and what of that the SDK is to blame for."""

    def __init__(self, client: Client, cases: Cases) -> None:
        self.client, self.cases = client, cases
        self.ways: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.found: list[str] = []
        self.unread = set(cases)

    def take(self, line: dict[str, Any]) -> None:
        if "stray" in line:
            self.found.append(f"a promise that nobody waited for: {line['stray']}")
            return
        case, way = self.cases[line["ticket"]], line["way"]
        self.ways[way] += 1
        self.unread.discard(line["ticket"])
        for one in complaints(self.client, case, line):
            reason = reason_of(self.client.name, way, case, one)
            if reason is None:
                self.found.append(f"{case.source} -> {case.target}: {case.name} [{way}] {one}")
            else:
                self.reasons[reason] += 1

    def finish(self) -> None:
        self.found += [f"{self.cases[ticket].name} was not read" for ticket in self.unread]

    def tell(self) -> None:
        ways = ", ".join(f"{way} {count:,}" for way, count in self.ways.items())
        print(f"{self.client.name}: {ways}; {len(self.found)} differ", flush=True)
        for reason, count in self.reasons.items():
            print(f"  {count} times: {reason}")
        for one in self.found:
            print("  " + ascii(one)[1:601])


def figures(readings: list[Reading], cases: list[Case]) -> dict[str, Any]:
    """What docs/proof.md tells."""
    pinned = json.loads((HERE / "package.json").read_text("utf-8"))
    versions = pinned["dependencies"]
    clients = {
        one.client.name: {
            "package": one.client.package,
            "version": versions[one.client.package],
            "read": sum(one.ways.values()),
            "deviations": sum(one.reasons.values()),
        }
        for one in readings
    }
    node = max(pinned["optionalDependencies"].values())
    by_python = sum(case.by_python for case in cases)
    return {"node": node, "ai": versions["ai"], "cases": len(cases), "by_python": by_python, "clients": clients}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.judges.node")
    parser.add_argument("--generated", type=int, default=12, help="documents, errors and streams of each source")
    parser.add_argument("--every", type=int, default=40, help="of the recorded lines one in so many")
    parser.add_argument("--client", default="", help="only clients with this in their name; nothing is recorded")
    args = parser.parse_args()
    if not (FOLDER / NODE).exists():
        sys.exit(f"no {FOLDER / NODE}: make judge-node installs it, where there is a package of Node for the platform")
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, FOLDER)
    cases = list(every_case(args.generated, args.every))
    print(f"{len(cases):,} cases, {sum(case.by_python for case in cases)} as the Python SDKs see them", flush=True)
    readings: list[Reading] = []
    with Loopback(keep=True) as server:
        tickets = {server.ready(case.answer)[TICKET]: case for case in cases}
        for client in (one for one in CLIENTS if args.client in one.name):
            reading = Reading(client, {t: case for t, case in tickets.items() if case.shape == client.shape})
            for line in read(client, server, reading.cases):
                reading.take(line)
            reading.finish()
            reading.tell()
            readings.append(reading)
    failed = any(one.found for one in readings)
    if not args.client:
        needed = {reason for one in readings for reason in one.reasons}
        for row in DEVIATIONS:
            if row.reason not in needed:
                print(f"a deviation that is none any more: {row.reason}")
                failed = True
        if not failed:
            command = f"python -m tests.judges.node --generated {args.generated} --every {args.every}"
            record("node", command, figures(readings, cases))
    sys.exit(failed)


if __name__ == "__main__":
    main()
