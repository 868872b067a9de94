"""Judges the channels by the providers' own libraries.

What we sign they must believe and read, what they sign we must believe, and of what is changed on the way both must
say the same. A softphone's token must be the one that Twilio's own library makes. Every channel that the program knows is named in the closing lines, those without a judge too.
"""

import base64
import json
import subprocess
import sys
import time
from datetime import datetime, timezone
from urllib.parse import parse_qsl, urlencode

import telegram
from discord_interactions import verify_key
from linebot.v3.webhook import SignatureValidator, WebhookParser
from linebot.v3.models import UnknownEvent
from nacl.signing import SigningKey
from pywa.utils import webhook_updates_validator
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from twilio.jwt import JwtDecodeError
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.request_validator import RequestValidator

TEXT = "Café & thé + 100% 😀\nline 2"


class Ours:
    """The program that is judged."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("the program that is judged has ended")
        return json.loads(answer)

    def played(self):
        return self.ask({"play": TEXT, "now": now_ms()})["requests"]

    def softphone(self, identity, settings, unique):
        return self.ask({"softphone": identity, "settings": settings, "unique": unique, "now": now_ms()})["token"]

    def believes(self, case):
        return self.ask({**{key: case[key] for key in ("channel", "settings", "request")}, "now": now_ms()})["believed"]


def now_ms():
    return int(time.time() * 1000)


def body(case):
    return base64.b64decode(case["request"]["body"])


def header(case, name):
    values = [value for key, value in case["request"]["headers"] if key.lower() == name]
    return values[0] if values else ""


def secret(case, key):
    return case["settings"][key].split(",")[0]


def changed(case, change_body=None, headers=None):
    """The same request with another body, or with other values of some headers."""
    request = dict(case["request"])
    if change_body is not None:
        request["body"] = base64.b64encode(change_body).decode()
    if headers is not None:
        kept = [[name, value] for name, value in request["headers"] if name.lower() not in headers]
        request["headers"] = kept + [[name, value] for name, value in headers.items()]
    return {**case, "request": request}


# Each judge: what its library believes, what that library signs itself (or nothing), and whether it reads the document.


def twilio_believes(case):
    validator = RequestValidator(secret(case, "auth_token"))
    params = dict(parse_qsl(body(case).decode(), keep_blank_values=True))
    return validator.validate(case["request"]["url"], params, header(case, "x-twilio-signature"))


def twilio_signs(case):
    params = {"From": "+15005550001", "To": "+15005550006", "Body": TEXT, "MessageSid": "SM1", "NumMedia": "0"}
    tag = RequestValidator(secret(case, "auth_token")).compute_signature(case["request"]["url"], params)
    return changed(case, urlencode(params).encode(), {"x-twilio-signature": tag})


def line_believes(case):
    return SignatureValidator(secret(case, "channel_secret")).validate(body(case).decode(), header(case, "x-line-signature"))


def line_reads(case):
    events = WebhookParser(secret(case, "channel_secret")).parse(body(case).decode(), header(case, "x-line-signature"))
    # An event of a kind that does not exist is one of what is played.
    return bool(events) and (case["what"] == "note" or not any(isinstance(event, UnknownEvent) for event in events))


def meta_believes(case):
    return webhook_updates_validator(secret(case, "app_secret"), body(case), header(case, "x-hub-signature-256"))


def custom_believes(case):
    headers = {name: header(case, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    try:
        Webhook(secret(case, "inbound_secret")).verify(body(case), headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def custom_signs(case, age_s=0):
    at = datetime.fromtimestamp(time.time() - age_s, tz=timezone.utc)
    tag = Webhook(secret(case, "inbound_secret")).sign("msg_1", at, body(case).decode())
    stamp = str(int(at.timestamp()))
    return changed(case, None, {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": tag})


def telegram_reads(case):
    update = telegram.Update.de_json(json.loads(body(case)), None)
    # An update of a kind that does not exist is one of what is played.
    return case["what"] == "note" or len(update.to_dict()) > 1


def discord_believes(case):
    if not header(case, "x-signature-ed25519"):
        return False
    return verify_key(body(case), header(case, "x-signature-ed25519"), header(case, "x-signature-timestamp"), secret(case, "public_key"))


def discord_signs(case):
    """Under a key of our own, which the settings then name."""
    key = SigningKey(bytes(range(32)))
    settings = {**case["settings"], "public_key": key.verify_key.encode().hex()}
    stamp = str(int(time.time()))
    tag = key.sign(stamp.encode() + body(case)).signature.hex()
    signed = changed(case, None, {"x-signature-ed25519": tag, "x-signature-timestamp": stamp})
    return {**signed, "settings": settings}


class Judge:
    def __init__(self, name, believes=None, signs=None, reads=None, signature=None):
        self.name, self.believes, self.signs, self.reads, self.signature = name, believes, signs, reads, signature


TWILIO = Judge("twilio", twilio_believes, twilio_signs, signature="x-twilio-signature")
META = Judge("pywa", meta_believes, signature="x-hub-signature-256")


def judge_of(case):
    channel, settings = case["channel"], case["settings"]
    if channel == "sms" or settings.get("provider") == "twilio":
        return TWILIO
    if channel in ("whatsapp", "messenger", "instagram"):
        return META
    if channel == "line":
        return Judge("line-bot-sdk", line_believes, reads=line_reads, signature="x-line-signature")
    if channel == "custom":
        return Judge("standardwebhooks", custom_believes, custom_signs, signature="webhook-signature")
    if channel == "telegram":
        return Judge("python-telegram-bot", reads=telegram_reads)
    if channel == "discord" and header(case, "x-signature-ed25519"):
        return Judge("discord-interactions, PyNaCl", discord_believes, discord_signs, signature="x-signature-ed25519")
    return None


def variants(case, judge):
    """What may have happened to a request on its way."""
    tag = header(case, judge.signature)
    yield "as it was", case
    yield "another body", changed(case, body(case) + b" ")
    yield "no signature", changed(case, None, {judge.signature: ""})
    yield "a shorter signature", changed(case, None, {judge.signature: tag[:-2]})
    flipped = tag[:-4] + ("A" if tag[-4] != "A" else "B") + tag[-3:]
    yield "another signature", changed(case, None, {judge.signature: flipped})


def try_judge(ours, case, judge):
    """The number of questions that were asked; what they disagree about is raised."""
    asked = 0

    def same(what, one, other):
        nonlocal asked
        asked += 1
        if one != other:
            raise AssertionError(f"{case['channel']}, {case['what']}, {what}: ours {one}, {judge.name} {other}")

    if judge.believes:
        for what, variant in variants(case, judge):
            same(what, ours.believes(variant), bool(judge.believes(variant)))
        same("what we sign", True, bool(judge.believes(case)))
    if judge.reads:
        same("the document", True, bool(judge.reads(case)))
    if judge.signs:
        signed = judge.signs(case)
        same("what they sign", ours.believes(signed), True)
        same("what they sign, by themselves", bool(judge.believes(signed)), True)
    if judge.signs is custom_signs:
        for age_s in (-600, -280, 280, 600):
            aged = custom_signs(case, age_s)
            same(f"signed {age_s} s ago", ours.believes(aged), judge.believes(aged))
    return asked


SOFTPHONE = {
    "account_sid": "AC0123456789abcdef0123456789abcdef",
    "auth_token": "an-invented-auth-token",
    "from": "+15005550006",
    "api_key_sid": "SK0123456789abcdef0123456789abcdef",
    "api_key_secret": "an-invented-key-secret-of-32-chars",
}
# A second may pass between the making of both tokens.
CLOCK_S = 5


def try_softphone(ours, settings):
    """Twilio's library believes our token, and would have made the same, but for its id and the moment."""
    account, key, secret = (settings[name] for name in ("account_sid", "api_key_sid", "api_key_secret"))
    token = ours.softphone("ann", settings, "1")
    grant = VoiceGrant(incoming_allow=True, outgoing_application_sid=settings.get("twiml_app_sid"))
    theirs = AccessToken(account, key, secret, grants=[grant], identity="ann", ttl=3600)
    believed = AccessToken.from_jwt(token, secret)
    one, other = dict(believed.payload), dict(AccessToken.from_jwt(theirs.to_jwt(), secret).payload)
    if believed.headers != theirs.headers:
        raise AssertionError(f"a softphone's token: ours {believed.headers}, twilio {theirs.headers}")
    for moment in ("nbf", "exp"):
        if abs(one.pop(moment) - other.pop(moment)) > CLOCK_S:
            raise AssertionError(f"a softphone's token: {moment} is another moment")
    if not one.pop("jti").startswith(f"{key}-") or not other.pop("jti").startswith(f"{key}-"):
        raise AssertionError("a softphone's token: its id does not begin with the key's")
    if one != other:
        raise AssertionError(f"a softphone's token: ours {one}, twilio {other}")
    if ours.softphone("ann", settings, "2") == token:
        raise AssertionError("two softphones' tokens are the same")
    try:
        AccessToken.from_jwt(token, secret + "x")
    except JwtDecodeError:
        return 6
    raise AssertionError("a softphone's token is believed under another secret")


