#!/usr/bin/env python3
"""Checks the protocol's documents against each other, with a codec that shares no code with the Swift one.

Registry.json: numbers are unique and in their ranges. Messages/*.md: each message with its number and fields is there.
Vectors/*.json: each frame decodes to its fields, the fields encode to the frame, each invalid frame is refused with its
error, offset and field; truncated and bit-flipped frames are refused or read, never anything else. Exits 1 on a mismatch.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "clients" / "python"))
from carina_wire import BULK_LIMIT, FIXED_BYTES, NUMBERS, Frame, Reader, Registry, WireError, crc32c  # noqa: E402

# The parts of a message, and where the registry lists their own tagged fields (W-29).
TAGGED = {"fields": "tagged", "request": "requestTagged", "reply": "replyTagged"}

problems = []
counts = {"messages": 0, "valid": 0, "invalid": 0, "spoiled": 0}


def expect(condition, text):
    if not condition:
        problems.append(text)


def unique(rows, key, name):
    values = [key(row) for row in rows]
    for value in {value for value in values if values.count(value) > 1}:
        expect(False, f"{name} {value} stands twice in the registry")


def check_registry(registry):
    content = registry.content
    unique(content["services"], lambda row: row["number"], "service")
    unique(content["tags"], lambda row: row["tag"], "tag")
    unique(content["errors"], lambda row: row["name"], "error")
    unique(content["refusals"], lambda row: row["code"], "refusal")
    unique(content["structures"] + content["choices"], lambda row: row["name"], "type")
    unique(content["messages"], lambda row: (row["service"], row["operation"]), "operation")
    unique(content["messages"], lambda row: row["name"], "message")
    for section in ("services", "flags", "tags", "errors", "refusals", "choices", "structures", "messages"):
        for row in content[section]:
            expect(row["status"] in ("active", "retired"), f"{section}: {row} has no status")
    known = {*NUMBERS, *FIXED_BYTES, "bool", "str", "bytes", *registry.choices, *registry.structures}
    for row in content["messages"]:
        number, name = int(row["operation"], 16), row["name"]
        expect((number >= 0x80) == bool(row.get("event")), f"{name}: events have numbers from 0x80 up")
        expect((1 <= number < 0x10 or number == 0xFF) == (row["service"] == "common"), f"{name}: not a number of its service")
        expect(1 <= row["schema"] <= 255, f"{name}: schema {row['schema']}")
        expect(row["service"] in registry.services, f"{name}: unknown service")
    bodies = [row[part] for row in content["messages"] for part in ("request", "reply", "fields") if part in row]
    for fields in bodies + [row["fields"] for row in content["structures"]]:
        for field in fields:
            expect(field["type"].strip("[]?") in known, f"{field['name']}: unknown type {field['type']}")
        unique(fields, lambda field: field["name"], "field")
    for row in content["messages"]:
        for part, key in TAGGED.items():
            own = row.get(key, [])
            unique(own, lambda field: field["tag"], f"{row['name']}: tag")
            unique(own + row.get(part, []), lambda field: field["name"], f"{row['name']}: field")
            for field in own:
                expect(part in row, f"{row['name']}: tagged fields of a part that it does not have")
                expect(field["tag"] % 2 == 1 and field["tag"] >= 11, f"{row['name']}: tag {field['tag']} is even or below 11")
                expect(field["type"].strip("[]") in known, f"{row['name']}: unknown type {field['type']}")


def check_documents(registry):
    for name in registry.services:
        text = (HERE / "Messages" / f"{name}.md").read_text()
        headings = set(re.findall(r"^## `(0x[0-9A-F]{2})` (\w+)", text, re.MULTILINE))
        rows = [row for row in registry.content["messages"] if row["service"] == name]
        expect(headings == {(row["operation"], row["name"]) for row in rows}, f"Messages/{name}.md: other messages than the registry")
        table = set(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text, re.MULTILINE))
        for row in rows:
            for field in row.get("request", []) + row.get("reply", []) + row.get("fields", []):
                expect((field["name"], field["type"]) in table, f"Messages/{name}.md: {row['name']} lacks {field['name']}")
            for field in [field for key in TAGGED.values() for field in row.get(key, [])]:
                line = f"| `{field['name']}` | `{field['type']}` | {field['tag']} |"
                expect(line in text, f"Messages/{name}.md: {row['name']} lacks {field['name']} and its tag")
    text = (HERE / "Wire.md").read_text()
    for section, key in (("errors", "name"), ("refusals", "name"), ("tags", "name")):
        for row in registry.content[section]:
            expect(f"`{row[key]}`" in text, f"Wire.md: nothing on {row[key]}")
    for block in re.findall(r"```hex\n(.*?)```", text, re.DOTALL):
        data = bytes.fromhex("".join(line.split("#")[0] for line in block.splitlines()))
        try:
            Frame.decode(data)
        except WireError as error:
            expect(False, f"Wire.md: its example is no frame: {error}")
    expect(len(re.findall(r"```hex\n", text)) > 0, "Wire.md: no example frame")
    return set(re.findall(r"\bW-\d\d\b", text))


def raw(value, kind, registry):
    """A value of a vector's JSON as the codec takes it: hexadecimal back to bytes."""
    if value is None:
        return None
    if kind.endswith("?"):
        return raw(value, kind[:-1], registry)
    if kind.startswith("["):
        return [raw(element, kind[1:-1], registry) for element in value]
    if kind in registry.structures:
        return {name: raw(value[name], inner, registry) for name, inner in registry.structures[kind]}
    return bytes.fromhex(value) if kind in ("id", "fp", "bytes") else value


