#!/usr/bin/env python3
"""Follows a service's event log into an SQLite file: each event once, in order, whatever is killed on the way.

    follow.py --requests tcp://127.0.0.1:7431 --bell tcp://127.0.0.1:7432 --database events.sqlite

The effect of an event (here: a row in the table `events`) and the position in the log are committed in one transaction
(W-27). Killed before the commit, neither happened; killed after it, both did. A system of your own puts its effect where
`apply` stands, in the same transaction.
"""

import argparse
import pathlib
import signal
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from carina_client import Bell, Client, Refusal  # noqa: E402
from carina_nng import TransportError  # noqa: E402
from carina_wire import Registry, WireError  # noqa: E402

TABLES = """
CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY CHECK (one = 1), log_id TEXT NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    log_id TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, time_ms INTEGER NOT NULL,
    slice_id TEXT, fingerprint TEXT, body BLOB NOT NULL,
    PRIMARY KEY (log_id, seq)
);
"""
PAGE_EVENTS = 500
HEARTBEAT_PATIENCE_SECONDS = 5.0
RETRY_SECONDS = 0.5


class Follower:
    """Keeps a database in step with a log."""

    def __init__(self, client, bell, path):
        self.client, self.bell, self.registry = client, bell, client.registry
        self.database = sqlite3.connect(path, isolation_level=None, timeout=10)
        self.database.execute("PRAGMA journal_mode = WAL")
        # The position must not be newer on the disk than the effects, nor they than it, after a power cut either.
        self.database.execute("PRAGMA synchronous = FULL")
        self.database.executescript(TABLES)
        row = self.database.execute("SELECT log_id, seq FROM position").fetchone()
        self.log_id, self.seq = (bytes.fromhex(row[0]), row[1]) if row else (None, 0)
        names = {self.registry.kind(name): name for name, row in self.registry.messages.items() if row.get("event")}
        self.names = names

    def apply(self, event):
        """The effect of one event, inside the transaction that also moves the position."""
        name = self.names.get((event["service"], event["operation"]))
        fields = {}
        if name is not None and self.registry.messages[name]["schema"] == event["schema"]:
            fields, _ = self.registry.decode(name, "fields", event["body"])
            fields = next((value for value in fields.values() if isinstance(value, dict)), fields)
        hexadecimal = [fields[key].hex() if fields.get(key) else None for key in ("sliceID", "fingerprint")]
        kind = name or f"{event['service']}.0x{event['operation']:02x}"
        # A plain INSERT: an event that came twice would end the program instead of being passed over.
        self.database.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self.log_id.hex(), event["seq"], kind, event["key"], event["timeMilliseconds"], *hexadecimal, event["body"]),
        )

    def fetch(self):
        """Takes one page of events. Returns whether there may be more."""
        request = {"logID": self.log_id, "after": self.seq, "limit": PAGE_EVENTS, "waitMilliseconds": 0}
        page = self.client.call("common.FetchEvents", request, timeout=10.0)
        if page["logID"] != self.log_id:
            # Another log, or the first one we meet: from its start.
            is_first = self.log_id is None and self.seq == 0
            self.log_id, self.seq = page["logID"], 0
            if not is_first:
                print(f"the log is another one: {self.log_id.hex()}, from 0", flush=True)
                return True
        if page["firstSeq"] > self.seq + 1:
            print(f"{self.seq + 1} to {page['firstSeq'] - 1} were trimmed before we came", file=sys.stderr, flush=True)
        if not page["events"]:
            return False
        position = self.seq
        self.database.execute("BEGIN IMMEDIATE")
        try:
            for event in page["events"]:
                if event["seq"] <= position:
                    raise WireError("badValue", 0, "seq")
                self.apply(event)
                position = event["seq"]
            self.database.execute(
                "INSERT INTO position VALUES (1, ?, ?) "
                "ON CONFLICT (one) DO UPDATE SET log_id = excluded.log_id, seq = excluded.seq",
                (self.log_id.hex(), position),
            )
            self.database.execute("COMMIT")
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.seq = position
        return self.seq < page["headSeq"]

    def run(self, until, announce):
        """Follows for ever, or until the position is reached."""
        while until is None or self.seq < until:
            try:
                self.bell.connect()  # First listen, then fetch: what happens in between rings.
                while self.fetch():
                    announce(self)
                announce(self)
                while until is None or self.seq < until:
                    rung = self.bell.wait(HEARTBEAT_PATIENCE_SECONDS)
                    # Silence for longer than a few heartbeats is a reason to look, like a bell that is ahead.
                    if rung is None or rung[0] != self.log_id or rung[1] > self.seq:
                        break
            except (TransportError, Refusal, WireError) as error:
                print(f"again in {RETRY_SECONDS} s: {error}", file=sys.stderr, flush=True)
                self.bell.close()
                time.sleep(RETRY_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", required=True, metavar="ADDRESS", help="where the service answers: tcp://host:port")
    parser.add_argument("--bell", required=True, metavar="ADDRESS", help="where its doorbells ring")
    parser.add_argument("--service", default="embedder", help="whose log it is (default: embedder)")
    parser.add_argument("--database", required=True, metavar="FILE", help="the SQLite file to keep")
    parser.add_argument("--until", type=int, metavar="SEQ", help="stop when this position is reached")
    parser.add_argument("--authority", metavar="FILE", help="certificates to trust, for tls+tcp")
    parser.add_argument("--certificate", metavar="FILE", help="own certificate and key, for tls+tcp")
    options = parser.parse_args()
    registry = Registry()
    certificates = (options.authority, options.certificate)
    client = Client(options.requests, registry, certificates)
    bell = Bell(options.bell, options.service, registry, certificates)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    follower = Follower(client, bell, options.database)
    told = [None]

    def announce(follower):
        if told[0] != follower.seq:
            told[0] = follower.seq
            print(f"at {follower.seq}", flush=True)

    try:
        follower.run(options.until, announce)
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
