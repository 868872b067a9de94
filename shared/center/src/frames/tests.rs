use super::*;
use crate::config::{Config, ConfigDocuments};
use crate::media::Links;
use crate::memory::MemoryBlob;
use crate::store::{
    Bridge, Fate, Leg, MonitorMode, Party, PartyRole, Recording, RecordingState, Scheduled, WorkerProfile,
};
use patchbay_flow::EffectId;
use patchbay_model::message::MediaFailure;
use patchbay_model::task::TaskReservation;
use patchbay_model::worker::WorkerChannel;
use patchbay_model::workspace::Workspace;
use patchbay_model::{
    Address, Attachment, Author, ChannelKind, Contact, ContactSid, Content, Conversation, ConversationState,
    Direction, ExecutionSid, Message, MessageSid, MessageStatus, ReservationSid, ReservationStatus, Seq,
    Task, TaskQueueSid, TaskSid, TaskStatus, Timestamp, Worker, WorkerSid, WorkflowSid,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const NOW: Timestamp = Timestamp(1_795_359_904_789);

fn config() -> Config {
    let workspace: Workspace = serde_json::from_value(json!({
        "activities": [{ "friendly_name": "Ready", "available": true }],
        "task_queues": [{ "friendly_name": "Support" }],
        "workflows": [{
            "friendly_name": "Everyone",
            "configuration": { "task_routing": { "filters": [], "default_filter": { "queue": "Support" } } }
        }],
    }))
    .unwrap();
    ConfigDocuments { workspace, ..Default::default() }.compile(1).unwrap()
}

fn contact_sid() -> ContactSid {
    ContactSid::random([7; 16])
}

fn worker_sid() -> WorkerSid {
    WorkerSid::derive(&["worker", "ann"])
}

fn offered() -> TaskReservation {
    TaskReservation {
        sid: ReservationSid::derive(&["reservation"]),
        worker_sid: worker_sid(),
        status: ReservationStatus::Pending,
        created_at: NOW,
        expires_at: NOW.plus_s(120),
        accepted_at: None,
        chosen: None,
    }
}

fn some_task() -> Task {
    Task {
        sid: TaskSid::derive(&["task"]),
        status: TaskStatus::Reserved,
        workflow_sid: WorkflowSid::derive(&["workflow", "Everyone"]),
        queue_sid: Some(TaskQueueSid::derive(&["task_queue", "Support"])),
        step: None,
        way: String::new(),
        step_deadline: None,
        waiting: None,
        timer_due: None,
        routing_target: None,
        task_channel: "chat".into(),
        priority: 5,
        attributes: json!({ "customer": "Zoë" }),
        conversation_sid: Some(contact_sid().conversation(1)),
        reservations: vec![offered()],
        excluded: vec![],
        attempts: 1,
        timeout_s: 86_400,
        reason: None,
        transferred_to: None,
        invitation: None,
        created_at: NOW.plus_s(-65),
        virtual_start_time: NOW.plus_s(-65),
        updated_at: NOW,
        version: 3,
    }
}

fn some_worker(config: &Config) -> Worker {
    Worker {
        sid: worker_sid(),
        activity_sid: config.activity("Ready").unwrap().sid.clone(),
        activity_available: true,
        class: "c".into(),
        channels: BTreeMap::from([(
            "chat".to_owned(),
            WorkerChannel { capacity: 3, assigned: 1, available: true, token: None },
        )]),
        reservations: BTreeMap::new(),
        ended: vec![],
        connections: vec![],
        absent_since: None,
        direct_waiting: 0,
        watches: None,
        last_assigned: Some(NOW.plus_s(-10)),
        activity_since: NOW.plus_s(-60),
        version: 9,
    }
}

fn profile() -> WorkerProfile {
    let attributes = Map::from_iter([("languages".to_owned(), json!(["de", "en"]))]);
    WorkerProfile { sid: worker_sid(), friendly_name: "Ann".into(), attributes, version: 1 }
}

fn links() -> Links<'static> {
    static BLOB: LazyLock<MemoryBlob> = LazyLock::new(MemoryBlob::new);
    Links::new(&*BLOB, NOW)
}

