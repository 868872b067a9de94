// Written by a test of the center (shared/center/src/frames/typescript.rs). Do not edit.

/**
 * An account: the tenant that owns the workspace.
 */
export type AccountSid = string;

/**
 * An activity a worker can be in.
 */
export type ActivitySid = string;

/**
 * A contact: a customer.
 */
export type ContactSid = string;

/**
 * A conversation.
 */
export type ConversationSid = string;

/**
 * One execution of a flow.
 */
export type ExecutionSid = string;

/**
 * A Studio flow.
 */
export type FlowSid = string;

/**
 * A message of a conversation.
 */
export type MessageSid = string;

/**
 * A reservation: the offer of a task to a worker.
 */
export type ReservationSid = string;

/**
 * A task channel (`chat`, `voice`, …).
 */
export type TaskChannelSid = string;

/**
 * A task queue.
 */
export type TaskQueueSid = string;

/**
 * A task.
 */
export type TaskSid = string;

/**
 * The record of one worker on one task channel.
 */
export type WorkerChannelSid = string;

/**
 * A worker: the routing record of an agent.
 */
export type WorkerSid = string;

/**
 * A workflow.
 */
export type WorkflowSid = string;

/**
 * A TaskRouter workspace.
 */
export type WorkspaceSid = string;

/**
 * A position in a contact's messages, and so in each of the conversations: milliseconds since the epoch in
 * the upper 41 bits, 12 bits of the message's id below, so that it fits a JavaScript number. It increases
 * within a conversation and is not dense. Two messages of one millisecond may share it; their ids differ.
 */
export type Seq = number;

/**
 * Milliseconds since the Unix epoch, UTC. Serialised as a number.
 */
export type Timestamp = number;

/**
 * A medium that customers write or call on. The text form is the `{channel}` of the webhook path.
 */
export type ChannelKind = "sms" | "voice" | "whatsapp" | "messenger" | "instagram" | "line" | "discord" | "google" | "email" | "webchat" | "telegram" | "custom";

/**
 * A customer's endpoint as one of our accounts sees it. Personal data: printed redacted.
 */
export type Address = { channel: ChannelKind, 
/**
 * Our account on the channel (`default`, …).
 */
account: string, 
/**
 * The provider's name for the customer: an E.164 number, a LINE user id, a web-chat visitor id, …
 */
id: string, };

export type Direction = "inbound" | "outbound";

/**
 * Who said it.
 */
export type Author = { "type": "contact" } | { "type": "agent", worker_sid: WorkerSid, name: string, } | { "type": "flow", flow_sid: FlowSid, } | { "type": "system" } | { "type": "provider" };

/**
 * What is known of a message's way. It only moves up (`MessageStatus::advance`).
 */
export type MessageStatus = "received" | "queued" | "unknown" | "sent" | "failed" | "delivered" | "read";

/**
 * An attachment as clients are shown it.
 */
export type Attachment = { 
/**
 * Where it can be fetched, for an hour at least where it is stored with us; empty while it cannot.
 */
url: string, content_type: string, file_name?: string, bytes?: number, 
/**
 * The same object always has the same: a URL lapses, this does not.
 */
ref?: string, 
/**
 * It is being fetched from the customer's provider.
 */
pending?: boolean, 
/**
 * Why it is not to be had: `<code>: <words>`.
 */
error?: string, };

/**
 * A person's card, as an address book has it.
 */
export type ContactCard = { name: string, 
/**
 * As the provider writes them, best first.
 */
phones?: Array<string>, emails?: Array<string>, };

/**
 * One of the answers that a message offers.
 */
export type ChoiceOption = { 
/**
 * What comes back as `Content::Choice::data`.
 */
data: string, 
/**
 * What the customer sees.
 */
text: string, };

/**
 * What stands above a template's text, where it has a place for that.
 */
export type TemplateHeader = { "text": string } | { "media": Attachment };

/**
 * What one of a template's buttons carries.
 */
export type TemplateButton = { "url": string } | { "quick_reply": string };

/**
 * A mail. What a flow or an agent says on the channel without a subject of its own needs none of this: it goes out
 * as an answer in the customer's thread.
 */
export type Email = { subject: string, 
/**
 * What its author wrote, as it is shown: without what they quote.
 */
text: string, 
/**
 * All of the text, where `text` is less.
 */
full_text?: string, attachments?: Array<Attachment>, 
/**
 * The ids of the mails that it follows in its thread, oldest first, without angle brackets.
 */
references?: Array<string>, 
/**
 * A program sent it (RFC 3834), so no program may answer.
 */
automatic?: boolean, 
/**
 * Nothing proves that it comes from whom it names (DMARC).
 */
unverified?: boolean, };

