//! What an agent changes of the customer.

use super::*;
use patchbay_model::IdentityKey;

/// Somebody else, whom nobody has.
async fn other(desk: &Desk) -> ContactSid {
    let sid = ContactSid::random([9; 16]);
    let address = Address::new(ChannelKind::Webchat, "default", "visitor-9");
    let mut contact =
        load_contact(desk.table.as_ref(), &contact_sid(), Consistency::Strong).await.unwrap().unwrap();
    contact = Contact {
        sid: sid.clone(),
        name: Some("Zoe".into()),
        picture: None,
        identities: vec![address.clone()],
        attributes: Default::default(),
        created_at: START.plus_s(-60),
        version: 0,
        ..contact
    };
    let claims = [(address.identity(), &sid), (webchat().identity(), &contact_sid())];
    let claim = |(key, sid): &(IdentityKey, &ContactSid)| claim_identity(key, sid);
    let mut writes: Vec<_> = claims.iter().map(claim).collect();
    writes.push(put_next(&mut contact));
    crate::ports::Table::write(desk.table.as_ref(), writes).await.unwrap();
    sid
}

fn ask(action: &str, fields: Value) -> Value {
    let mut request = json!({ "action": action, "id": "1", "conversation_sid": conversation_sid() });
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

#[tokio::test]
async fn an_agent_edits_the_contact_of_her_conversation() {
    let (desk, _) = Desk::with_agent(1).await;
    let wanted = json!({ "name": "Zoë B.", "attributes": { "vip": null, "city": "Bern" }, "tags": ["b2b"] });
    let ack = desk.check_repeats("ann", ask("contact.update", wanted)).await;
    assert_eq!((&ack["contact"]["name"], &ack["contact"]["tags"]), (&json!("Zoë B."), &json!(["b2b"])));
    assert_eq!(ack["contact"]["attributes"], json!({ "city": "Bern" }));
    let source = &ack["contact"]["attribute_sources"]["city"]["source"];
    assert_eq!(*source, json!(format!("agent:{}", worker_sid("ann"))));
    assert_eq!(desk.heard(OTHER), ["contact.updated"]);
    desk.check_refused("ann", ask("contact.update", json!({ "tags": "b2b" })), "bad_field").await;
    desk.check_refused("ann", ask("contact.update", json!({ "name": "x".repeat(257) })), "bad_field").await;
    desk.check_refused("bob", ask("contact.update", json!({ "name": "x" })), "not_found").await;
}

#[tokio::test]
async fn who_writes_up_edits_the_contact_and_reads_what_was_said() {
    let (desk, reservation) = Desk::writing_up(3).await;
    let update = ask("contact.update", json!({ "notes": "Paid by card" }));
    let ack = desk.check_repeats("ann", update.clone()).await;
    assert_eq!(ack["contact"]["notes"], "Paid by card");
    let history = ask("conversation.history", json!({ "limit": 2 }));
    assert_eq!(desk.ask("ann", history.clone()).await["more"], true);
    desk.check_refused("bob", history.clone(), "not_found").await;
    desk.check_refused("ann", ask("message.send", json!({ "text": "x" })), "not_found").await;

    // A customer who writes again meanwhile changes nothing.
    let past = desk.conversation().await;
    let mut next = Conversation {
        sid: contact_sid().conversation(past.sid.number() + 1),
        state: ConversationState::Flow,
        ..past.clone()
    };
    let writes = vec![crate::store::archive(&past), put_next(&mut next)];
    crate::ports::Table::write(desk.table.as_ref(), writes).await.unwrap();
    desk.check_repeats("ann", update.clone()).await;

    let complete = json!({ "action": "reservation.complete", "id": "c", "reservation_sid": reservation });
    desk.ask("ann", complete).await;
    desk.check_refused("ann", update, "not_found").await;
    desk.check_refused("ann", history, "not_found").await;
}

#[tokio::test]
async fn an_agent_merges_another_contact_into_hers_and_takes_it_back() {
    let (desk, _) = Desk::with_agent(1).await;
    let other = other(&desk).await;
    let merge = ask("contact.merge", json!({ "contact_sid": other }));
    desk.check_refused("bob", merge.clone(), "not_found").await;
    let ack = desk.check_repeats("ann", merge).await;
    assert_eq!((&ack["contact"]["sid"], &ack["contact"]["merged"]), (&json!(contact_sid()), &json!([other])));
    // The other is older, so its name is kept; the conversation, which has an agent, stays.
    assert_eq!((&ack["contact"]["name"], ack["addresses"].as_array().unwrap().len()), (&json!("Zoe"), 3));
    let ack = desk.check_repeats("ann", ask("contact.unmerge", json!({ "contact_sid": other }))).await;
    assert_eq!((&ack["contact"]["name"], &ack["contact"]["merged"]), (&json!("Zoë"), &Value::Null));
    let nobody = ContactSid::random([8; 16]);
    desk.check_refused("ann", ask("contact.merge", json!({ "contact_sid": nobody })), "not_found").await;
}
