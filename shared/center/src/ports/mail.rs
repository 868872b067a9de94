//! Mail servers: where mails go that no provider takes over HTTP.

use async_trait::async_trait;
use patchbay_channels::email::smtp::{SmtpAnswer, SmtpDelivery};

#[async_trait]
pub trait Mail: Send + Sync {
    /// Hands one mail to its server, over TLS, within `SMTP_MS_MAX`. What the connection comes to is an answer too.
    async fn deliver(&self, delivery: &SmtpDelivery) -> SmtpAnswer;
}

/// Milliseconds for one delivery, connection included.
pub const SMTP_MS_MAX: u32 = 15_000;
