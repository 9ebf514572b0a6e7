"""Drives the simulator from Python, without dependencies: start it with
  java -jar conformance/target/conformance.jar simulate --listen 127.0.0.1:8099 --speed virtual
and run
  CONTROL=http://127.0.0.1:8099 python3 -m unittest test_control.py
"""

import http.server
import json
import os
import threading
import unittest
import urllib.error
import urllib.request

CONTROL = os.environ.get("CONTROL", "http://127.0.0.1:8099")


def call(method, path, body=None):
    request = urllib.request.Request(
        CONTROL + "/api/v1" + path,
        method=method,
        headers={"Content-Type": "application/json"},
        data=None if method == "GET" else json.dumps(body or {}).encode(),
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Handler(http.server.BaseHTTPRequestHandler):
    """Fails twice, then takes the event."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        event = json.loads(self.rfile.read(length))
        self.server.seen.append(event["webhookId"])
        self.send_response(500 if len(self.server.seen) <= 2 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class RetryTest(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.seen = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_the_platform_comes_again_at_the_guides_times(self):
        url = "http://127.0.0.1:%d/hook" % self.server.server_address[1]
        call("POST", "/reset", {"seed": 7, "target": url})
        status, sent = call("POST", "/events", {"type": "InvoicePaid"})
        self.assertEqual(201, status)

        call("POST", "/advance", {"byMs": 0})
        _, delivery = call("GET", "/deliveries/" + sent["id"])
        self.assertEqual(("pending", 1), (delivery["state"], len(delivery["attempts"])))

        call("POST", "/advance", {"untilSettled": True})
        status, waited = call("POST", "/wait", {"id": sent["id"], "state": "delivered"})
        self.assertEqual(200, status)
        attempts = waited["deliveries"][0]["attempts"]
        jitter = waited["deliveries"][0]["jitterMs"]
        self.assertEqual([0, jitter, jitter + 10000], [a["offsetMs"] for a in attempts])
        self.assertEqual(["500", "500", "200"], [a["outcome"] for a in attempts])
        self.assertEqual([sent["webhookId"]] * 3, self.server.seen)


if __name__ == "__main__":
    unittest.main()
