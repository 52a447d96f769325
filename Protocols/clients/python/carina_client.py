"""Asks a Carina service and follows its events, with nothing but Python's own library.

    client = Client("tcp://127.0.0.1:7431")
    print(client.call("common.Hello", {}))
"""

import secrets
import time

from carina_nng import Connection, Requester, TransportError
from carina_wire import CONTROL_LIMIT, Frame, Registry, WireError


class Refusal(Exception):
    """The service says no, and why."""

    def __init__(self, code, is_retriable, text):
        super().__init__(f"{code}: {text}")
        self.code, self.is_retriable, self.text = code, is_retriable, text


class Client:
    """Asks one service; repeats a request under the same id until it is answered or its time is over (W-22)."""

    def __init__(self, address, registry=None, certificates=None):
        self.registry = registry or Registry()
        self.requester = Requester(address, certificates)

    def call(self, message, fields, timeout=5.0, attempt=2.0, fingerprint=None):
        """The fields of the reply. Raises Refusal, or TransportError when there was no answer in time."""
        end = time.monotonic() + timeout
        options = {"deadline": int((time.time() + timeout) * 1000), "fingerprint": fingerprint}
        body = self.registry.encode(message, "request", fields, options)
        request = Frame(*self.registry.kind(message), 1, body, secrets.token_bytes(16))
        encoded, pause = request.encode(), 0.02
        while True:
            try:
                left = end - time.monotonic()
                answer = Frame.decode(self.requester.request(encoded, max(0.001, min(left, attempt))))
                return self._read(message, request, answer)
            except (TransportError, WireError, Refusal) as error:
                is_final = isinstance(error, Refusal) and not error.is_retriable
                if is_final or time.monotonic() + pause >= end:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, 1.0)

    def _read(self, message, request, answer):
        """W-25: an answer has the request's id and kind; W-08: zeros when the request could not be read."""
        if answer.is_refusal and answer.request_id in (request.request_id, bytes(16)):
            fields, _ = self.registry.decode("common.Refusal", "refusal", answer.body)
            code = self.registry.refusals.get(fields["code"], fields["code"])
            raise Refusal(code, fields["isRetriable"], fields["text"])
        same = (answer.service, answer.operation, answer.request_id)
        if not answer.is_reply or same != (request.service, request.operation, request.request_id):
            raise TransportError("the answer is one to another request")
        return self.registry.decode(message, "reply", answer.body)[0]

    def close(self):
        self.requester.close()


class Bell:
    """Listens to a service's doorbells. They may be lost: `wait` only says that asking may be worth it."""

    def __init__(self, address, service, registry, certificates=None):
        self.address, self.certificates, self.registry = address, certificates, registry
        self.topic = b"CRN1" + bytes([registry.services[service]])
        self.connection = None

    def connect(self):
        """Connects where that is not done. Raises TransportError when the service is away."""
        if self.connection is None:
            self.connection = Connection(self.address, "SUB", 2.0, self.certificates)

    def wait(self, timeout):
        """The log id and the position that the next doorbell tells of; None when there was none in time."""
        self.connect()
        end = time.monotonic() + timeout
        try:
            while (left := end - time.monotonic()) > 0:
                message = self.connection.receive(left)
                if message is None or not message.startswith(self.topic):
                    continue
                try:
                    frame = Frame.decode(message, CONTROL_LIMIT)
                    fields, _ = self.registry.decode("common.Doorbell", "fields", frame.body)
                except WireError:
                    continue  # A bell that cannot be read is a bell that was lost.
                return fields["logID"], fields["seq"]
        except TransportError:
            self.close()
            raise
        return None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
