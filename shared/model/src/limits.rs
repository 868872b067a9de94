//! Named limits of what comes from outside. A limit that belongs to one module is named there; these are shared.

/// Bytes of one webhook request's body. Meta sends up to 3 MB; API Gateway allows 10 MB, a function 6 MB, in
/// which the body may be base64.
pub const WEBHOOK_BYTES_MAX: usize = 4_194_304;
/// Characters of one message's text, on every channel; channels have their own, lower limits.
pub const TEXT_CHARS_MAX: usize = 65_536;
/// Attachments of one message (Twilio allows 10).
pub const ATTACHMENTS_MAX: usize = 10;
/// Bytes of a contact's attributes as JSON.
pub const CONTACT_ATTRIBUTES_BYTES_MAX: usize = 16_384;
/// Identities of one contact.
pub const IDENTITIES_MAX: usize = 20;
/// Characters of a contact's name, and of one of its tags.
pub const CONTACT_NAME_CHARS_MAX: usize = 256;
pub const CONTACT_TAG_CHARS_MAX: usize = 64;
/// Tags of one contact.
pub const CONTACT_TAGS_MAX: usize = 50;
/// Characters of what agents note about a contact.
pub const CONTACT_NOTES_CHARS_MAX: usize = 16_384;
/// Contacts that one was found to be besides itself.
pub const MERGED_MAX: usize = 10;
/// Words by which a search finds a contact.
pub const INDEXED_MAX: usize = 24;
/// Tasks of one conversation that it remembers.
pub const TASKS_KEPT_MAX: usize = 50;
/// Colleagues who are asked into one conversation at a time, those who came included.
pub const INVITED_MAX: usize = 8;
/// Characters of a worker's or a task's attributes as JSON (TaskRouter, "Limits").
pub const ATTRIBUTES_CHARS_MAX: usize = 4_096;
/// Bytes of one frame that an agent's client sends (API Gateway WebSocket: 32 KB).
pub const FRAME_BYTES_MAX: usize = 32_768;
/// Bytes of one message to a socket (API Gateway WebSocket: 128 KB).
pub const PUSH_BYTES_MAX: usize = 131_072;
/// Live sockets of one worker; the oldest is closed when one more connects.
pub const CONNECTIONS_PER_WORKER_MAX: usize = 8;
/// Bytes of one queue message's body: the unit in which SQS bills is 64 KB, the service's own limit is higher.
pub const QUEUE_BODY_BYTES_MAX: usize = 262_144;

/// Characters of the way through its workflow that a task keeps.
pub const WAY_CHARS_MAX: usize = 160;