/**
 * The body of a message. The tag is `kind`; a kind that a channel has and this list lacks is `unsupported`
 * and keeps the provider's own name, so that the agent sees that something came.
 */
export type Content = { "kind": "text", text: string, } | { "kind": "media", attachments: Array<Attachment>, text?: string, } | { "kind": "location", latitude: number, longitude: number, name?: string, address?: string, } | { "kind": "sticker", package_id: string, sticker_id: string, text?: string, } | { "kind": "choice", 
/**
 * What the button carries for the program.
 */
data: string, 
/**
 * What the customer saw.
 */
text?: string, } | { "kind": "choices", text: string, options: Array<ChoiceOption>, } | { "kind": "contacts", contacts: Array<ContactCard>, } | { "kind": "template", 
/**
 * The provider's name or id of it.
 */
name: string, 
/**
 * As the provider writes it: `en_US`.
 */
language: string, 
/**
 * What its placeholders stand for, in their order.
 */
parameters?: Array<string>, header?: TemplateHeader, 
/**
 * Of its buttons from the first on; none for one that carries nothing.
 */
buttons?: Array<TemplateButton | null>, 
/**
 * What it says with them: for the timeline, and for channels without templates.
 */
text?: string, } | { "kind": "reaction", 
/**
 * `None` takes the earlier reaction back.
 */
emoji?: string, } | { "kind": "email" } & Email | { "kind": "system", text: string, } | { "kind": "note", text: string, } | { "kind": "unsupported", provider_kind: string, text?: string, };

/**
 * One message as it is stored and as clients see it.
 */
export type Message = { sid: MessageSid, seq: Seq, conversation_sid: ConversationSid, contact_sid: ContactSid, channel: ChannelKind, account: string, direction: Direction, author: Author, 
/**
 * The message this one answers: its provider id or ours.
 */
reply_to?: string, provider_id?: string, status: MessageStatus, 
/**
 * Why the status is what it is, for people: a refusal's code and text.
 */
reason?: string, 
/**
 * The customer or the provider took it back.
 */
deleted?: boolean, 
/**
 * The text after the customer edited it; `content` keeps the original.
 */
edited?: Content, created_at: Timestamp, } & ({ "kind": "text", text: string, } | { "kind": "media", attachments: Array<Attachment>, text?: string, } | { "kind": "location", latitude: number, longitude: number, name?: string, address?: string, } | { "kind": "sticker", package_id: string, sticker_id: string, text?: string, } | { "kind": "choice", 
/**
 * What the button carries for the program.
 */
data: string, 
/**
 * What the customer saw.
 */
text?: string, } | { "kind": "choices", text: string, options: Array<ChoiceOption>, } | { "kind": "contacts", contacts: Array<ContactCard>, } | { "kind": "template", 
/**
 * The provider's name or id of it.
 */
name: string, 
/**
 * As the provider writes it: `en_US`.
 */
language: string, 
/**
 * What its placeholders stand for, in their order.
 */
parameters?: Array<string>, header?: TemplateHeader, 
/**
 * Of its buttons from the first on; none for one that carries nothing.
 */
buttons?: Array<TemplateButton | null>, 
/**
 * What it says with them: for the timeline, and for channels without templates.
 */
text?: string, } | { "kind": "reaction", 
/**
 * `None` takes the earlier reaction back.
 */
emoji?: string, } | { "kind": "email" } & Email | { "kind": "system", text: string, } | { "kind": "note", text: string, } | { "kind": "unsupported", provider_kind: string, text?: string, });

/**
 * What an inbound message of the conversation meets.
 */
export type ConversationState = "flow" | "waiting" | "with_agent" | "closed";

/**
 * Somebody who is asked into a conversation, or is on it by invitation.
 */
export type Invited = { 
/**
 * The task of the invitation.
 */
task_sid: TaskSid, 
/**
 * Who asked.
 */
by: WorkerSid, 
/**
 * Who is asked: the SID of a worker or a task queue, and what it is called.
 */
to: string, name: string, 
/**
 * Who came.
 */
worker_sid?: WorkerSid, };

/**
 * A conversation. It is written when its state changes, never for a message.
 */
