"""Judges the REST APIs by Twilio's own SDK: a workspace and its flows are edited through it on a running center, and an
agent who is connected is offered the task that it makes.
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parent.parent.parent
# The key of the example's `channels.toml`.
KEY = "SK00000000000000000000000000000000"
PATIENCE_S = 20


class Center:
    """The program, with the example's configuration and data of its own."""

    def __init__(self, program):
        self.data = tempfile.TemporaryDirectory()
        arguments = ["serve", "--listen", "127.0.0.1:0", "--data", self.data.name, "--config", str(ROOT / "config")]
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline().split()
        if first[:1] != ["ready"]:
            raise SystemExit(f"the center said {first}")
        self.url = first[1]

    def client(self):
        secret = (Path(self.data.name) / "secrets" / "api-default").read_text().strip()
        client = Client(KEY, secret)
        client.taskrouter.base_url = self.url
        client.studio.base_url = self.url
        return client

    def agent(self, worker_sid):
        body = json.dumps({"worker": worker_sid, "role": "agent"}).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/dev/sign-in", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            token = json.load(answer)["token"]
        return connect(self.url.replace("http", "ws", 1) + f"/agent?token={token}")

    def stop(self):
        self.process.terminate()
        if self.process.wait(timeout=PATIENCE_S) != 0:
            raise SystemExit("the center did not end well")
        self.data.cleanup()


def hears(agent, event_type):
    """The next frame of a kind."""
    while True:
        frame = json.loads(agent.recv(timeout=PATIENCE_S))
        if frame["event_type"] == event_type:
            return frame["payload"]


def same(what, found, expect):
    if found != expect:
        raise AssertionError(f"{what}: {found!r}, not {expect!r}")


def refused(what, call, status, code):
    try:
        call()
    except TwilioRestException as error:
        same(what, (error.status, error.code), (status, code))
    else:
        raise AssertionError(f"{what}: it was not refused")


def edits_a_workspace(center, client):
    (workspace,) = client.taskrouter.v1.workspaces.list()
    same("the workspace", workspace.friendly_name, "Example")
    of = client.taskrouter.v1.workspaces(workspace.sid)
    same("fetched", of.fetch().sid, workspace.sid)
    activities = {activity.friendly_name: activity for activity in of.activities.list()}
    same("an activity", activities["Available"].available, True)
    training = of.activities.create(friendly_name="Training", available=False)
    same("renamed", training.update(friendly_name="Learning").friendly_name, "Learning")

    queue = of.task_queues.create(friendly_name="Gardeners", target_workers="skills HAS 'gardens'")
    same("a queue", queue.fetch().target_workers, "skills HAS 'gardens'")
    same("its order", queue.update(task_order="LIFO").task_order, "LIFO")
    queue.update(task_order="FIFO")
    routing = {"task_routing": {"filters": [{
        "filter_friendly_name": "Gardens", "expression": "about == 'gardens'", "targets": [{"queue": queue.sid}],
    }]}}
    workflow = of.workflows.create(friendly_name="Gardens", configuration=json.dumps(routing))
    same("a workflow", json.loads(workflow.fetch().configuration), routing)
    same("its patience", workflow.update(task_reservation_timeout=60).task_reservation_timeout, 60)
    refused("a queue in use", lambda: of.task_queues(queue.sid).delete(), 400, 20001)
    refused("a queue with an expression that is none",
            lambda: of.task_queues.create(friendly_name="Bad", target_workers="skills HAS"), 400, 20001)
    refused("a name that is taken", lambda: of.workflows.create(friendly_name="Gardens", configuration="{}"), 409, 20409)
    refused("a queue that is not there", lambda: of.task_queues("WQ" + "0" * 32).fetch(), 404, 20404)

    worker = of.workers.create(friendly_name="Gil", attributes=json.dumps({"skills": ["gardens"]}))
    same("found by name", [found.sid for found in of.workers.list(friendly_name="gil")], [worker.sid])
    expression = "skills HAS 'gardens'"
    same("found by skill", [found.sid for found in of.workers.list(target_workers_expression=expression)], [worker.sid])
    channels = {channel.task_channel_unique_name: channel for channel in worker.worker_channels.list()}
    same("capacity", channels["chat"].update(capacity=2).configured_capacity, 2)
    # Pages are followed as they are given.
    names = {found.friendly_name for found in of.workers.stream(page_size=2)}
    same("every worker", names, {"Ann", "Bruno", "Chiyo", "Diego", "Emi", "Fay", "Gil"})
    return of, activities, worker, workflow, queue