def main():
    ours = Ours(sys.argv[1])
    asked, without, failures = {}, set(), []
    for case in ours.played():
        judge = judge_of(case)
        if judge is None:
            without.add(case["channel"])
            continue
        name = f"{case['channel']} by {judge.name}"
        asked.setdefault(name, 0)
        try:
            asked[name] += try_judge(ours, case, judge)
        except AssertionError as failure:
            failures.append(str(failure))
        except Exception as failure:  # whatever their library stumbles over is a disagreement, too
            failures.append(f"{case['channel']}, {case['what']}: {judge.name} fails: {failure!r}")
    for settings in (SOFTPHONE, {**SOFTPHONE, "twiml_app_sid": "AP0123456789abcdef0123456789abcdef"}):
        name = "softphones by twilio"
        try:
            asked[name] = asked.get(name, 0) + try_softphone(ours, settings)
        except Exception as failure:
            failures.append(f"softphones: {failure!r}")
    judged = {name.split(" by ")[0] for name in asked}
    for name, count in sorted(asked.items()):
        print(f"{name}: {count} questions")
    for channel in sorted(without - judged):
        print(f"{channel}: no library of its provider verifies a webhook; its own tests do")
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    if not asked or failures:
        raise SystemExit(1)
    print(f"judges: {sum(asked.values())} questions, {len(failures)} disagreements")


if __name__ == "__main__":
    main()
