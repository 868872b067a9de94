//! A web-chat visitor: where we are the provider, what the customer sees comes by a socket.

use super::deliveries::Shown;
use super::{Simulator, bad_request};
use patchbay_api::{ApiError, ErrorCode};
use patchbay_center::webchat;
use patchbay_channels::{SessionFrame, WebhookRequest};
use patchbay_edge::Account;
use patchbay_model::id::{digest16, hex};
use patchbay_model::{ChannelKind, Timestamp};
use serde_json::Value;
use std::sync::Arc;

/// Opens a socket for the visitor, once; what it hears is among the deliveries.
pub(super) async fn listen(
    simulator: &Simulator,
    account: &Account,
    from: &str,
    at: Timestamp,
) -> Result<(), ApiError> {
    let Some((center, sockets)) = &simulator.played.beside else {
        return Err(bad_request("visitors are played beside the center only: open a socket of your own"));
    };
    let connection = format!("simulator-{}", hex(&digest16(&[&account.name, from])));
    if !simulator.visitors.remember(&connection, from) {
        return Ok(());
    }
    let mut inbox = sockets.open(&connection);
    let mut handshake =
        WebhookRequest { method: "GET".into(), path: "/webchat".into(), ..Default::default() };
    account.channel.sign(&mut handshake, from, at);
    if let Err(error) = webchat::connect(center, &account.name, &handshake, &connection).await {
        simulator.visitors.take(&connection);
        sockets.forget(&connection);
        tracing::error!(%error, "the simulator's visitor was not let in");
        return Err(ApiError::new(ErrorCode::Unavailable, "the visitor's socket was not opened"));
    }
    let (simulator, account, from) = (simulator.clone(), account.clone(), from.to_owned());
    tokio::spawn(async move {
        while let Some(frame) = inbox.next().await {
            see(&simulator, &account, &from, &String::from_utf8_lossy(&frame));
        }
        // Closed by the center: the next message opens another.
        simulator.visitors.take(&connection);
    });
    Ok(())
}

fn see(simulator: &Simulator, account: &Account, from: &str, text: &str) {
    let frame = SessionFrame { visitor: from.to_owned(), frame: text.to_owned() };
    let (delivery, signal) = (account.channel.read_frame(&frame), account.channel.read_frame_signal(&frame));
    let request: Value = serde_json::from_str(text).unwrap_or_default();
    let common = Shown {
        id: request["payload"]["sid"].as_str().unwrap_or_default().to_owned(),
        to: from.to_owned(),
        at: simulator.played.world.now(),
        frame: Some(Arc::new(frame)),
        request,
        ..Shown::default()
    };
    let shown = match (delivery, signal) {
        (Some(delivery), _) => Shown::of(delivery, &common),
        (None, Some(signal)) => vec![Shown { signal: Some(signal), ..common }],
        (None, None) => return,
    };
    simulator.deliveries.keep(ChannelKind::Webchat, shown);
}
