use super::{Email, Sending};
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};

impl Email {
    pub(super) fn read_outcome(
        &self,
        request: &ProviderRequest,
        response: &ProviderResponse,
    ) -> DeliveryOutcome {
        let (status, headers, body) = match response {
            ProviderResponse::Http { status, headers, body } => (*status, headers, body),
            ProviderResponse::NotSent => return request.without_answer(false),
            ProviderResponse::TimedOut => return request.without_answer(true),
        };
        match &self.sending {
            Sending::Ses(ses) => ses.outcome(status, headers, body),
            Sending::SendGrid(sendgrid) => sendgrid.outcome(request, status, headers, body),
            Sending::Mailgun(mailgun) => mailgun.outcome(status, headers, body),
            Sending::Postmark(postmark) => postmark.outcome(request, status, headers, body),
            // Its answers are `SmtpAnswer`s.
            Sending::Smtp(_) => {
                DeliveryOutcome::refused(status, "a mail server does not speak HTTP", RefusalCause::Account)
            }
        }
    }
}
