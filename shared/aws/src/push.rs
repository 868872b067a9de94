//! `Push` on API Gateway's WebSocket management endpoint.

use crate::error::describe;
use async_trait::async_trait;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::operation::delete_connection::DeleteConnectionError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use bytes::Bytes;
use patchbay_center::ports::{Push, PushError, PushOutcome};
use patchbay_model::limits::PUSH_BYTES_MAX;

/// The sockets of one WebSocket API; the client's endpoint is that API's management URL.
#[derive(Clone, Debug)]
pub struct GatewayPush {
    client: Client,
}

impl GatewayPush {
    pub fn new(client: Client) -> GatewayPush {
        GatewayPush { client }
    }
}

#[async_trait]
impl Push for GatewayPush {
    async fn post(&self, connection: &str, frame: Bytes) -> Result<PushOutcome, PushError> {
        if frame.len() > PUSH_BYTES_MAX {
            return Err(PushError(format!("a frame of {} bytes is over {PUSH_BYTES_MAX}", frame.len())));
        }
        let call = self.client.post_to_connection().connection_id(connection).data(Blob::new(frame));
        match call.send().await {
            Ok(_) => Ok(PushOutcome::Delivered),
            Err(error) => match error.as_service_error() {
                Some(PostToConnectionError::GoneException(_)) => Ok(PushOutcome::Gone),
                _ => Err(PushError(describe(&error))),
            },
        }
    }

    async fn close(&self, connection: &str) -> Result<(), PushError> {
        match self.client.delete_connection().connection_id(connection).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteConnectionError::GoneException(_)) => Ok(()),
                _ => Err(PushError(describe(&error))),
            },
        }
    }
}

#[cfg(test)]
mod tests;