def has_a_task_served(center, of, activities, worker, workflow):
    with center.agent(worker.sid) as agent:
        hears(agent, "init")
        same("activity", worker.update(activity_sid=activities["Available"].sid).activity_name, "Available")
        task = of.tasks.create(
            attributes=json.dumps({"about": "gardens"}), workflow_sid=workflow.sid, task_channel="chat", priority=3)
        offer = hears(agent, "reservation.created")
        same("what is offered", offer["task"]["sid"], task.sid)
        (reservation,) = of.tasks(task.sid).reservations.list()
        same("the offer", (reservation.sid, reservation.worker_name), (offer["sid"], "Gil"))
        same("of the worker", [held.sid for held in worker.reservations.list()], [reservation.sid])
        same("accepted", reservation.update(reservation_status="accepted").reservation_status, "accepted")
        hears(agent, "reservation.accepted")
        same("assigned", of.tasks(task.sid).fetch().assignment_status, "assigned")
        same("listed", [found.sid for found in of.tasks.list(assignment_status=["assigned"])], [task.sid])
        attributes = json.dumps({"about": "gardens", "urgent": True})
        same("attributes", of.tasks(task.sid).update(attributes=attributes).attributes, attributes.replace(" ", ""))
        refused("over an older version",
                lambda: of.tasks(task.sid).update(if_match="\"1\"", attributes="{}"), 412, 20412)
        same("wrapping", of.tasks(task.sid).update(assignment_status="wrapping").assignment_status, "wrapping")
        hears(agent, "reservation.wrapup")
        done = of.tasks(task.sid).update(assignment_status="completed", reason="Planted")
        same("completed", (done.assignment_status, done.reason), ("completed", "Planted"))
        hears(agent, "reservation.completed")

        second = of.tasks.create(attributes=json.dumps({"about": "gardens"}), workflow_sid=workflow.sid)
        offer = hears(agent, "reservation.created")
        held = of.workers(worker.sid).reservations(offer["sid"])
        learning = next(found for found in of.activities.list() if found.friendly_name == "Learning")
        rejected = held.update(reservation_status="rejected", worker_activity_sid=learning.sid)
        same("rejected", rejected.reservation_status, "rejected")
        same("where the worker went", of.workers(worker.sid).fetch().activity_name, "Learning")
        canceled = of.tasks(second.sid).update(assignment_status="canceled", reason="Winter")
        same("canceled", (canceled.assignment_status, canceled.reason), ("canceled", "Winter"))
        for sid in (task.sid, second.sid):
            same("taken away", of.tasks(sid).delete(), True)
        refused("a task that is gone", lambda: of.tasks(task.sid).fetch(), 404, 20404)


def takes_it_all_away(of, worker, workflow, queue):
    for resource in (of.workers(worker.sid), of.workflows(workflow.sid), of.task_queues(queue.sid)):
        same("taken away", resource.delete(), True)
        refused("what is gone", resource.fetch, 404, 20404)


def says(text):
    return {"description": "Says it", "initial_state": "Trigger", "flags": {"allow_concurrent_calls": True}, "states": [
        {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "say"}],
         "properties": {}},
        {"name": "say", "type": "send-message", "transitions": [{"event": "sent"}, {"event": "failed"}],
         "properties": {"body": text}},
    ]}


def edits_flows(client):
    flows = client.studio.v2.flows
    name = "opening-hours"
    validated = client.studio.v2.flow_validate.update(friendly_name=name, status="published", definition=says("Nine"))
    same("valid", validated.valid, True)
    bad = says("Nine")
    bad["states"][1]["type"] = "send-fax"
    refused("a flow that cannot run", lambda: client.studio.v2.flow_validate.update(
        friendly_name=name, status="published", definition=bad), 400, 81022)
    flow = flows.create(friendly_name=name, status="published", definition=says("Nine"), commit_message="Begin")
    same("published", (flow.revision, flow.status, flow.valid), (1, "published", True))
    second = flow.update(status="published", definition=says("Ten"), commit_message="Later")
    same("revised", (second.revision, second.definition), (2, says("Ten")))
    same("revisions", [found.revision for found in flows(flow.sid).revisions.list()], [2, 1])
    first = flows(flow.sid).revisions("1").fetch()
    same("the first", (first.definition, first.commit_message), (says("Nine"), "Begin"))
    back = flow.update(status="published", definition=first.definition)
    same("rolled back", (back.revision, flows(flow.sid).fetch().definition), (3, says("Nine")))
    same("listed", name in [found.friendly_name for found in flows.list()], True)
    answering = next(found for found in flows.list() if found.friendly_name == "welcome")
    refused("a flow that answers customers", answering.delete, 400, 20001)
    same("taken away", flow.delete(), True)
    refused("a flow that is gone", lambda: flows(flow.sid).fetch(), 404, 20404)


def refuses_strangers(center):
    stranger = Client(KEY, "not the secret at all")
    stranger.taskrouter.base_url = center.url
    refused("a stranger", stranger.taskrouter.v1.workspaces("WS" + "0" * 32).fetch, 401, 20003)


def main():
    center = Center(sys.argv[1])
    try:
        client = center.client()
        refuses_strangers(center)
        of, activities, worker, workflow, queue = edits_a_workspace(center, client)
        has_a_task_served(center, of, activities, worker, workflow)
        takes_it_all_away(of, worker, workflow, queue)
        edits_flows(client)
    finally:
        center.stop()
    print("twilio: a workspace and its flows edited by the SDK, a task served")


if __name__ == "__main__":
    main()