fn said(text: &str) -> Message {
    let sid = MessageSid::derive(&["message"]);
    Message {
        seq: Seq::of(NOW, &sid),
        sid,
        conversation_sid: contact_sid().conversation(1),
        contact_sid: contact_sid(),
        channel: ChannelKind::Sms,
        account: "default".into(),
        direction: Direction::Inbound,
        author: Author::Contact,
        content: Content::text(text),
        reply_to: None,
        provider_id: Some("SM1".into()),
        status: MessageStatus::Received,
        reason: None,
        deleted: false,
        edited: None,
        media_failures: Vec::new(),
        tokens: Default::default(),
        created_at: NOW,
    }
}

fn some_conversation() -> Conversation {
    Conversation {
        sid: contact_sid().conversation(1),
        contact_sid: contact_sid(),
        state: ConversationState::WithAgent,
        workers: vec![worker_sid()],
        task_sid: Some(TaskSid::derive(&["task"])),
        execution: None,
        address: Address::new(ChannelKind::Sms, "default", "+15005550006"),
        our_address: "+15005550001".into(),
        merged_into: None,
        tasks: vec![],
        invited: vec![],
        first_seq: Seq::at(NOW.plus_s(-65)),
        created_at: NOW.plus_s(-65),
        updated_at: NOW,
        version: 2,
    }
}

fn some_contact() -> Contact {
    Contact {
        sid: contact_sid(),
        name: Some("Zoë".into()),
        picture: Some(patchbay_model::BlobKey::picture(&contact_sid())),
        identities: vec![Address::new(ChannelKind::Sms, "default", "+15005550006")],
        attributes: Map::from_iter([("vip".to_owned(), json!(true))]),
        attribute_sources: BTreeMap::new(),
        consent: BTreeMap::new(),
        tags: vec![],
        notes: String::new(),
        merged: vec![],
        merged_into: None,
        indexed: vec![],
        created_at: NOW,
        version: 1,
    }
}

/// A message of each kind of content.
fn said_in_every_way() -> Vec<(&'static str, Message)> {
    let media =
        json!([{ "url": "https://media.example/cat.png", "content_type": "image/png", "bytes": 2048 }]);
    let contents = [
        ("message_created", json!({ "kind": "text", "text": "Hello" })),
        ("message_media", json!({ "kind": "media", "attachments": media, "text": "my cat" })),
        (
            "message_location",
            json!({ "kind": "location", "latitude": 52.5, "longitude": 13.4, "name": "Home" }),
        ),
        ("message_sticker", json!({ "kind": "sticker", "package_id": "1", "sticker_id": "2", "text": "hi" })),
        ("message_choice", json!({ "kind": "choice", "data": "yes", "text": "Yes" })),
        (
            "message_choices",
            json!({ "kind": "choices", "text": "Well?", "options": [{ "data": "yes", "text": "Yes" }] }),
        ),
        ("message_email", json!({ "kind": "email", "subject": "My order", "text": "Where is it?" })),
        (
            "message_contacts",
            json!({ "kind": "contacts", "contacts": [{ "name": "Ann", "phones": ["+15005550007"] }] }),
        ),
        (
            "message_template",
            json!({ "kind": "template", "name": "hello", "language": "en", "text": "Hello" }),
        ),
        ("message_reaction", json!({ "kind": "reaction", "emoji": "👍" })),
        ("message_system", json!({ "kind": "system", "text": "Ann joined" })),
        ("message_note", json!({ "kind": "note", "text": "She has called twice" })),
        ("message_unsupported", json!({ "kind": "unsupported", "provider_kind": "poll" })),
    ];
    let message = |(name, content): (&'static str, Value)| {
        (name, Message { content: serde_json::from_value(content).unwrap(), ..said("") })
    };
    contents.into_iter().map(message).collect()
}

