#!/usr/bin/env python3
"""Writes Vectors/*.json: golden frames of every message, valid and invalid.

The bytes come from the Python codec, never from the Swift one that they test. What an invalid frame must be refused with
is worked out from where each field was written, not asked of a decoder. Run it after a change of Registry.json; it
always writes the same, so a released vector that changes shows in the diff.
"""

import json
import pathlib
import random
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "clients" / "python"))
from carina_wire import HEADER_BYTE_COUNT, NUMBERS, Frame, Registry  # noqa: E402

WORDS = ["outline", "detail", "density", "B70f", "noLung", "Größe", "肺", "🫁 lung", "kernel", "1.25"]
LARGEST = {"u8": 255, "u16": 65535, "u32": 2**32 - 1, "u64": 2**64 - 1, "i16": -32768, "i32": -(2**31)}


class Maker:
    """Makes values of any type: empty, typical or full ones."""

    def __init__(self, registry, seed):
        self.registry, self.random = registry, random.Random(seed)

    def value(self, kind, style):
        registry, chance = self.registry, self.random
        if kind.endswith("?"):
            return None if style == "empty" else self.value(kind[:-1], style)
        if kind == "SlicePixels":
            return self.slice(style)
        if kind == "PixelSpacing":
            return {"rowMillimeters": 0.703125, "columnMillimeters": 0.703125}
        if kind in registry.structures:
            return {name: self.value(inner, style) for name, inner in registry.structures[kind]}
        if kind.startswith("["):
            count = {"empty": 0, "typical": 2, "full": 5}[style]
            return [self.value(kind[1:-1], style) for _ in range(count)]
        if kind in registry.choices:
            names = list(registry.choices[kind].values())
            return names[0] if style == "empty" else names[-1] if style == "full" else chance.choice(names)
        if kind == "bool":
            return style != "empty"
        if kind in ("id", "fp", "bytes", "str"):
            return self.raw(kind, style)
        if kind[0] == "f":
            # Sixteenths are exact in both float formats, and in JSON.
            return 0.0 if style == "empty" else chance.randrange(-16000, 16000) / 16
        return 0 if style == "empty" else LARGEST[kind] if style == "full" else chance.randrange(1, 100)

    def raw(self, kind, style):
        if kind in ("id", "fp"):
            count = 16 if kind == "id" else 32
            return bytes(count) if style == "empty" else self.random.randbytes(count)
        if kind == "bytes":
            return b"" if style == "empty" else self.random.randbytes(7 if style == "typical" else 300)
        return "" if style == "empty" else " ".join(self.random.sample(WORDS, 2 if style == "typical" else 9))

    def slice(self, style):
        rows, columns = {"empty": (1, 1), "typical": (2, 3), "full": (4, 5)}[style]
        return {
            "rows": rows,
            "columns": columns,
            "scale": "grey8" if style == "full" else "hounsfield",
            "spacing": self.value("PixelSpacing?", style),
            "values": [self.random.randrange(-1024, 3072) for _ in range(rows * columns)],
        }

    def options(self):
        return {
            "deadline": 1_795_406_400_000 + self.random.randrange(10**9),
            "traceParent": self.random.randbytes(25),
            "fingerprint": self.random.randbytes(32),
        }


