"""An HTTP server that receives pushes, for the suite of the bus."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.contract.subjects import fresh

__all__ = ["Inbox", "Receiver"]


class Inbox:
    """What was pushed to one endpoint, and how to answer."""

    def __init__(self, url, answer):
        self.url = url
        self.bodies = []
        self._answer = answer
        self._changed = threading.Condition()

    def take(self, body):
        """Keep a body and return the status to answer with."""
        with self._changed:
            self.bodies.append(body)
            number = len(self.bodies)
            self._changed.notify_all()
        return self._answer(body, number)

    def wait(self, count, timeout_s=60):
        """Return the bodies once there are `count`."""
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.bodies) >= count, timeout_s)
            assert enough, f"{len(self.bodies)} of {count} messages after {timeout_s} s"
            return list(self.bodies)

    def wait_for_data(self, expected, timeout_s=60):
        """Wait until every expected payload has come at least once."""
        with self._changed:
            came = self._changed.wait_for(lambda: expected <= set(self.data()), timeout_s)
            assert came, f"missing after {timeout_s} s: {expected - set(self.data())}"

    def data(self):
        return [base64.b64decode(body["message"].get("data", "")) for body in self.bodies]


class Receiver:
    """The server; each endpoint has an inbox."""

    def __init__(self):
        inboxes = self._inboxes = {}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                inbox = inboxes.get(self.path)
                self.send_response(inbox.take(body) if inbox else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def inbox(self, answer=lambda _body, _number: 200):
        """Return a new endpoint; `answer(body, how many came)` gives the status."""
        path = "/" + fresh("push")
        url = f"http://127.0.0.1:{self._server.server_port}{path}"
        self._inboxes[path] = Inbox(url, answer)
        return self._inboxes[path]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
