#!/usr/bin/env python3
"""Measures the functions' bootstraps as Lambda starts them.

Usage: bench_functions.py FOLDER [FOLDER]

FOLDER holds the programs for this machine as cargo-lambda leaves them, the second folder those of the target of the release
(arm64), of which only the sizes are told.

Each is started against a Runtime API of our own (AWS Lambda, "Using the Lambda runtime API") and services that answer at
once with nothing stored: so the times are the program's own. Start: from its start to its first request for work, the
median of STARTS. Events: the first and the tenth, from handing it over to its answer. Memory: resident, and the most ever
(/proc/PID/status).
"""

import base64
import hashlib
import hmac
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from queue import Queue

STARTS = 30
EVENTS = 10
SECRET = "an invented channel secret"
SETTINGS = f"""
[signing]
keys = ["an invented key of thirty-two by"]
[line.default]
channel_secret = "{SECRET}"
channel_access_token = "invented"
flow = "main"
"""


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length") or 0))


class Runtime(Server):
    """The Runtime API: hands over what `work` has, and tells when it was asked and answered."""

    def do_GET(self):
        self.server.asked.put(time.perf_counter())
        event = self.server.work.get()
        if event is None:
            self.close_connection = True
            return
        self.server.handed = time.perf_counter()
        deadline = str(int(time.time() * 1000) + 60_000)
        self.answer(200, event, [
            ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000"),
            ("lambda-runtime-deadline-ms", deadline),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:111122223333:function:bench"),
            ("content-type", "application/json"),
        ])

    def do_POST(self):
        body = self.body()
        self.server.answered.put((time.perf_counter() - self.server.handed, self.path.rsplit("/", 1)[-1], body))
        self.answer(202, {})


class Services(Server):
    """Systems Manager with the accounts, and a table and queues that have nothing."""

    def do_POST(self):
        body, operation = self.body(), self.headers.get("x-amz-target", "").rpartition(".")[2]
        answer = {}
        if operation == "GetParameter":
            answer = {"Parameter": {"Name": "settings", "Type": "SecureString", "Value": SETTINGS}}
        elif operation == "Query":
            answer = {"Items": [], "Count": 0, "ScannedCount": 0}
        elif operation in ("SendMessage", "SendMessageBatch"):
            sent = json.loads(body)
            entries = sent.get("Entries") or [sent]
            self.server.sent.extend(entry["MessageBody"] for entry in entries)
            digest = lambda entry: hashlib.md5(entry["MessageBody"].encode()).hexdigest()
            answer = {"Successful": [{"Id": entry.get("Id"), "MessageId": "1", "MD5OfMessageBody": digest(entry)}
                                     for entry in entries], "Failed": []} if "Entries" in sent else {
                "MessageId": "1", "MD5OfMessageBody": digest(sent)}
        self.answer(200, answer, [("content-type", "application/x-amz-json-1.0")])


class Threads(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A program that was ended leaves its connections open."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            raise


def serve(handler):
    server = Threads(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def http_event(method, path, headers=(), body=""):
    """API Gateway, "Working with AWS Lambda proxy integrations for HTTP APIs", payload format 2.0."""
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"host": "center.example", **dict(headers)},
        "requestContext": {"http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                                    "userAgent": "bench"},
                           "requestId": "1", "stage": "$default", "timeEpoch": int(time.time() * 1000)},
        "body": body, "isBase64Encoded": False,
    }


def line_webhook(number):
    message = {
        "type": "message", "mode": "active", "timestamp": int(time.time() * 1000), "replyToken": f"token{number}",
        "source": {"type": "user", "userId": "U" + "0" * 32}, "webhookEventId": f"01H0000000000000000000{number:04}",
        "deliveryContext": {"isRedelivery": False},
        "message": {"id": str(500_000_000 + number), "type": "text", "quoteToken": "q", "text": "hello"},
    }
    body = json.dumps({"destination": "U" + "f" * 32, "events": [message]})
    signature = base64.b64encode(hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()).decode()
    headers = [("content-type", "application/json"), ("x-line-signature", signature)]
    return http_event("POST", "/webhooks/line/default", headers, body)


def queue_event(queue, body):
    """AWS Lambda, "Using Lambda with Amazon SQS"."""
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1", "SenderId": "1",
                  "ApproximateFirstReceiveTimestamp": "1"}
    if queue.endswith(".fifo"):
        attributes |= {"MessageGroupId": "g", "MessageDeduplicationId": "d", "SequenceNumber": "1"}
    return {"Records": [{
        "messageId": "1", "receiptHandle": "1", "body": body, "attributes": attributes, "messageAttributes": {},
        "md5OfBody": "0" * 32, "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:111122223333:{queue}", "awsRegion": "eu-west-1"}]}


