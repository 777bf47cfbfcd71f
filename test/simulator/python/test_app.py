import json
import os
import re
import signal
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from app import App

COMMAND = "npx --no-install passport-voice-otp simulator --port 0 --calls-per-second Infinity"
ALICE = "+12025550123"


def send(method, url, body=b"", content_type="application/x-www-form-urlencoded"):
    request = urllib.request.Request(url, body, {"Content-Type": content_type}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class PhoneLogin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = subprocess.Popen(
            COMMAND.split(), stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        # The command prints the SIGNALWIRE_* values, the signing key last.
        cls.space = {}
        while "SIGNALWIRE_SIGNING_KEY" not in cls.space:
            name, _, value = cls.simulator.stdout.readline().strip().partition("=")
            cls.space[name] = value
        cls.app = App(0, cls.space)
        threading.Thread(target=cls.app.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        os.killpg(cls.simulator.pid, signal.SIGTERM)
        cls.simulator.communicate()
        cls.app.shutdown()
        cls.app.server_close()

    def setUp(self):
        self.control("PUT", f"/phones/{ALICE}", {"behaviour": "manual"})
        self.control("DELETE", "/faults")

    def control(self, method, path, body=None):
        text = json.dumps(body or {}).encode()
        return send(method, self.space["SIGNALWIRE_SPACE"] + path, text, "application/json")

    def post(self, path, **fields):
        return send("POST", self.app.url + path, urllib.parse.urlencode(fields).encode())

    def wait_for(self, sid, is_so):
        for _ in range(100):
            with urllib.request.urlopen(self.space["SIGNALWIRE_SPACE"] + "/calls.json") as response:
                call = next(each for each in json.load(response) if each["sid"] == sid)
            if is_so(call):
                return call
            time.sleep(0.1)
        self.fail(f"The call never got there: {call}")

    def ring(self):
        _, sid = self.post("/login", phone=ALICE)
        self.wait_for(sid, lambda call: call["status"] == "ringing")
        return sid

    def test_the_code_of_the_call_is_accepted_once(self):
        sid = self.ring()
        self.control("POST", f"/calls/{sid}/answer")
        self.wait_for(sid, lambda call: call["waitingFor"] is not None)
        self.control("POST", f"/calls/{sid}/keys", {"digits": "1"})
        call = self.wait_for(sid, lambda call: call["status"] == "completed")
        self.assertIsNone(call["error"])
        code = re.sub(r"\D", "", call["heard"][-1])
        self.assertEqual(self.post("/verify", sid=sid, code=code)[0], 200)
        self.assertEqual(self.post("/verify", sid=sid, code=code)[0], 403)

    def test_a_busy_phone_gets_no_webhook(self):
        self.control("PUT", f"/phones/{ALICE}", {"behaviour": "busy"})
        _, sid = self.post("/login", phone=ALICE)
        call = self.wait_for(sid, lambda call: call["status"] == "busy")
        self.assertEqual(call["webhooks"], [])

    def test_a_forged_webhook_is_refused(self):
        self.control("PUT", "/faults", {"webhooks": {"signature": "wrong"}})
        sid = self.ring()
        self.control("POST", f"/calls/{sid}/answer")
        call = self.wait_for(sid, lambda call: call["status"] == "completed")
        self.assertEqual([each["status"] for each in call["webhooks"]], [403])
        self.assertIn("HTTP 403", call["error"])


if __name__ == "__main__":
    unittest.main()
