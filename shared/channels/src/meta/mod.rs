//! What WhatsApp's Cloud API, Messenger and Instagram share: the app's proof and handshake, the envelope of a
//! webhook, Graph calls and what their answers mean.

pub(crate) mod app;
pub(crate) mod envelope;
pub(crate) mod errors;
pub(crate) mod graph;
pub(crate) mod messaging;
pub(crate) mod wire;