def socket_event():
    """API Gateway, "WebSocket API event": a stranger without a token knocks."""
    context = {"routeKey": "$connect", "eventType": "CONNECT", "connectionId": "c=", "connectedAt": 1,
               "requestTimeEpoch": 1, "stage": "agents", "apiId": "a", "domainName": "d", "requestId": "1"}
    return {"headers": {"Host": "d"}, "requestContext": context, "isBase64Encoded": False}


class Program:
    """One run of a bootstrap."""

    def __init__(self, path, services, name):
        self.runtime = serve(Runtime)
        self.runtime.asked, self.runtime.work, self.runtime.answered = Queue(), Queue(), Queue()
        url = f"http://127.0.0.1:{services.server_address[1]}"
        environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.runtime.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_LOG_GROUP_NAME": "g",
            "AWS_LAMBDA_LOG_STREAM_NAME": "s", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL": url, "PATCHBAY_TABLE": "table",
            "PATCHBAY_SETTINGS_PARAMETER": "settings", "PATCHBAY_PUBLIC_URL": "https://center.example",
            "PATCHBAY_MANAGEMENT_URL": url, "PATCHBAY_LOG": "off",
        }
        for queue in ("INBOUND", "ROUTING", "OUTBOUND"):
            environment[f"PATCHBAY_{queue}_QUEUE_URL"] = f"{url}/{queue.lower()}"
            environment[f"PATCHBAY_{queue}_DEAD_LETTERS_URL"] = f"{url}/{queue.lower()}-dead"
        begun = time.perf_counter()
        self.process = subprocess.Popen([str(path)], env=environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.start_ms = (self.runtime.asked.get(timeout=20) - begun) * 1000

    def handle(self, event):
        self.runtime.work.put(json.dumps(event).encode())
        seconds, kind, answer = self.runtime.answered.get(timeout=20)
        if kind != "response":
            raise SystemExit(f"{self.process.args[0]}: {answer.decode()}")
        return seconds * 1000

    def memory_mb(self, field):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        return 0.0

    def end(self):
        self.process.kill()
        self.process.wait()
        self.runtime.work.put(None)
        self.runtime.shutdown()
        self.runtime.server_close()


def sizes(path):
    """Bytes of the program and of its zip."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(path, "bootstrap")
    return path.stat().st_size, packed.getbuffer().nbytes


def main(folder, released):
    services = serve(Services)
    services.sent = []
    inbound = lambda number: queue_event("inbound.fifo", services.sent[-1])
    functions = {
        # The webhook comes first: what it queues is the flow's event.
        "webhook": ("a text from LINE", line_webhook),
        "flow": ("that text, from a stranger", inbound),
        "router": ("a sweep", lambda _: queue_event("routing", '{"do":"sweep"}')),
        "agent": ("a socket without a token", lambda _: socket_event()),
        "sender": ("a body that does not read", lambda _: queue_event("outbound.fifo", "{}")),
        "api": ("GET /health", lambda _: http_event("GET", "/health")),
    }
    print(f"{'function':9}{'event':28}{'program':>9}{'zip':>7}{'start':>8}{'first':>8}{'tenth':>8}"
          f"{'first':>8}{'tenth':>8}{'most':>7}")
    print(f"{'':37}{'MB':>9}{'MB':>7}{'ms':>8}{'ms':>8}{'ms':>8}{'MB':>8}{'MB':>8}{'MB':>7}")
    for name, (what, event) in functions.items():
        path = folder / f"patchbay-fn-{name}" / "bootstrap"
        starts = []
        for _ in range(STARTS - 1):
            run = Program(path, services, name)
            starts.append(run.start_ms)
            run.end()
        run = Program(path, services, name)
        starts.append(run.start_ms)
        times, memory = [], []
        for number in range(EVENTS):
            times.append(run.handle(event(number)))
            memory.append(run.memory_mb("VmRSS"))
        most = run.memory_mb("VmHWM")
        run.end()
        program, packed = (size / 1e6 for size in sizes(path))
        print(f"{name:9}{what:28}{program:9.2f}{packed:7.2f}{statistics.median(starts):8.1f}{times[0]:8.2f}"
              f"{times[-1]:8.2f}{memory[0]:8.1f}{memory[-1]:8.1f}{most:7.1f}")
    for name in functions if released else ():
        program, packed = (size / 1e6 for size in sizes(released / f"patchbay-fn-{name}" / "bootstrap"))
        print(f"{name:9}{'as released (arm64)':28}{program:9.2f}{packed:7.2f}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else None)