fn taskrouter_frames() -> Vec<(&'static str, Bytes)> {
    let (config, task) = (config(), some_task());
    let worker_of = some_worker(&config);
    let held = &worker_of.channels["chat"];
    vec![
        ("reservation_created", reservation("created", &config, &task, &offered())),
        ("worker_activity_update", worker("activity.update", &config, &worker_of, &profile())),
        ("worker_attributes_update", worker("attributes.update", &config, &worker_of, &profile())),
        ("worker_capacity_update", worker_capacity(&config, &worker_of, "chat", held)),
    ]
}

/// One attachment that is still fetched, one that is not to be had, and one that is stored; and the same of an agent.
fn with_media() -> (Message, Message) {
    let attachment = |url: &str| {
        let file_name = Some("a.png".to_owned());
        Attachment { url: url.into(), content_type: "image/png".into(), file_name, bytes: Some(3) }
    };
    let urls = ["https://provider.example/1", "https://provider.example/2", "blob:media/a/b/2"];
    let content = Content::Media { attachments: urls.map(attachment).into(), text: Some("Look".into()) };
    let failure = MediaFailure { index: 1, reason: "status: the server answered 410".into() };
    let of_customer = Message { content, media_failures: vec![failure], ..said("") };
    let of_agent = Message {
        author: Author::Agent { worker_sid: worker_sid(), name: "Ann".into() },
        direction: Direction::Outbound,
        media_failures: Vec::new(),
        tokens: Default::default(),
        ..of_customer.clone()
    };
    (of_customer, of_agent)
}

/// A message that is to be said later, and one that the customer was faster than.
fn to_be_said() -> [Scheduled; 2] {
    let scheduled = Scheduled {
        sid: MessageSid::derive(&["later"]),
        contact_sid: contact_sid(),
        conversation_sid: contact_sid().conversation(1),
        author: Author::Agent { worker_sid: worker_sid(), name: "Ann".into() },
        content: Content::text("Did it arrive?"),
        reply_to: None,
        quoted: None,
        to: Address::new(ChannelKind::Sms, "default", "+15005550006"),
        our_address: "+15005550001".into(),
        send_at: NOW.plus_s(3_600),
        unless_answered: true,
        asked_at: NOW,
        fate: Fate::Scheduled,
        version: 1,
    };
    let reason = "answered: the customer has written before it was due".to_owned();
    let fate = Fate::Canceled { reason };
    let over = Scheduled { fate, content: Content::text(""), version: 2, ..scheduled.clone() };
    [scheduled, over]
}

fn messaging_frames() -> Vec<(&'static str, Bytes)> {
    let edited = Message { edited: Some(Box::new(Content::text("Hello!"))), ..said("Helo") };
    let secret = Some(Box::new(Content::text("a secret again")));
    let deleted = Message { deleted: true, edited: secret, ..said("a secret") };
    let conversation_of = some_conversation();
    let mut frames: Vec<_> =
        said_in_every_way().iter().map(|(name, said)| (*name, message("created", said, links()))).collect();
    let (of_customer, of_agent) = with_media();
    frames.extend([
        ("message_media_of_a_customer", message("updated", &of_customer, links())),
        ("message_media_of_an_agent", message("created", &of_agent, links())),
        ("message_edited", message("updated", &edited, links())),
        ("message_deleted", message("updated", &deleted, links())),
        ("conversation_updated", conversation(&conversation_of)),
        ("contact_updated", contact(&conversation_of.sid, NOW, &some_contact(), links())),
        ("conversation_read", read(&conversation_of.sid, said("").seq, &worker_sid())),
        ("message_scheduled", scheduled(&to_be_said()[0], links())),
        ("message_not_scheduled", scheduled(&to_be_said()[1], links())),
        ("typing", typing(&conversation_of.sid, NOW, &Author::Contact, true)),
    ]);
    frames
}

