//! # Capture Payments (`capture-payments`)
//!
//! Takes a payment by the caller's keys. The provider talks to the payment processor; no card number reaches us.
//!
//! - **Properties** (Liquid but for `security_code`): `payment_connector`, `payment_method` (`credit-card` or
//!   `ach-debit`), `payment_token_type`, `payment_amount`, `currency`, `description`, `language`, `timeout` (s),
//!   `max_attempts`, `security_code`, `postal_code` (`true`, `false` or the code), `min_postal_code_length`,
//!   `valid_card_types` (a list), `parameters` (`[{key, value}]`).
//! - **Events**: `success`; `maxFailedAttempts`; `providerError`; `payInterrupted`; `validationError`; `hangup`.
//! - **Outputs**: the call's parameters, with `Result`, `PaymentToken`, `PaymentConfirmationCode`, ….
//! - **Limits**: 64 parameters.

use patchbay_model::call::{ANSWER_S_MAX, CallInstruction, Pay, PaymentMethod};
use serde_json::{Map, Value, json};

use super::{Widget, WidgetType};
use crate::call::{News, news, wait};
use crate::input::FlowInput;
use crate::properties::{Pair, Properties};
use crate::run::{Next, Run, Stop, object};
use crate::state::Waiting;
use crate::template::Template;

/// Times that a caller may try (Twilio, `<Pay maxAttempts>`).
const ATTEMPTS_MAX: u32 = 10;
/// Characters of a postal code.
const POSTAL_CODE_CHARS_MAX: u32 = 32;

pub(super) const TYPE: WidgetType = WidgetType {
    name: "capture-payments",
    events: &["success", "maxFailedAttempts", "providerError", "payInterrupted", "hangup", "validationError"],
    parse,
};

#[derive(Debug)]
struct CapturePayments {
    connector: Option<Template>,
    method: PaymentMethod,
    token_type: Option<Template>,
    amount: Option<Template>,
    currency: Option<Template>,
    description: Option<Template>,
    language: Option<Template>,
    timeout: Option<Template>,
    max_attempts: Option<Template>,
    security_code: bool,
    postal_code: Option<Template>,
    min_postal_code_length: Option<Template>,
    valid_card_types: Vec<String>,
    parameters: Vec<Pair>,
}

fn parse(properties: &mut Properties<'_>) -> Box<dyn Widget> {
    let method = match properties.text("payment_method").map(|name| name.to_ascii_lowercase()).as_deref() {
        Some("credit-card" | "credit_card") | None => PaymentMethod::CreditCard,
        Some("ach-debit" | "ach_debit") => PaymentMethod::AchDebit,
        Some(other) => {
            let message = format!("payment_method must be credit-card or ach-debit, not {other:?}");
            properties.refuse(message, "payment_method");
            PaymentMethod::CreditCard
        }
    };
    Box::new(CapturePayments {
        connector: properties.template("payment_connector"),
        method,
        token_type: properties.template("payment_token_type"),
        amount: properties.template("payment_amount"),
        currency: properties.template("currency"),
        description: properties.template("description"),
        language: properties.template("language"),
        timeout: properties.number("timeout"),
        max_attempts: properties.number("max_attempts"),
        security_code: properties.text("security_code").as_deref() != Some("false"),
        postal_code: properties.template("postal_code"),
        min_postal_code_length: properties.number("min_postal_code_length"),
        valid_card_types: properties.texts("valid_card_types"),
        parameters: properties.pairs("parameters"),
    })
}

/// The event of a payment's result (Twilio, `<Pay>`, "Result").
fn event(params: &Map<String, Value>) -> &'static str {
    match params.get("Result").and_then(Value::as_str) {
        Some("success") => "success",
        Some("too-many-failed-attempts") => "maxFailedAttempts",
        Some("caller-interrupted-with-star" | "caller-interrupted-with-hash") => "payInterrupted",
        Some("caller-hung-up") => "hangup",
        Some("validation-error") => "validationError",
        _ => "providerError",
    }
}

