//! Schemas of what administrators ask, and of signing in.

use super::object;
use serde_json::{Value, json};

pub(super) fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer" });
    let anything = || json!({ "type": "object" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let worker = object(json!({
        "sid": text(), "friendly_name": text(), "activity_name": text(), "verdict": text(),
    }));
    let stop = object(json!({
        "from_s": number(), "queue": text(), "target_workers": text(), "expression": text(),
        "priority": number(), "why": text(), "not_in_queue": number(),
        "workers": { "type": "array", "items": worker },
    }));
    json!({
        "IdToken": object(json!({ "id_token": text() })),
        "SignedIn": object(json!({ "token": text(), "expires_at": number() })),
        "Faults": object(json!({
            "faults": { "type": "array", "items": { "$ref": "#/components/schemas/Fault" } },
        })),
        "ConfigVersions": object(json!({
            "versions": {
                "type": "array",
                "items": object(json!({ "version": number(), "applied_at": number(), "by": text() })),
            },
        })),
        "MatchQuestion": object(json!({
            "attributes": anything(), "workflow": text(), "task_channel": text(),
            "documents": { "$ref": "#/components/schemas/ConfigDocuments" },
        })),
        "Schedule": object(json!({
            "name": text(), "time_zone": text(), "weekly": list(anything()), "exceptions": list(anything()),
            "override": anything(),
        })),
        "HoursPreview": object(json!({
            "faults": { "type": "array", "items": { "$ref": "#/components/schemas/Fault" } },
            "now": anything(), "changes_at": number(),
            "openings": list(object(json!({ "from": number(), "to": number() }))),
        })),
        "Matching": object(json!({
            "workflow": text(), "workers": number(), "more": { "type": "boolean" },
            "stops": { "type": "array", "items": stop },
        })),
        "AccountName": object(json!({ "channel": text(), "account": text() })),
        "AccountCheck": object(json!({ "name": text(), "problem": text() })),
        "Accounts": object(json!({
            "accounts": { "type": "array", "items": object(json!({
                "channel": text(), "account": text(), "flow": text(), "capabilities": anything(),
                "checked": { "type": "boolean" },
            })) },
        })),
    })
}