/// A caller on hold while their agent asks somebody outside, and a supervisor hears it.
fn some_call() -> Leg {
    let mut leg = Leg::new(
        "CA0123456789abcdef0123456789abcdef".into(),
        "default",
        NOW.plus_s(-65),
        (contact_sid().conversation(1), ExecutionSid::derive(&["execution"])),
    );
    leg.bridge = Some(Bridge {
        task_sid: TaskSid::derive(&["task"]),
        reservation_sid: ReservationSid::derive(&["reservation"]),
        worker_sid: worker_sid(),
        name: "Ann".into(),
        conference: None,
        call_sid: Some("CA1".into()),
        since: Some(EffectId("e".into())),
        talks_at: Some(NOW.plus_s(-5)),
        muted: true,
        held: false,
        left: false,
    });
    let party = |label: &str, role, joined| Party {
        label: label.into(),
        role,
        name: String::new(),
        call_sid: None,
        joined,
        muted: false,
        held: false,
    };
    let worker_sid = WorkerSid::derive(&["worker", "sue"]);
    leg.parties = vec![
        party("number-1", PartyRole::Number { number: "+15005550007".into(), transfer: false }, false),
        party("supervisor-1", PartyRole::Supervisor { worker_sid, mode: MonitorMode::Listen }, true),
    ];
    leg.held = true;
    leg.recording = Some(Recording { sid: "RE1".into(), state: RecordingState::Paused });
    leg.problem = Some("13225: the number is blocked".into());
    (leg.updated_at, leg.version) = (NOW, 7);
    leg
}

fn calls() -> Vec<(&'static str, Bytes)> {
    let (leg, task) = (some_call(), TaskSid::derive(&["task"]));
    let ended = Leg { ended_at: Some(NOW), bridge: None, problem: None, ..leg.clone() };
    vec![("call_updated", call(&leg, &task)), ("call_ended", call(&ended, &task))]
}

fn answers() -> Vec<(&'static str, Bytes)> {
    let config = config();
    let snapshot =
        Map::from_iter([("reservations".to_owned(), json!([])), ("conversations".to_owned(), json!([]))]);
    let worker = some_worker(&config);
    let about = Init { config: &config, worker: &worker, profile: &profile(), token_lifetime_ms: 3_600_000 };
    vec![
        ("init", init(&about, snapshot.clone())),
        ("sync", sync(snapshot)),
        ("ack", ack(Some("7"), Map::from_iter([("seq".to_owned(), json!(1))]))),
        ("error", error(None, Fault::BadJson, "not a JSON object", Map::new())),
    ]
}

/// A frame of every kind, as it is made.
pub(super) fn every_frame() -> Vec<(&'static str, Bytes)> {
    [taskrouter_frames(), messaging_frames(), calls(), answers()].concat()
}

#[test]
fn frames_look_as_before() {
    for (name, frame) in every_frame() {
        let read: Value = serde_json::from_slice(&frame).unwrap();
        insta::with_settings!({ sort_maps => true, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(name, read);
        });
    }
}

/// The properties without which the worker SDK throws (`ReservationDescriptor` and its like).
#[test]
fn every_property_that_the_worker_sdk_insists_on_is_there() {
    let config = config();
    let worker = some_worker(&config);
    let of_reservation = "account_sid workspace_sid sid date_created date_updated worker_sid reservation_status \
                          reservation_timeout version task";
    let of_task = "addons age attributes date_created date_updated priority queue_name queue_sid reason \
                   routing_target sid assignment_status task_channel_unique_name task_channel_sid timeout \
                   workflow_name workflow_sid version virtual_start_time";
    let of_worker = "account_sid activity_name activity_sid attributes available date_created \
                     date_status_changed date_updated friendly_name sid workspace_sid version";
    let of_channel = "account_sid assigned_tasks available available_capacity_percentage configured_capacity \
                      date_created date_updated last_reserved_time sid task_channel_sid \
                      task_channel_unique_name worker_sid workspace_sid";
    let of_activity = "account_sid available date_created date_updated friendly_name sid workspace_sid";
    for (payload, names) in [
        (reservation_payload(&config, &some_task(), &offered()), of_reservation),
        (task_payload(&config, &some_task()), of_task),
        (worker_payload(&config, &worker, &profile()), of_worker),
        (worker_channel_payload(&config, &worker, "chat", &worker.channels["chat"]), of_channel),
        (activity_payload(&config, &config.activities[0]), of_activity),
    ] {
        for name in names.split_whitespace() {
            assert!(payload.get(name).is_some(), "{name} is missing in {payload}");
        }
    }
}
