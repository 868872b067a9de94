//! What supervisors see.

use super::object;
use serde_json::{Value, json};

pub(super) fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer" });
    let truth = || json!({ "type": "boolean" });
    json!({
        "FloorQueues": object(json!({
            "at": number(), "answer_s_target": number(), "more": truth(),
            "queues": { "type": "array", "items": object(json!({
                "sid": text(), "friendly_name": text(), "eligible": number(), "available": number(),
                "more_workers": truth(), "with_room": { "type": "object", "additionalProperties": number() },
                "waiting": { "type": "object", "additionalProperties": object(json!({
                    "tasks": number(), "more": truth(), "since": number(), "late": number(),
                })) },
            })) },
        })),
        "FloorWorkers": object(json!({
            "at": number(), "more": truth(),
            "workers": { "type": "array", "items": object(json!({
                "sid": text(), "friendly_name": text(), "activity_sid": text(), "activity_name": text(),
                "activity_since": number(), "available": truth(), "connected": truth(), "idle_since": number(),
                "channels": { "type": "object", "additionalProperties": object(json!({
                    "capacity": number(), "assigned": number(),
                })) },
                "tasks": { "type": "array", "items": text() }, "direct_waiting": number(),
            })) },
        })),
        "Stats": object(json!({
            "more": truth(), "answer_s_target": number(),
            "names": { "type": "object", "additionalProperties": text() },
            "rows": { "type": "array", "items": object(json!({
                "start": number(), "key": text(), "tasks": number(), "completed": number(), "transferred": number(),
                "abandoned": number(), "accepted": number(), "in_time": number(), "wait_ms": number(),
                "wait_ms_max": number(), "handle_ms": number(), "invited": number(), "joined": number(),
                "joined_ms": number(),
            })) },
        })),
        "FloorTasks": object(json!({
            "at": number(), "more": truth(),
            "tasks": { "type": "array", "items": { "$ref": "#/components/schemas/Task" } },
        })),
    })
}