export type Conversation = { sid: ConversationSid, contact_sid: ContactSid, state: ConversationState, 
/**
 * The agents on it.
 */
workers?: Array<WorkerSid>, 
/**
 * Those of them who were asked in, and those who have not come yet; at most `limits::INVITED_MAX`.
 */
invited?: Array<Invited>, 
/**
 * The task that is open for it.
 */
task_sid?: TaskSid, 
/**
 * All that were open for it, the newest last, at most `limits::TASKS_KEPT_MAX`: what an erasure takes along.
 */
tasks?: Array<TaskSid>, 
/**
 * The execution that is active on it, and its flow.
 */
execution?: [ExecutionSid, FlowSid], 
/**
 * The customer's address in use when the state last changed: where an answer goes when no later inbound
 * message says otherwise.
 */
address: Address, 
/**
 * Our address on that channel (the number, page or bot that was written to).
 */
our_address: string, 
/**
 * Where the contact's messages go since they were found to be somebody else's: this conversation is over.
 */
merged_into?: ContactSid, 
/**
 * The position of its first message.
 */
first_seq: Seq, created_at: Timestamp, updated_at: Timestamp, 
/**
 * Counts the changes; every write is conditional on the one before.
 */
version: number, };

/**
 * What a customer allows us on a channel.
 */
export type Consent = "opted_in" | "opted_out";

/**
 * Who set an attribute last, and when.
 */
export type AttributeSource = { 
/**
 * `flow:<sid>`, `agent:<worker sid>` or `api`.
 */
source: string, at: Timestamp, };

/**
 * The finding that two contacts are one person, or are not after all.
 */
export type MergeSid = string;

/**
 * The contact that stays of two, and the merge that made it so.
 */
export type MergedInto = { contact_sid: ContactSid, merge_sid: MergeSid, };

/**
 * A contact: identities, attributes that flows and agents set and that persist, consent per channel.
 */
export type Contact = { sid: ContactSid, name?: string, 
/**
 * The copy of their picture, from where a provider showed it; clients are given a URL that lapses.
 */
picture?: string, 
/**
 * Addresses proven to be theirs, in the order in which they were learnt.
 */
identities: Array<Address>, 
/**
 * `language`, `vip`, …: flows see them as `contact.attributes.*`.
 */
attributes: { [key in string]: JsonValue }, attribute_sources?: { [key in string]: AttributeSource }, consent?: { [key in ChannelKind]?: Consent }, tags?: Array<string>, notes?: string, 
/**
 * The contacts that were found to be this one, whose messages are its own, too.
 */
merged?: Array<ContactSid>, 
/**
 * Where everything of this contact is looked for since it was found to be another.
 */
merged_into?: MergedInto, created_at: Timestamp, 
/**
 * Counts the changes; every write is conditional on the one before.
 */
version: number, };

/**
 * TaskRouter's assignment status.
 */
export type TaskStatus = "pending" | "reserved" | "assigned" | "wrapping" | "completed" | "canceled";

/**
 * TaskRouter's reservation status.
 */
export type ReservationStatus = "pending" | "accepted" | "rejected" | "timeout" | "canceled" | "rescinded" | "wrapping" | "completed";

/**
 * An activity that a worker can be in. When it was made is not kept.
 */
export type Activity = { account_sid: AccountSid, workspace_sid: WorkspaceSid, sid: ActivitySid, friendly_name: string, available: boolean, date_created: number, date_updated: number, };

/**
 * What a worker can hold and holds on one task channel. `available_capacity_percentage` is 0..=100, and
 * `last_reserved_time` in milliseconds.
 */
export type WorkerChannel = { account_sid: AccountSid, workspace_sid: WorkspaceSid, sid: WorkerChannelSid, worker_sid: WorkerSid, task_channel_sid: TaskChannelSid | null, task_channel_unique_name: string, configured_capacity: number, assigned_tasks: number, available: boolean, available_capacity_percentage: number, last_reserved_time: number, date_created: number, date_updated: number, };

/**
 * The worker, with `channels` (which TaskRouter has as a resource of their own). `attributes` is a JSON text, dates
 * are in seconds. The day on which a worker was made is not kept: `date_created` is 0. State and profile have
 * versions of their own, which only grow: `version` is their sum, so that it grows with either.
 */
export type Worker = { account_sid: AccountSid, workspace_sid: WorkspaceSid, sid: WorkerSid, friendly_name: string, attributes: string, activity_sid: ActivitySid, activity_name: string | null, available: boolean, channels: Array<WorkerChannel>, date_created: number, date_updated: number, date_status_changed: number, version: string, };

/**
 * `age` is in seconds and counts to the task's last change, `attributes` and `addons` are JSON texts, dates in
 * seconds. `conversation_sid` is ours: the conversation that the task is for.
 */
