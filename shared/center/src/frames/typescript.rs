//! What the desktop is told about frames: their types, and frames as they are made here, in TypeScript. The files are
//! part of the project; this test says when they no longer fit. `PATCHBAY_WRITE=1 cargo test -p patchbay-center
//! typescript` writes them.

use super::call::{
    CallPayload, CallRecording, CallState, ParticipantKind, ParticipantPayload, ParticipantState,
};
use super::messaging::AttachmentPayload;
use super::reply::Fault;
use super::reservation::ReservationPayload;
use super::scheduled::{ScheduledPayload, ScheduledState};
use super::task::TaskPayload;
use super::tests::every_frame;
use super::worker::{ActivityPayload, WorkerChannelPayload, WorkerPayload};
use crate::store::MonitorMode;
use patchbay_model::{
    AccountSid, ActivitySid, Address, Author, ChannelKind, ChoiceOption, Consent, Contact, ContactCard,
    ContactSid, Content, Conversation, ConversationSid, ConversationState, Direction, Email, ExecutionSid,
    FlowSid, Invited, MergeSid, MergedInto, Message, MessageSid, MessageStatus, ReservationSid,
    ReservationStatus, Seq, TaskChannelSid, TaskQueueSid, TaskSid, TaskStatus, TemplateButton,
    TemplateHeader, Timestamp, WorkerChannelSid, WorkerSid, WorkflowSid, WorkspaceSid,
};
use serde_json::Value;
use std::path::Path;
use ts_rs::{Config, TS};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../desktop/app/src/protocol");
const NOTE: &str =
    "// Written by a test of the center (shared/center/src/frames/typescript.rs). Do not edit.\n";

fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("{docs}export {}\n", T::decl(config))
}

fn types() -> String {
    let config = Config::new().with_large_int("number");
    macro_rules! all {
        ($($name:ty),* $(,)?) => { [$(declaration::<$name>(&config)),*] };
    }
    let declarations = all![
        AccountSid,
        ActivitySid,
        ContactSid,
        ConversationSid,
        ExecutionSid,
        FlowSid,
        MessageSid,
        ReservationSid,
        TaskChannelSid,
        TaskQueueSid,
        TaskSid,
        WorkerChannelSid,
        WorkerSid,
        WorkflowSid,
        WorkspaceSid,
        Seq,
        Timestamp,
        ChannelKind,
        Address,
        Direction,
        Author,
        MessageStatus,
        AttachmentPayload<'static>,
        ContactCard,
        ChoiceOption,
        TemplateHeader,
        TemplateButton,
        Email,
        Content,
        Message,
        ConversationState,
        Invited,
        Conversation,
        Consent,
        patchbay_model::contact::AttributeSource,
        MergeSid,
        MergedInto,
        Contact,
        TaskStatus,
        ReservationStatus,
        ActivityPayload<'static>,
        WorkerChannelPayload<'static>,
        WorkerPayload<'static>,
        TaskPayload<'static>,
        ReservationPayload<'static>,
        MonitorMode,
        CallState,
        CallRecording,
        ParticipantKind,
        ParticipantState,
        ParticipantPayload<'static>,
        CallPayload<'static>,
        ScheduledState,
        ScheduledPayload<'static>,
        Fault,
        serde_json::Value,
    ];
    format!("{NOTE}\n{}", declarations.join("\n"))
}

/// `satisfies` makes the compiler compare every field of every frame with the types.
fn recorded() -> String {
    let frames: Vec<Value> =
        every_frame().iter().map(|(_, frame)| serde_json::from_slice(frame).unwrap()).collect();
    let frames = serde_json::to_string_pretty(&frames).unwrap();
    format!(
        "{NOTE}\nimport type {{ Frame }} from \"./frames.ts\";\n\nexport const recorded = {frames} satisfies Frame[];\n"
    )
}

#[expect(clippy::disallowed_methods, reason = "who writes the files anew says so to the test")]
fn check(name: &str, expect: &str) {
    let path = Path::new(FOLDER).join(name);
    if std::env::var_os("PATCHBAY_WRITE").is_some() {
        std::fs::write(&path, expect).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expect,
        "{name} does not fit any more: PATCHBAY_WRITE=1 cargo test -p patchbay-center typescript"
    );
}

#[test]
fn the_desktop_knows_the_types_of_frames() {
    check("generated.ts", &types());
}

#[test]
fn the_desktop_has_frames_as_they_are_made() {
    check("recorded.ts", &recorded());
}