def plain(value):
    """A value as JSON writes it: bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def damages(registry, body, trace):
    """Each field of a body spoiled in each way that its type can be: (name, rules, body, code, offset, field)."""
    seen = set()
    for offset, kind, field in trace:
        at = offset - HEADER_BYTE_COUNT
        if (kind, field) in seen:
            continue
        seen.add((kind, field))
        if kind in ("str", "bytes") or kind.startswith("["):
            large = body[:at] + b"\xff\xff\xff\xff" + body[at + 4 :]
            yield f"{field} claims too much", ["W-13"], large, "limitExceeded", offset, field
            one_more = struct.pack("<I", (len(body) - at - 4) // registry.minimum(kind[1:-1] if kind[0] == "[" else "u8") + 1)
            yield f"{field} claims one too many", ["W-13"], body[:at] + one_more + body[at + 4 :], "limitExceeded", offset, field
        if kind == "str" and struct.unpack_from("<I", body, at)[0]:
            yield f"{field} is no UTF-8", ["W-15"], body[: at + 4] + b"\xff" + body[at + 5 :], "badText", offset, field
        if kind == "bool" or kind in registry.choices:
            yield f"{field} is unknown", ["W-12"], body[:at] + b"\xfe" + body[at + 1 :], "badValue", offset, field
        if kind in ("f32", "f64"):
            size = struct.calcsize(NUMBERS[kind])
            for name, number in (("infinite", float("inf")), ("not a number", float("nan"))):
                spoiled = body[:at] + struct.pack("<" + NUMBERS[kind], number) + body[at + size :]
                yield f"{field} is {name}", ["W-16"], spoiled, "notFinite", offset, field
        if kind in NUMBERS and field in ("rows", "columns") and "values" in [name for *_, name in trace]:
            yield f"{field} is 0", ["W-17"], body[:at] + bytes(4) + body[at + 4 :], "badValue", offset, field
            yield f"{field} is 2,049", ["W-17"], body[:at] + struct.pack("<I", 2049) + body[at + 4 :], "badValue", offset, field
        if field == "rowMillimeters":
            yield f"{field} is 0", ["W-17"], body[:at] + bytes(8) + body[at + 8 :], "badValue", offset, "spacing"
    if trace:
        offset, kind, field = trace[0]
        yield f"ends inside {field}", ["W-11"], body[: registry.minimum(kind) - 1], "truncated", offset, field
    yield "ends before the first field", ["W-11"], b"", *(("truncated", 32, trace[0][2]) if trace else (None, 0, ""))
    end = HEADER_BYTE_COUNT + len(body)
    yield "a byte is left over", ["W-18"], body + b"\x01", "truncated", end, "tag"
    yield "an even tag nobody knows", ["W-19"], body + struct.pack("<HI", 2, 0), "unknownTag", end, "tag"
    twice = struct.pack("<HI", 7, 0)
    yield "the same tag twice", ["W-18"], body + twice + twice, "tagOrder", end + 6, "tag"
    yield "a tag's value is cut", ["W-18"], body + struct.pack("<HI", 7, 1), "limitExceeded", end + 2, "tagLength"


def cases(registry, message, part):
    """All cases of one body."""
    row = registry.messages.get(message, {"logged": False, "schema": 1})
    maker = Maker(registry, f"{message} {part}")
    service, operation = registry.kind(message) if message != "common.Refusal" else (4, 0x11)
    service = service or maker.random.randrange(7)
    fields = registry.fields(message, part)

    def case(name, rules, body, **more):
        request_id = maker.random.randbytes(16) if part != "fields" else bytes(16)
        head = {"name": name, "part": part, "rules": rules}
        if part == "fields" and row["logged"]:
            return head | more | {"body": body.hex()}
        frame = Frame(service, operation, row["schema"], body, request_id, part in ("reply", "refusal"), part == "refusal")
        return head | more | {"frame": frame.encode().hex()}

    for style in ("empty", "typical", "full"):
        values = {name: maker.value(kind, style) for name, kind in fields}
        if part == "refusal":
            values["code"], values["text"] = {"empty": 0, "typical": 5, "full": 65535}[style], values["text"][:200]
        body = registry.encode(message, part, values)
        yield case(style, ["W-01", "W-11"], body, fields=plain(values), options={})
        if style != "typical":
            continue
        if part == "request":
            options = maker.options()
            told = registry.encode(message, part, values, options)
            yield case("with options", ["W-20"], told, fields=plain(values), options=plain(options))
            end = HEADER_BYTE_COUNT + len(body)
            for tag, known in registry.tags.items():
                wrong = body + struct.pack("<HI", tag, known["byteCount"] - 1) + bytes(known["byteCount"] - 1)
                error = {"code": "badTagLength", "offset": end + 6, "field": known["name"]}
                yield case(f"{known['name']} is too short", ["W-20"], wrong, error=error)
        if part == "refusal":
            long = registry.encode(message, part, values | {"text": "x" * 257})
            error = {"code": "limitExceeded", "offset": 39, "field": "text"}
            yield case("text of 257 bytes", ["W-21"], long, error=error)
        skipped = body + struct.pack("<HI", 9, 3) + b"new"
        yield case("with an odd tag nobody knows", ["W-19"], skipped, fields=plain(values), options={})
        trace = []
        registry.encode(message, part, values, trace=trace)
        for name, rules, spoiled, code, offset, field in damages(registry, body, trace):
            if code is not None:
                yield case(name, rules, spoiled, error={"code": code, "offset": offset, "field": field})
    # After all others, which so stay what they were when the message had no tagged fields.
    own = registry.tagged(message, part)
    if own:
        yield from tagged_cases(registry, message, part, maker, own, case)


def tagged_cases(registry, message, part, maker, own, case):
    """Cases of a body's own tagged fields."""
    fields = registry.fields(message, part)
    for style in ("empty", "typical", "full"):
        values = {name: maker.value(kind, style) for name, kind in [*fields, *own.values()]}
        body = registry.encode(message, part, values)
        yield case(f"{style} with tagged fields", ["W-29"], body, fields=plain(values), options={})
    values = {name: maker.value(kind, "typical") for name, kind in fields}
    plain_body = registry.encode(message, part, values)
    value_offset = HEADER_BYTE_COUNT + len(plain_body) + 6
    for tag, (name, kind) in own.items():
        alone = values | {name: maker.value(kind, "typical")}
        body = registry.encode(message, part, alone)
        yield case(f"{name} alone", ["W-29"], body, fields=plain(alone), options={})
        newer = body + struct.pack("<HI", max(own) + 2, 3) + b"new"
        yield case(f"{name} before an odd tag nobody knows", ["W-19", "W-29"], newer, fields=plain(alone), options={})
        error = {"code": "badTagLength", "offset": value_offset, "field": name}
        if registry.has_one_length(kind):
            for text, change in (("short", -1), ("long", 1)):
                length = registry.minimum(kind) + change
                wrong = plain_body + struct.pack("<HI", tag, length) + bytes(length)
                yield case(f"{name} is too {text}", ["W-29"], wrong, error=error)
        else:
            raw = body[len(plain_body) + 6 :] + b"\x00"
            wrong = plain_body + struct.pack("<HI", tag, len(raw)) + raw
            yield case(f"{name} has a byte left over", ["W-29"], wrong, error=error)
            wrong = plain_body + struct.pack("<HI", tag, 0)
            yield case(f"{name} is nothing", ["W-11", "W-29"], wrong, error=error | {"code": "truncated"})
        if kind == "bool" or kind in registry.choices:
            wrong = plain_body + struct.pack("<HI", tag, 1) + b"\xfe"
            yield case(f"{name} is unknown", ["W-12", "W-29"], wrong, error=error | {"code": "badValue"})
        for text, number in (("infinite", float("inf")), ("not a number", float("nan"))) if kind in ("f32", "f64") else ():
            raw = struct.pack("<" + NUMBERS[kind], number)
            wrong = plain_body + struct.pack("<HI", tag, len(raw)) + raw
            error = {"code": "notFinite", "offset": value_offset, "field": name}
            yield case(f"{name} is {text}", ["W-16", "W-29"], wrong, error=error)
    if part == "request":
        options = maker.options()
        both = values | {name: maker.value(kind, "full") for name, kind in own.values()}
        told = registry.encode(message, part, both, options)
        yield case("tagged fields after options", ["W-20", "W-29"], told, fields=plain(both), options=plain(options))
    first, *rest = own
    if rest:
        (name, kind), (other, inner) = own[first], own[rest[0]]
        whole = registry.encode(message, part, values | {name: maker.value(kind, "typical"), other: maker.value(inner, "typical")})
        at = len(plain_body)
        middle = at + 6 + struct.unpack_from("<I", whole, at + 2)[0]
        swapped = whole[:at] + whole[middle:] + whole[at:middle]
        error = {"code": "tagOrder", "offset": HEADER_BYTE_COUNT + at + len(whole) - middle, "field": "tag"}
        yield case(f"{other} before {name}", ["W-18"], swapped, error=error)


