/** What the agent's socket says and hears (docs/PROTOCOL.md, "Agent socket"). */

import type {
  AccountSid,
  Activity,
  Author,
  Call,
  CallRecording,
  ChannelKind,
  ChoiceOption,
  Contact,
  ContactSid,
  Conversation,
  ConversationSid,
  Fault,
  Message,
  MessageSid,
  MonitorMode,
  Reservation,
  ReservationSid,
  Scheduled,
  Seq,
  Task,
  TaskSid,
  Timestamp,
  Worker,
  WorkerChannel,
  WorkerSid,
  WorkspaceSid,
} from "./generated.ts";

/** What frames about a conversation share. */
export interface Place {
  conversation_sid: ConversationSid;
  seq: Seq;
}

/** A conversation with its contact; `more`: there may be older messages than those sent. */
export type ConversationEntry = Conversation &
  Place & { contact: Contact | null; addresses?: Reach[]; scheduled?: Scheduled[]; more: boolean };

/** A phone call as it is; of two frames the one with the higher `version` is later. */
export type CallEntry = Call & Place;

/** The lists of `init`, `sync` and its answer. */
export interface Snapshot {
  reservations?: Reservation[];
  conversations?: ConversationEntry[];
  calls?: CallEntry[];
  messages?: Message[];
}

export interface Init extends Snapshot {
  channel_id: WorkerSid;
  account_sid: AccountSid;
  workspace_sid: WorkspaceSid;
  /** Milliseconds for which the token is still good. */
  token_lifetime: number;
  activities: Activity[];
  worker: Worker;
}

/** The answer of a request: the fields that its action has. */
export interface Ack {
  id: string | null;
  time?: Timestamp;
  worker?: Worker;
  task?: Task;
  conversation?: Conversation & Place;
  contact?: Contact;
  addresses?: Reach[];
  reservations?: Reservation[];
  conversations?: ConversationEntry[];
  calls?: CallEntry[];
  /** The agent's phone rings: the task is accepted when it is answered. */
  ringing?: boolean;
  /** Of an action on a call: the call as it was when it was asked; what comes of it is told by `call.updated`. */
  call?: CallEntry;
  task_sid?: TaskSid;
  messages?: Message[];
  more?: boolean;
  message_sid?: MessageSid;
  conversation_sid?: ConversationSid;
  seq?: Seq;
  shown?: boolean;
  /** One message, or all of a conversation's contact. */
  scheduled?: Scheduled | Scheduled[];
}

/** Where a message could go instead. */
export interface Possible {
  channel: ChannelKind;
  account: string;
  id: string;
}

/** An identity of the contact, and whether it may be written to. */
export interface Reach extends Possible {
  /** There where the channel has a window: the last moment of it, none while it is closed. */
  window_until?: Timestamp | null;
  opted_out?: boolean;
  /** Absent where the account is not configured. */
  capabilities?: {
    templates: boolean;
    text_max: number;
    replies: boolean;
    reactions: boolean;
    choices_max?: number;
  };
}

export interface Failure {
  id: string | null;
  code: Fault;
  message: string;
  possible?: Possible[];
  /** Kinds of content that go out although the channel's window is closed. */
  ways_out?: string[];
}

export interface Typing extends Place {
  author: Author;
  on: boolean;
}

export interface Read extends Place {
  worker_sid: WorkerSid;
}

type ReservationEvent =
  | "created"
  | "accepted"
  | "rejected"
  | "timeout"
  | "canceled"
  | "rescinded"
  | "wrapup"
  | "completed";

export type Frame =
  | { event_type: "init"; payload: Init }
  | { event_type: "sync"; payload: Snapshot }
  | { event_type: "ack"; payload: Ack }
  | { event_type: "call.updated"; payload: CallEntry }
  | { event_type: "error"; payload: Failure }
  | { event_type: `reservation.${ReservationEvent}`; payload: Reservation }
  | { event_type: "worker.activity.update" | "worker.attributes.update"; payload: Worker }
  | { event_type: "worker.capacity.update"; payload: WorkerChannel }
  | { event_type: "message.created" | "message.updated"; payload: Message & { window_until?: Timestamp } }
  | { event_type: "message.scheduled"; payload: Scheduled & Place }
  | { event_type: "conversation.updated"; payload: Conversation & Place }
  | { event_type: "contact.updated"; payload: Contact & Place }
  | { event_type: "conversation.read"; payload: Read }
  | { event_type: "typing"; payload: Typing };

