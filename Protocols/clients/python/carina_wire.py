"""Carina's frames and bodies in plain Python, read from Registry.json.

An implementation of Protocols/Wire.md that shares nothing with the Swift one: where both agree, the document is right.
Identifiers, fingerprints and bytes are `bytes` here; a structure is a dict, an absent value None, a choice its name.
"""

import json
import math
import pathlib
import struct

MAGIC = b"CRN1"
HEADER_BYTE_COUNT = 32
CONTROL_LIMIT = 1 << 20
BULK_LIMIT = 16 << 20
NO_REQUEST = bytes(16)
REGISTRY_PATH = pathlib.Path(__file__).resolve().parents[2] / "Registry.json"


class WireError(Exception):
    """Why bytes are no frame or not the message they say they are: code, offset in the frame, field."""

    def __init__(self, code, offset, field):
        super().__init__(f"{code} at byte {offset} reading {field}")
        self.code, self.offset, self.field = code, offset, field


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC_TABLE = _crc_table()


def crc32c(data):
    """The Castagnoli checksum (W-06)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Frame:
    """One message: what it is about, and its body."""

    def __init__(self, service, operation, schema, body, request_id=NO_REQUEST, is_reply=False, is_refusal=False):
        self.service, self.operation, self.schema, self.body = service, operation, schema, body
        self.request_id, self.is_reply, self.is_refusal = request_id, is_reply, is_refusal

    def encode(self):
        """The bytes on the wire (W-01)."""
        flags = self.is_reply | self.is_refusal << 1
        start = MAGIC + bytes([self.service, self.operation, self.schema, flags]) + self.request_id
        start += struct.pack("<I", len(self.body))
        return start + struct.pack("<I", crc32c(start + self.body)) + self.body

    @classmethod
    def decode(cls, data, limit=BULK_LIMIT):
        """Reads one whole frame; the checks come in the order of the rules (W-02 to W-07)."""
        if len(data) < HEADER_BYTE_COUNT:
            raise WireError("truncated", 0, "header")
        if data[:4] != MAGIC:
            raise WireError("badMagic", 0, "magic")
        service, operation, schema, flags = data[4:8]
        if flags & ~3 or flags == 2:
            raise WireError("badFlags", 7, "flags")
        length, checksum = struct.unpack_from("<II", data, 24)
        if length > limit - HEADER_BYTE_COUNT:
            raise WireError("frameTooLarge", 24, "bodyByteCount")
        if length != len(data) - HEADER_BYTE_COUNT:
            raise WireError("badLength", 24, "bodyByteCount")
        if crc32c(data[:28] + data[32:]) != checksum:
            raise WireError("badChecksum", 28, "checksum")
        return cls(service, operation, schema, data[32:], data[8:24], bool(flags & 1), bool(flags & 2))


class Reader:
    """Reads fields from front to back; offsets count from the start of the frame."""

    def __init__(self, data, base=HEADER_BYTE_COUNT):
        self.data, self.base, self.position = data, base, 0

    @property
    def offset(self):
        return self.base + self.position

    @property
    def remaining(self):
        return len(self.data) - self.position

    def take(self, count, field):
        if count > self.remaining:
            raise WireError("truncated", self.offset, field)
        self.position += count
        return self.data[self.position - count : self.position]

    def number(self, form, field):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form), field))[0]

    def count(self, size, field):
        start = self.offset
        count = self.number("I", field)
        if count > self.remaining // max(size, 1):
            raise WireError("limitExceeded", start, field)
        return count


NUMBERS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i16": "h", "i32": "i", "f32": "f", "f64": "d"}
FIXED_BYTES = {"id": 16, "fp": 32}


class Registry:
    """Every number and every body, from Registry.json."""

    def __init__(self, path=REGISTRY_PATH):
        self.content = json.loads(pathlib.Path(path).read_text())
        self.limits = self.content["limits"]
        self.services = {row["name"]: row["number"] for row in self.content["services"]}
        self.tags = {row["tag"]: row for row in self.content["tags"]}
        self.refusals = {row["code"]: row["name"] for row in self.content["refusals"]}
        self.choices = {
            row["name"]: {value["value"]: value["name"] for value in row["values"]} for row in self.content["choices"]
        }
        self.structures = {
            row["name"]: [(field["name"], field["type"]) for field in row["fields"]]
            for row in self.content["structures"]
        }
        self.messages = {f"{row['service']}.{row['name']}": row for row in self.content["messages"]}

    def kind(self, message):
        """Service and operation of a message such as `ingest.StoreObject`."""
        row = self.messages[message]
        return self.services[row["service"]], int(row["operation"], 16)

    def fields(self, message, part):
        """Names and types of a body: part is `request`, `reply`, `fields` (of an event) or `refusal`."""
        if part == "refusal":
            return self.structures["Refusal"]
        return [(field["name"], field["type"]) for field in self.messages[message][part]]

    def tagged(self, message, part):
        """A body's own tagged fields: tag to name and type (W-29)."""
        key = {"fields": "tagged", "request": "requestTagged", "reply": "replyTagged"}.get(part)
        rows = self.messages[message].get(key, []) if key else []
        return {row["tag"]: (row["name"], row["type"]) for row in rows}

    def has_one_length(self, kind):
        """Whether every value of this type takes the same number of bytes."""
        return kind in {*NUMBERS, *FIXED_BYTES, *self.choices, "bool"}

    def minimum(self, kind):
        """The fewest bytes that a value of this type takes (W-13)."""
        if kind.endswith("?") or kind in self.choices or kind == "bool":
            return 1
        if kind in NUMBERS:
            return struct.calcsize("<" + NUMBERS[kind])
        if kind in FIXED_BYTES:
            return FIXED_BYTES[kind]
        if kind.startswith("[") or kind in ("str", "bytes"):
            return 4
        return sum(self.minimum(field) for _, field in self.structures[kind])

    # Reading

    def decode(self, message, part, body):
        """Reads a whole body. Returns its fields, absent tagged ones as None, and a request's options (W-11 to W-20, W-29)."""
        reader = Reader(body)
        read = self._refusal if part == "refusal" else lambda reader: self._structure(self.fields(message, part), reader)
        values = read(reader)
        found = self._tags(reader)
        for tag, (name, kind) in self.tagged(message, part).items():
            values[name] = None
            if tag in found:
                offset, value = found[tag]
                if self.has_one_length(kind) and len(value) != self.minimum(kind):
                    raise WireError("badTagLength", offset, name)
                inner = Reader(value, offset)
                values[name] = self.read(kind, inner, name)
                if inner.remaining:
                    raise WireError("badTagLength", offset, name)
        return values, self._options(found) if part == "request" else {}

    def _structure(self, fields, reader):
        return {name: self.read(kind, reader, name) for name, kind in fields}

    def read(self, kind, reader, field):
        """Reads one value of a type as the registry writes it."""
        start = reader.offset
        if kind.endswith("?"):
            return self.read(kind[:-1], reader, field) if self.read("bool", reader, field) else None
        if kind.startswith("["):
            return self._list(kind[1:-1], reader, field)
        if kind == "bool" or kind in self.choices:
            known = {0: False, 1: True} if kind == "bool" else self.choices[kind]
            value = reader.number("B", field)
            if value not in known:
                raise WireError("badValue", start, field)
            return known[value]
        if kind in NUMBERS:
            value = reader.number(NUMBERS[kind], field)
            if kind[0] == "f" and not math.isfinite(value):
                raise WireError("notFinite", start, field)
            return value
        if kind in FIXED_BYTES:
            return reader.take(FIXED_BYTES[kind], field)
        if kind == "bytes":
            return reader.take(reader.count(1, field), field)
        if kind == "str":
            try:
                return reader.take(reader.count(1, field), field).decode()
            except UnicodeDecodeError:
                raise WireError("badText", start, field) from None
        return {"SlicePixels": self._slice, "PixelSpacing": self._spacing}.get(
            kind, lambda reader: self._structure(self.structures[kind], reader)
        )(reader)

    def _list(self, kind, reader, field):
        start = reader.offset
        count = reader.count(self.minimum(kind), field)
        if kind in NUMBERS:
            first = reader.offset
            form = NUMBERS[kind]
            values = list(struct.unpack(f"<{count}{form}", reader.take(count * struct.calcsize("<" + form), field)))
            for index, value in enumerate(values if kind[0] == "f" else ()):
                if not math.isfinite(value):
                    raise WireError("notFinite", first + struct.calcsize("<" + form) * index, field)
            return values
        if count > self.limits["listElements"]:
            raise WireError("limitExceeded", start, field)
        return [self.read(kind, reader, field) for _ in range(count)]

    def _slice(self, reader):
        """W-17: a slice has sides within the limit and exactly rows x columns values."""
        values = {}
        for name, kind in self.structures["SlicePixels"]:
            start = reader.offset
            values[name] = self.read(kind, reader, name)
            if name in ("rows", "columns") and not 1 <= values[name] <= self.limits["sliceSide"]:
                raise WireError("badValue", start, name)
            if name == "values" and len(values[name]) != values["rows"] * values["columns"]:
                raise WireError("badValue", start, name)
        return values

    def _spacing(self, reader):
        start = reader.offset
        values = self._structure(self.structures["PixelSpacing"], reader)
        low, high = self.limits["spacingMillimeters"]
        if not all(low <= value <= high for value in values.values()):
            raise WireError("badValue", start, "spacing")
        return values

    def _refusal(self, reader):
        """W-21: a refusal's text is short."""
        *fields, (name, _) = self.structures["Refusal"]
        values = self._structure(fields, reader)
        start = reader.offset
        length = reader.count(1, name)
        if length > self.limits["refusalTextBytes"]:
            raise WireError("limitExceeded", start, name)
        try:
            return values | {name: reader.take(length, name).decode()}
        except UnicodeDecodeError:
            raise WireError("badText", start, name) from None

    def _tags(self, reader):
        """All tagged fields: tag to offset and value (W-18, W-19)."""
        found, last = {}, -1
        while reader.remaining:
            start = reader.offset
            tag = reader.number("H", "tag")
            if tag <= last:
                raise WireError("tagOrder", start, "tag")
            if tag % 2 == 0:
                raise WireError("unknownTag", start, "tag")
            last, length = tag, reader.count(1, "tagLength")
            found[tag] = reader.offset, reader.take(length, "tagValue")
        return found

    def _options(self, found):
        options = {}
        for tag, (offset, value) in found.items():
            known = self.tags.get(tag)
            if known is None:
                continue
            if len(value) != known["byteCount"]:
                raise WireError("badTagLength", offset, known["name"])
            options[known["name"]] = struct.unpack("<Q", value)[0] if known["type"] == "u64" else value
        return options

    # Writing

    def encode(self, message, part, values, options=None, trace=None):
        """The bytes of a body. `trace`, a list, takes (offset, type, field) of everything that was written."""
        output = bytearray()
        trace = [] if trace is None else trace
        for name, kind in self.fields(message, part):
            self.write(kind, values[name], output, name, trace)
        for tag, known in sorted(self.tags.items()):
            value = (options or {}).get(known["name"])
            if value is not None:
                raw = struct.pack("<Q", value) if known["type"] == "u64" else value
                output += struct.pack("<HI", tag, len(raw)) + raw
        # After the common ones, which have lower tags.
        for tag, (name, kind) in sorted(self.tagged(message, part).items()):
            if values.get(name) is not None:
                output += struct.pack("<HI", tag, 0)
                start = len(output)
                self.write(kind, values[name], output, name, trace)
                struct.pack_into("<I", output, start - 4, len(output) - start)
        return bytes(output)

    def write(self, kind, value, output, field, trace):
        """Writes one value of a type as the registry writes it."""
        if kind.endswith("?"):
            trace.append((HEADER_BYTE_COUNT + len(output), "bool", field))
            output.append(value is not None)
            if value is not None:
                self.write(kind[:-1], value, output, field, trace)
            return
        if kind in self.structures:
            for name, inner in self.structures[kind]:
                self.write(inner, value[name], output, name, trace)
            return
        trace.append((HEADER_BYTE_COUNT + len(output), kind, field))
        if kind.startswith("["):
            output += struct.pack("<I", len(value))
            for element in value:
                self.write(kind[1:-1], element, output, field, trace)
        elif kind in self.choices:
            output.append({name: number for number, name in self.choices[kind].items()}[value])
        elif kind == "bool":
            output.append(value)
        elif kind in NUMBERS:
            output += struct.pack("<" + NUMBERS[kind], value)
        elif kind in FIXED_BYTES:
            if len(value) != FIXED_BYTES[kind]:
                raise ValueError(f"{field} has {len(value)} bytes")
            output += value
        else:
            raw = value.encode() if kind == "str" else value
            output += struct.pack("<I", len(raw)) + raw
