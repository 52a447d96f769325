"""nng's scalability protocols in plain Python sockets: just enough to ask (REQ) and to listen (SUB).

On the wire (Protocols/Wire.md, Transport): each end says 00 53 50 00 pp pp 00 00, then messages follow, each with its length
as u64, big-endian. On ipc a byte 0x01 stands before the length. A request begins with four bytes that name it on this
connection, the first bit set; its reply repeats them.
"""

import secrets
import socket
import ssl
import struct
import time
import urllib.parse

PROTOCOLS = {"REQ": (0x30, 0x31), "SUB": (0x21, 0x20)}
MESSAGE_LIMIT = 16 << 20


class TransportError(Exception):
    """The peer is away, silent, or no peer of ours. Ask again: with the same request id, over a new connection."""


class Connection:
    """One connected pipe to one peer, with whole messages in and out."""

    def __init__(self, address, protocol, timeout, certificates=None):
        """`certificates`: (authority file, own certificate and key file or None) for tls+tcp."""
        scheme, _, place = address.partition("://")
        ours, theirs = PROTOCOLS[protocol]
        self.is_ipc = scheme == "ipc"
        self.received = bytearray()
        deadline = time.monotonic() + timeout
        try:
            self.socket = self._connect(scheme, place, timeout, certificates)
            self.socket.sendall(b"\x00SP\x00" + struct.pack(">HH", ours, 0))
            hello = self._take(8, deadline)
        except OSError as error:
            raise TransportError(f"cannot reach {address}: {error}") from error
        if hello != b"\x00SP\x00" + struct.pack(">HH", theirs, 0):
            self.close()
            raise TransportError(f"{address} is no peer for {protocol}")

    def _connect(self, scheme, place, timeout, certificates):
        if scheme == "ipc":
            stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            stream.settimeout(timeout)
            stream.connect(place)
            return stream
        if scheme not in ("tcp", "tls+tcp"):
            raise TransportError(f"unknown scheme {scheme}")
        url = urllib.parse.urlsplit("//" + place)
        stream = socket.create_connection((url.hostname, url.port), timeout)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "tcp":
            return stream
        authority, own = certificates or (None, None)
        context = ssl.create_default_context(cafile=authority)
        if own:
            context.load_cert_chain(own)
        return context.wrap_socket(stream, server_hostname=url.hostname)

    def send(self, message):
        """Sends one whole message."""
        start = b"\x01" if self.is_ipc else b""
        try:
            self.socket.sendall(start + struct.pack(">Q", len(message)) + message)
        except OSError as error:
            raise TransportError(f"the connection broke: {error}") from error

    def receive(self, timeout):
        """The next whole message; None when the time is over. What has arrived of a message is kept for the next call."""
        deadline = time.monotonic() + timeout
        prefix = 9 if self.is_ipc else 8
        try:
            self._fill(prefix, deadline)
            (length,) = struct.unpack_from(">Q", self.received, prefix - 8)
            if length > MESSAGE_LIMIT or (self.is_ipc and self.received[0] != 1):
                raise TransportError("what arrives is no message of nng")
            self._fill(prefix + length, deadline)
        except TimeoutError:
            return None
        except OSError as error:
            raise TransportError(f"the connection broke: {error}") from error
        message = bytes(self.received[prefix : prefix + length])
        del self.received[: prefix + length]
        return message

    def _take(self, count, deadline):
        self._fill(count, deadline)
        taken = bytes(self.received[:count])
        del self.received[:count]
        return taken

    def _fill(self, count, deadline):
        while len(self.received) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.socket.settimeout(left)
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise ConnectionError("the peer closed it")
            self.received += piece

    def close(self):
        self.socket.close()


class Requester:
    """The asking end: connects when asked, and again after a connection broke."""

    def __init__(self, address, certificates=None):
        self.address, self.certificates, self.connection = address, certificates, None

    def request(self, message, timeout):
        """One attempt; raises TransportError when no answer came. Whether to ask again is the caller's decision."""
        deadline = time.monotonic() + timeout
        try:
            if self.connection is None:
                self.connection = Connection(self.address, "REQ", timeout, self.certificates)
            name = struct.pack(">I", secrets.randbits(31) | 1 << 31)
            self.connection.send(name + message)
            while (left := deadline - time.monotonic()) > 0:
                answer = self.connection.receive(left)
                # The answer to an attempt that was given up may still arrive first.
                if answer is not None and answer[:4] == name:
                    return answer[4:]
            raise TransportError("no answer in time")
        except TransportError:
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