/** An attachment as `message.send` takes it. */
export interface Media {
  url: string;
  content_type?: string;
  file_name?: string;
}

/** What a provider has approved, with what its placeholders stand for. */
export interface Template {
  name: string;
  language: string;
  parameters: string[];
}

/** What is to be different of a scheduled message; without `send_at` it is sent now. */
export interface Rescheduled {
  send_at?: Timestamp;
  text?: string;
  unless_answered?: boolean;
}

/** What a client may ask for, without its `id`. */
export type Action =
  | { action: "sync"; conversations?: Record<ConversationSid, Seq> }
  | { action: "worker.activity"; activity: string; worker_sid?: WorkerSid }
  | { action: "reservation.accept" | "reservation.wrap"; reservation_sid: ReservationSid }
  | { action: "reservation.reject"; reservation_sid: ReservationSid; activity?: string }
  | { action: "reservation.complete"; reservation_sid: ReservationSid; reason?: string }
  | { action: "task.transfer"; task_sid: TaskSid; to: string }
  /** `participant` as the call's frame names them: without one the customer is held, and oneself is muted. */
  | { action: "call.hold" | "call.mute"; task_sid: TaskSid; participant?: string; on: boolean }
  | { action: "call.digits"; task_sid: TaskSid; digits: string }
  | { action: "call.record"; task_sid: TaskSid; state: CallRecording }
  /** `hold`: the customer hears music until they are taken back. */
  | { action: "call.add"; task_sid: TaskSid; to: string; hold?: boolean }
  | { action: "call.remove"; task_sid: TaskSid; participant: string }
  | { action: "call.leave"; task_sid: TaskSid }
  | { action: "call.monitor"; task_sid: TaskSid; mode: MonitorMode | "off" }
  | { action: "call.start"; to: string; account?: string }
  /** `to`: a worker or a task queue; `hold`: the customer of a call hears music until they are taken back. */
  | { action: "task.invite"; task_sid: TaskSid; to: string; note?: string; hold?: boolean }
  | { action: "task.withdraw"; task_sid: TaskSid }
  | { action: "task.hand_over"; task_sid: TaskSid; worker_sid?: WorkerSid }
  | {
      action: "message.send";
      conversation_sid: ConversationSid;
      text?: string;
      media?: Media[];
      template?: Template;
      choices?: ChoiceOption[];
      /** Later than now, in milliseconds; and not when the customer has written before. */
      send_at?: Timestamp;
      unless_answered?: boolean;
      /** Without an emoji the earlier reaction is taken back. */
      reaction?: { emoji?: string };
      /** The message that is answered, `<contact_sid>.<seq>.<sid>`. */
      reply_to?: string;
      channel?: ChannelKind;
      account?: string;
      address?: string;
    }
  | { action: "message.cancel"; conversation_sid: ConversationSid; message_sid: MessageSid }
  | ({
      action: "message.reschedule";
      conversation_sid: ConversationSid;
      message_sid: MessageSid;
    } & Rescheduled)
  | { action: "note.add"; conversation_sid: ConversationSid; text: string }
  | { action: "contact.update"; conversation_sid: ConversationSid; tags?: string[]; notes?: string }
  | {
      action: "contact.merge" | "contact.unmerge";
      conversation_sid: ConversationSid;
      contact_sid: ContactSid;
    }
  | { action: "message.typing"; conversation_sid: ConversationSid; on: boolean }
  | { action: "conversation.read"; conversation_sid: ConversationSid; seq: Seq }
  | { action: "conversation.history"; conversation_sid: ConversationSid; before_seq?: Seq; limit?: number }
  | { action: "ping" };

/** A frame as it came, or nothing where it is not one. */
export function parseFrame(text: string): Frame | null {
  try {
    const frame: unknown = JSON.parse(text);
    const isFrame =
      typeof frame === "object" && frame !== null && "event_type" in frame && "payload" in frame;
    return isFrame ? (frame as Frame) : null;
  } catch {
    return null;
  }
}