impl Widget for CapturePayments {
    fn enter(&self, run: &mut Run) -> Result<Next, Stop> {
        run.need_call()?;
        let length_min = self.min_postal_code_length.as_ref();
        let pay = Pay {
            connector: run.optional(self.connector.as_ref(), "payment_connector")?,
            method: self.method,
            token_type: run.optional(self.token_type.as_ref(), "payment_token_type")?,
            amount: run.optional(self.amount.as_ref(), "payment_amount")?,
            currency: run.optional(self.currency.as_ref(), "currency")?,
            description: run.optional(self.description.as_ref(), "description")?,
            language: run.optional(self.language.as_ref(), "language")?,
            timeout_s: run.within(self.timeout.as_ref(), "timeout", 1..=ANSWER_S_MAX)?,
            attempts_max: run.within(self.max_attempts.as_ref(), "max_attempts", 1..=ATTEMPTS_MAX)?,
            security_code: self.security_code,
            postal_code: run.optional(self.postal_code.as_ref(), "postal_code")?,
            postal_code_length_min: run.within(
                length_min,
                "min_postal_code_length",
                0..=POSTAL_CODE_CHARS_MAX,
            )?,
            valid_card_types: self.valid_card_types.clone(),
            parameters: run.pairs(&self.parameters, "parameters")?,
        };
        let document = run.instruct(vec![CallInstruction::Pay(pay)])?;
        if document.is_none() {
            run.set_outputs(object([("Result", json!("validation-error"))]))?;
        }
        Ok(document.map_or(Next::Leave("validationError"), wait))
    }

    fn resume(&self, run: &mut Run, waiting: &Waiting, input: &FlowInput) -> Result<Option<Next>, Stop> {
        let (params, event) = match news(waiting, input) {
            Some(News::Request(params)) => (params, event(params)),
            Some(News::HungUp(params)) => (params, "hangup"),
            Some(News::Timeout) | None => return Ok(None),
        };
        run.keep(params)?;
        Ok(Some(Next::Leave(event)))
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::call::CALL_PARAMETERS_MAX;
    use serde_json::json;

    use super::super::testing::{hang_up, play_on_call, request};
    use crate::input::FlowInput;

    fn check(inputs: &[FlowInput], at: &str) {
        assert_eq!(play_on_call("capture-payments", json!({}), inputs).at, at, "{inputs:?}");
    }

    #[test]
    fn each_event() {
        for (result, at) in [
            ("success", "success"),
            ("too-many-failed-attempts", "maxFailedAttempts"),
            ("payment-connector-error", "providerError"),
            ("caller-interrupted-with-star", "payInterrupted"),
            ("caller-hung-up", "hangup"),
            ("validation-error", "validationError"),
            ("something-new", "providerError"),
        ] {
            check(&[request("2.under_test.0", json!({"Result": result}))], at);
        }
        check(&[hang_up()], "hangup");
    }

    #[test]
    fn the_payment_is_what_the_definition_says() {
        let properties = json!({"payment_connector": "Default", "payment_method": "credit-card",
            "payment_token_type": "one-time", "payment_amount": "{{flow.data.x}}9.99", "currency": "usd",
            "security_code": true, "postal_code": "false", "valid_card_types": ["visa", "amex"], "max_attempts": 3,
            "timeout": 10, "parameters": [{"key": "a", "value": "{{trigger.call.From}}"}]});
        let outcome = play_on_call("capture-payments", properties, &[]);
        let expect = json!([{"do": "pay", "connector": "Default", "method": "credit_card", "token_type": "one-time",
            "amount": "9.99", "currency": "usd", "timeout_s": 10, "attempts_max": 3, "security_code": true,
            "postal_code": "false", "valid_card_types": ["visa", "amex"], "parameters": [["a", "+15550001"]]}]);
        assert_eq!(outcome.effects[0]["instructions"], expect);
    }

    #[test]
    fn parameters_have_a_limit() {
        for (count, at) in [(CALL_PARAMETERS_MAX, "under_test"), (CALL_PARAMETERS_MAX + 1, "validationError")]
        {
            let properties = json!({"parameters": vec![json!({"key": "k", "value": "v"}); count]});
            assert_eq!(play_on_call("capture-payments", properties, &[]).at, at);
        }
    }
}