def frame_cases():
    """What is wrong with a frame before its body is looked into; the bytes are spoiled by hand."""
    good = Frame(4, 0x11, 1, b"body", bytes(range(16))).encode()
    sealed = Frame(4, 0x11, 1, bytes(1 << 10), bytes(range(16))).encode()

    def case(name, rule, frame, code, offset, field, **more):
        return {"name": name, "part": "frame", "rules": [rule], **more, "frame": frame.hex()} | {
            "error": {"code": code, "offset": offset, "field": field}
        }

    yield case("nothing", "W-02", b"", "truncated", 0, "header")
    yield case("a header less one byte", "W-02", good[:31], "truncated", 0, "header")
    yield case("another magic", "W-02", b"CRN2" + good[4:], "badMagic", 0, "magic")
    yield case("an HTTP request", "W-02", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "badMagic", 0, "magic")
    for bit in range(2, 8):
        yield case(f"flag {bit}", "W-03", good[:7] + bytes([1 << bit]) + good[8:], "badFlags", 7, "flags")
    yield case("a refusal of nothing", "W-03", good[:7] + b"\x02" + good[8:], "badFlags", 7, "flags")
    claim = good[:24] + b"\xff\xff\xff\xff" + good[28:]
    yield case("a claim of 4 GiB", "W-04", claim, "frameTooLarge", 24, "bodyByteCount")
    yield case("a byte more than the limit", "W-04", sealed, "frameTooLarge", 24, "bodyByteCount", limit=len(sealed) - 1)
    yield case("a byte missing", "W-05", good[:-1], "badLength", 24, "bodyByteCount")
    yield case("a byte too many", "W-05", good + b"\x00", "badLength", 24, "bodyByteCount")
    yield case("a body with another byte", "W-06", good[:-1] + b"Y", "badChecksum", 28, "checksum")
    yield case("another checksum", "W-06", good[:28] + bytes(4) + good[32:], "badChecksum", 28, "checksum")
    yield case("all wrong at once", "W-07", b"XXXX" + b"\xff" * 28, "badMagic", 0, "magic")
    yield case("flags and length wrong", "W-07", good[:7] + b"\xff" + good[8:24] + b"\xff" * 8, "badFlags", 7, "flags")


def write(name, message, rows):
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    text = f'{{\n "message": {json.dumps(message)},\n "cases": [\n{lines}\n ]\n}}\n'
    (HERE / "Vectors" / f"{name}.json").write_text(text)


def main():
    registry = Registry()
    (HERE / "Vectors").mkdir(exist_ok=True)
    write("frame", None, frame_cases())
    write("common.Refusal", "common.Refusal", cases(registry, "common.Refusal", "refusal"))
    for message, row in registry.messages.items():
        parts = ["fields"] if row.get("event") else ["request", "reply"]
        write(message, message, [case for part in parts for case in cases(registry, message, part)])


if __name__ == "__main__":
    main()
