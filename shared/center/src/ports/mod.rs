//! Everything that touches the world. `shared/aws` implements these on AWS, `local` on embedded parts,
//! `tests` in memory with faults; one contract suite holds all of them to the same behaviour.
//!
//! Architecture invariant: no port mentions a vendor's type, and nothing in this crate reaches the world in
//! another way.

pub mod blob;
mod dead_letters;
mod http;
mod mail;
mod push;
pub mod queue;
pub mod table;
mod world;

pub use blob::{Blob, BlobError, Download, StoredBlob, Upload, UploadForm};
pub use dead_letters::{DeadLetter, DeadLetters, Redriven};
pub use http::{Http, HttpError, HttpRequest, HttpResponse};
pub use mail::{Mail, SMTP_MS_MAX};
pub use push::{Push, PushError, PushOutcome};
pub use queue::{Outgoing, Queue, QueueError, QueueName};
pub use table::{
    Attributes, Change, Condition, Consistency, Item, Key, Page, Query, Table, TableError, Units, Value,
    Write,
};
pub use world::World;
