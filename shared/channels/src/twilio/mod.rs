//! What Twilio's channels share: the account, the signature, the form of a webhook, the REST API's answers, and
//! the other side, played.

pub(crate) mod account;
pub(crate) mod errors;
pub(crate) mod form;
pub(crate) mod inbound;
pub(crate) mod play;
pub(crate) mod rest;
pub(crate) mod signature;
