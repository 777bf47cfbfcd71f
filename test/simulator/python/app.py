"""A login with a phone code, in plain Python: it calls the user, and the call reads the code after somebody presses 1."""
import base64
import hashlib
import hmac
import json
import os
import secrets
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CODES = {}  # the code of each call, by its SID


class App(ThreadingHTTPServer):
    """The app. `space` holds the five SIGNALWIRE_* values."""

    daemon_threads = True

    def __init__(self, port, space=os.environ):
        super().__init__(("127.0.0.1", port), Handler)
        self.space = space
        self.url = f"http://127.0.0.1:{self.server_port}"

    def call(self, number):
        """Creates a call. Returns its SID."""
        project, token = self.space["SIGNALWIRE_PROJECT"], self.space["SIGNALWIRE_TOKEN"]
        fields = {"To": number, "From": self.space["SIGNALWIRE_NUMBER"], "Url": f"{self.url}/voice"}
        request = urllib.request.Request(
            f"{self.space['SIGNALWIRE_SPACE']}/api/laml/2010-04-01/Accounts/{project}/Calls.json",
            urllib.parse.urlencode(fields).encode(),
            {"Authorization": "Basic " + base64.b64encode(f"{project}:{token}".encode()).decode()},
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)["sid"]

    def is_signed(self, path, fields, signature):
        """Whether a webhook comes from the Space: HMAC-SHA1 of the URL and the sorted fields."""
        text = self.url + path + "".join(name + fields[name] for name in sorted(fields))
        key = self.space["SIGNALWIRE_SIGNING_KEY"].encode()
        expected = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()
        return hmac.compare_digest(signature, expected)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        if self.path == "/login":
            sid = self.server.call(fields["phone"])
            CODES[sid] = f"{secrets.randbelow(1_000_000):06}"
            self.respond(200, sid, "text/plain")
        elif self.path == "/verify":
            code = CODES.pop(fields["sid"], "")
            self.respond(200 if hmac.compare_digest(code, fields["code"]) else 403, "", "text/plain")
        elif not self.server.is_signed(
            self.path, fields, self.headers.get("X-SignalWire-Signature", "")
        ):
            self.respond(403, "", "text/plain")
        elif self.path == "/voice":
            self.laml(
                f'<Gather action="{self.server.url}/keys" numDigits="1">'
                "<Say>To hear your code, press 1.</Say></Gather>"
            )
        elif fields.get("Digits") == "1":
            self.laml(f"<Say>Your code is {', '.join(CODES[fields['CallSid']])}</Say>")
        else:
            self.laml("<Hangup/>")

    def laml(self, verbs):
        self.respond(200, f"<Response>{verbs}</Response>", "application/xml")

    def respond(self, status, text, content_type):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """No access log."""
