//! What Twilio's channels share: the signature, the form of a webhook, the REST API's answers.

pub(crate) mod errors;
pub(crate) mod form;
pub(crate) mod rest;
pub(crate) mod signature;
