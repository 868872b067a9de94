//! The field's words as types (docs/GLOSSARY.md): identifiers, addresses, messages, contacts, conversations,
//! tasks, workers, reservations, and the documents that describe a workspace.
//!
//! Architecture invariant: this crate knows no clock, no randomness, no I/O and no provider.

pub mod address;
pub mod blob;
pub mod call;
pub mod contact;
pub mod content;
pub mod conversation;
pub mod desk;
pub mod email;
pub mod event;
pub mod hours;
pub mod id;
pub mod limits;
pub mod message;
pub mod outbound;
pub mod reservation;
pub mod task;
pub mod time;
pub mod worker;
pub mod workspace;

pub use address::{Address, ChannelKind, IdentityKey};
pub use blob::BlobKey;
pub use contact::{Consent, Contact, MergedInto};
pub use content::{Attachment, ChoiceOption, ContactCard, Content, TemplateButton, TemplateHeader};
pub use conversation::{Conversation, ConversationState, Invited};
pub use email::Email;
pub use event::{EventKind, InboundEvent, ReplyContext, ReplyToken, Thread};
pub use id::*;
pub use message::{Author, Direction, Message, MessageKey, MessageStatus, Seq, Tokens};
pub use outbound::OutboundMessage;
pub use reservation::ReservationStatus;
pub use task::{Invitation, Task, TaskOrder, TaskStatus};
pub use time::Timestamp;
pub use worker::Worker;
pub use workspace::Workspace;