def body_of(case):
    """The body of a case, and its frame where it has one."""
    if "body" in case:
        return bytes.fromhex(case["body"]), None
    frame = Frame.decode(bytes.fromhex(case["frame"]), case.get("limit", BULK_LIMIT))
    return frame.body, frame


def read(registry, message, case):
    body, frame = body_of(case)
    return None if case["part"] == "frame" else (*registry.decode(message, case["part"], body), frame)


def check_valid(registry, message, case, where):
    values, options, frame = read(registry, message, case)
    fields = registry.fields(message, case["part"])
    wanted = {name: raw(case["fields"][name], kind, registry) for name, kind in fields}
    # A vector from before a tagged field does not list it.
    own = registry.tagged(message, case["part"]).values()
    wanted |= {name: raw(case["fields"].get(name), kind, registry) for name, kind in own}
    asked = {
        name: value if isinstance(value, int) else bytes.fromhex(value) for name, value in case["options"].items()
    }
    expect(values == wanted, f"{where}: decodes to {values}")
    expect(options == asked, f"{where}: options {options}")
    body, _ = body_of(case)
    written = registry.encode(message, case["part"], wanted, asked)
    # What nobody knows cannot be written again: only an odd tag may follow.
    expect(body == written or "odd tag" in case["name"] and body.startswith(written), f"{where}: encodes to {written.hex()}")
    if frame is not None and message != "common.Refusal":
        service, operation = registry.kind(message)
        expect(frame.operation == operation and (service in (0, frame.service)), f"{where}: another kind")
        expect(frame.is_reply == (case["part"] == "reply") and not frame.is_refusal, f"{where}: flags")
    if frame is not None:
        expect(frame.encode().hex() == case["frame"], f"{where}: the frame encodes to something else")


def check_case(registry, message, case, where):
    if "error" not in case:
        counts["valid"] += 1
        check_valid(registry, message, case, where)
        spoil(registry, message, case, where)
        return
    counts["invalid"] += 1
    try:
        read(registry, message, case)
        expect(False, f"{where}: is not refused")
    except WireError as error:
        found = {"code": error.code, "offset": error.offset, "field": error.field}
        expect(found == case["error"], f"{where}: refused with {found}, not {case['error']}")
    expect(case["error"]["code"] in {row["name"] for row in registry.content["errors"]}, f"{where}: unknown code")


def spoil(registry, message, case, where):
    """Cut and flipped bytes: a frame is always refused; a body is refused or read."""
    whole = bytes.fromhex(case.get("frame", case.get("body")))
    key = "frame" if "frame" in case else "body"
    cut = [whole[:length] for length in range(0, len(whole), max(1, len(whole) // 40))]
    flipped = [whole[: bit // 8] + bytes([whole[bit // 8] ^ 1 << bit % 8]) + whole[bit // 8 + 1 :] for bit in range(0, 8 * len(whole), max(1, len(whole) // 8))]
    for spoiled in cut + flipped:
        counts["spoiled"] += 1
        try:
            read(registry, message, case | {key: spoiled.hex()})
            expect(key == "body", f"{where}: a spoiled frame is read")
        except WireError:
            pass


def check_vectors(registry, rules):
    named = set()
    files = sorted((HERE / "Vectors").glob("*.json"))
    for path in files:
        content = json.loads(path.read_text())
        message = content["message"]
        valid_parts = set()
        for case in content["cases"]:
            named.update(case["rules"])
            check_case(registry, message, case, f"{path.stem} / {case['part']} / {case['name']}")
            valid_parts.update([case["part"]] if "error" not in case else [])
        if message in registry.messages:
            row = registry.messages[message]
            wanted = {"fields"} if row.get("event") else {"request", "reply"}
            expect(valid_parts == wanted, f"{path.name}: has valid frames of {valid_parts} only")
            counts["messages"] += 1
    lacking = {message for message, row in registry.messages.items() if row["status"] == "active"} - {path.stem for path in files}
    expect(not lacking, f"messages without vectors: {lacking}")
    expect(named <= rules, f"vectors name rules that Wire.md lacks: {named - rules}")


def check_bounds(registry):
    """What no stored vector can show: the checksum's published value, and a list that is long but whole."""
    expect(crc32c(b"123456789") == 0xE3069283, "the checksum is not CRC-32C")
    count = registry.limits["listElements"] + 1
    try:
        registry.read("[u8?]", Reader(count.to_bytes(4, "little") + bytes(count)), "list")
        expect(False, "a list of more elements than allowed is read")
    except WireError as error:
        expect((error.code, error.offset) == ("limitExceeded", 32), f"a long list is refused with {error}")


def main():
    registry = Registry(HERE / "Registry.json")
    check_registry(registry)
    rules = check_documents(registry)
    check_vectors(registry, rules)
    check_bounds(registry)
    for problem in problems[:40]:
        print(problem, file=sys.stderr)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(f"protocol: {summary}, {len(problems)} mismatches")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