export type Task = { account_sid: AccountSid, workspace_sid: WorkspaceSid, sid: TaskSid, assignment_status: TaskStatus, attributes: string, addons: string, age: number, priority: number, reason: string | null, timeout: number, routing_target: string | null, queue_sid: TaskQueueSid | null, queue_name: string | null, workflow_sid: WorkflowSid, workflow_name: string | null, task_channel_sid: TaskChannelSid | null, task_channel_unique_name: string, conversation_sid: ConversationSid | null, date_created: number, date_updated: number, virtual_start_time: number, version: string, };

/**
 * The reservation with its task inside. `reservation_timeout` and dates are in seconds.
 */
export type Reservation = { account_sid: AccountSid, workspace_sid: WorkspaceSid, sid: ReservationSid, worker_sid: WorkerSid, reservation_status: ReservationStatus, reservation_timeout: number, date_created: number, date_updated: number, version: string, task: Task, };

/**
 * How a supervisor is in a call.
 */
export type MonitorMode = "listen" | "whisper" | "barge";

/**
 * How far a call has come, for its agents.
 */
export type CallState = "waiting" | "ringing" | "connected" | "ended";

export type CallRecording = "off" | "on" | "paused";

export type ParticipantKind = "customer" | "agent" | "colleague" | "number" | "supervisor";

export type ParticipantState = "ringing" | "joined";

/**
 * Somebody in a call, or called into it.
 */
export type CallParticipant = { 
/**
 * What actions name them by: unique in the call, `customer` and `agent` for those two.
 */
participant: string, kind: ParticipantKind, 
/**
 * A worker's name, or the number; of the customer the contact says it.
 */
name?: string, worker_sid?: WorkerSid, state: ParticipantState, muted: boolean, on_hold: boolean, 
/**
 * A supervisor's.
 */
mode?: MonitorMode, };

/**
 * A call at one of its tasks. Frames may come out of order: one with a higher `version` is later.
 */
export type Call = { 
/**
 * The task of the agent who has the call.
 */
task_sid: TaskSid, call_sid: string, direction: Direction, state: CallState, 
/**
 * Since when it is in this state.
 */
since: Timestamp, recording: CallRecording, participants: Array<CallParticipant>, 
/**
 * Why the last thing that somebody asked for was not done.
 */
problem?: string, version: number, };

/**
 * What has come of it.
 */
export type ScheduledState = "scheduled" | "sending" | "sent" | "refused" | "canceled";

export type Scheduled = { sid: MessageSid, 
/**
 * Where it was asked for.
 */
conversation_sid: ConversationSid, contact_sid: ContactSid, author: Author, reply_to?: string, to: Address, send_at: Timestamp, 
/**
 * It is not sent when the customer has written before.
 */
unless_answered: boolean, state: ScheduledState, 
/**
 * Why it was refused or canceled.
 */
reason?: string, version: number, } & ({ "kind": "text", text: string, } | { "kind": "media", attachments: Array<Attachment>, text?: string, } | { "kind": "location", latitude: number, longitude: number, name?: string, address?: string, } | { "kind": "sticker", package_id: string, sticker_id: string, text?: string, } | { "kind": "choice", 
/**
 * What the button carries for the program.
 */
data: string, 
/**
 * What the customer saw.
 */
text?: string, } | { "kind": "choices", text: string, options: Array<ChoiceOption>, } | { "kind": "contacts", contacts: Array<ContactCard>, } | { "kind": "template", 
/**
 * The provider's name or id of it.
 */
name: string, 
/**
 * As the provider writes it: `en_US`.
 */
language: string, 
/**
 * What its placeholders stand for, in their order.
 */
parameters?: Array<string>, header?: TemplateHeader, 
/**
 * Of its buttons from the first on; none for one that carries nothing.
 */
buttons?: Array<TemplateButton | null>, 
/**
 * What it says with them: for the timeline, and for channels without templates.
 */
text?: string, } | { "kind": "reaction", 
/**
 * `None` takes the earlier reaction back.
 */
emoji?: string, } | { "kind": "email" } & Email | { "kind": "system", text: string, } | { "kind": "note", text: string, } | { "kind": "unsupported", provider_kind: string, text?: string, });

/**
 * Why an action was not done. The text form is the `code` of an `error` frame.
 */
export type Fault = "too_large" | "bad_json" | "unknown_action" | "bad_field" | "not_found" | "not_yours" | "expired" | "refused" | "unavailable";

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;
