// Written by a test of the center (shared/center/src/frames/typescript.rs). Do not edit.

import type { Frame } from "./frames.ts";

export const recorded = [
  {
    "event_type": "reservation.created",
    "payload": {
      "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
      "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
      "sid": "WRb3d1ba2dd0590cddcd2f2f7a347de2ad",
      "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
      "reservation_status": "pending",
      "reservation_timeout": 120,
      "date_created": 1795359904,
      "date_updated": 1795359904,
      "version": "3",
      "task": {
        "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
        "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
        "sid": "WTbedae5cad5eecfa155d3192c6941c00d",
        "assignment_status": "reserved",
        "attributes": "{\"customer\":\"Zoë\"}",
        "addons": "{}",
        "age": 65,
        "priority": 5,
        "reason": null,
        "timeout": 86400,
        "routing_target": null,
        "queue_sid": "WQf341d090657d1ad4e59cd5c0fc38c4c1",
        "queue_name": "Support",
        "workflow_sid": "WW935bd1c8fc2f5d36d6e8e5b0f429d712",
        "workflow_name": "Everyone",
        "task_channel_sid": "TCa06202ccf99f00b9883c4acd44acd351",
        "task_channel_unique_name": "chat",
        "conversation_sid": "CH07070707070707070707070700000001",
        "date_created": 1795359839,
        "date_updated": 1795359904,
        "virtual_start_time": 1795359839,
        "version": "3"
      }
    }
  },
  {
    "event_type": "worker.activity.update",
    "payload": {
      "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
      "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
      "sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
      "friendly_name": "Ann",
      "attributes": "{\"languages\":[\"de\",\"en\"]}",
      "activity_sid": "WA8d9f34269c1c88bee099c77c93aad5c8",
      "activity_name": "Ready",
      "available": true,
      "channels": [
        {
          "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
          "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
          "sid": "WC2ff532553f4d329a62ebe4775ddad501",
          "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
          "task_channel_sid": "TCa06202ccf99f00b9883c4acd44acd351",
          "task_channel_unique_name": "chat",
          "configured_capacity": 3,
          "assigned_tasks": 1,
          "available": true,
          "available_capacity_percentage": 66,
          "last_reserved_time": 1795359894789,
          "date_created": 0,
          "date_updated": 1795359894
        }
      ],
      "date_created": 0,
      "date_updated": 1795359894,
      "date_status_changed": 1795359844,
      "version": "10"
    }
  },
  {
    "event_type": "worker.attributes.update",
    "payload": {
      "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
      "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
      "sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
      "friendly_name": "Ann",
      "attributes": "{\"languages\":[\"de\",\"en\"]}",
      "activity_sid": "WA8d9f34269c1c88bee099c77c93aad5c8",
      "activity_name": "Ready",
      "available": true,
      "channels": [
        {
          "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
          "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
          "sid": "WC2ff532553f4d329a62ebe4775ddad501",
          "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
          "task_channel_sid": "TCa06202ccf99f00b9883c4acd44acd351",
          "task_channel_unique_name": "chat",
          "configured_capacity": 3,
          "assigned_tasks": 1,
          "available": true,
          "available_capacity_percentage": 66,
          "last_reserved_time": 1795359894789,
          "date_created": 0,
          "date_updated": 1795359894
        }
      ],
      "date_created": 0,
      "date_updated": 1795359894,
      "date_status_changed": 1795359844,
      "version": "10"
    }
  },
  {
    "event_type": "worker.capacity.update",
    "payload": {
      "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
      "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
      "sid": "WC2ff532553f4d329a62ebe4775ddad501",
      "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
      "task_channel_sid": "TCa06202ccf99f00b9883c4acd44acd351",
      "task_channel_unique_name": "chat",
      "configured_capacity": 3,
      "assigned_tasks": 1,
      "available": true,
      "available_capacity_percentage": 66,
      "last_reserved_time": 1795359894789,
      "date_created": 0,
      "date_updated": 1795359894
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "text",
      "text": "Hello",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "media",
      "attachments": [
        {
          "url": "",
          "content_type": "image/png",
          "bytes": 2048,
          "pending": true
        }
      ],
      "text": "my cat",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "location",
      "latitude": 52.5,
      "longitude": 13.4,
      "name": "Home",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "sticker",
      "package_id": "1",
      "sticker_id": "2",
      "text": "hi",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "choice",
      "data": "yes",
      "text": "Yes",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "choices",
      "text": "Well?",
      "options": [
        {
          "data": "yes",
          "text": "Yes"
        }
      ],
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "email",
      "subject": "My order",
      "text": "Where is it?",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "contacts",
      "contacts": [
        {
          "name": "Ann",
          "phones": [
            "+15005550007"
          ]
        }
      ],
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "template",
      "name": "hello",
      "language": "en",
      "text": "Hello",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "reaction",
      "emoji": "👍",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "system",
      "text": "Ann joined",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "note",
      "text": "She has called twice",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "unsupported",
      "provider_kind": "poll",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.updated",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "media",
      "attachments": [
        {
          "url": "",
          "content_type": "image/png",
          "file_name": "a.png",
          "bytes": 3,
          "pending": true
        },
        {
          "url": "",
          "content_type": "image/png",
          "file_name": "a.png",
          "bytes": 3,
          "error": "status: the server answered 410"
        },
        {
          "url": "https://blobs.example/media/a/b/2?of=5146fcd5c7b806cd6e0d0c09cf172ad5&until=1795364100000&as=attachment; filename=\"a.png\"; filename*=UTF-8''a.png",
          "content_type": "image/png",
          "file_name": "a.png",
          "bytes": 3,
          "ref": "blob:media/a/b/2"
        }
      ],
      "text": "Look",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.created",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "outbound",
      "author": {
        "type": "agent",
        "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
        "name": "Ann"
      },
      "kind": "media",
      "attachments": [
        {
          "url": "https://provider.example/1",
          "content_type": "image/png",
          "file_name": "a.png",
          "bytes": 3
        },
        {
          "url": "https://provider.example/2",
          "content_type": "image/png",
          "file_name": "a.png",
          "bytes": 3
        },
        {
          "url": "https://blobs.example/media/a/b/2?of=5146fcd5c7b806cd6e0d0c09cf172ad5&until=1795364100000&as=attachment; filename=\"a.png\"; filename*=UTF-8''a.png",
          "content_type": "image/png",
          "file_name": "a.png",
          "bytes": 3,
          "ref": "blob:media/a/b/2"
        }
      ],
      "text": "Look",
      "provider_id": "SM1",
      "status": "received",
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.updated",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "text",
      "text": "Helo",
      "provider_id": "SM1",
      "status": "received",
      "edited": {
        "kind": "text",
        "text": "Hello!"
      },
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "message.updated",
    "payload": {
      "sid": "IMec3a4c13dca0474d022c090f519a3b9b",
      "seq": 7353794170019523,
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "channel": "sms",
      "account": "default",
      "direction": "inbound",
      "author": {
        "type": "contact"
      },
      "kind": "text",
      "text": "",
      "provider_id": "SM1",
      "status": "received",
      "deleted": true,
      "created_at": 1795359904789
    }
  },
  {
    "event_type": "conversation.updated",
    "payload": {
      "sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "state": "with_agent",
      "workers": [
        "WKb55ed95ddd52e9a1be63872cfee7d506"
      ],
      "task_sid": "WTbedae5cad5eecfa155d3192c6941c00d",
      "address": {
        "channel": "sms",
        "account": "default",
        "id": "+15005550006"
      },
      "our_address": "+15005550001",
      "first_seq": 7353793903775744,
      "created_at": 1795359839789,
      "updated_at": 1795359904789,
      "version": 2,
      "conversation_sid": "CH07070707070707070707070700000001",
      "seq": 7353794170015744
    }
  },
  {
    "event_type": "contact.updated",
    "payload": {
      "sid": "CT07070707070707070707070700000000",
      "name": "Zoë",
      "picture": "https://blobs.example/media/CT07070707070707070707070700000000/picture?of=8b577cd12691db5504490d9601337d8d&until=1795364100000&as=attachment",
      "identities": [
        {
          "channel": "sms",
          "account": "default",
          "id": "+15005550006"
        }
      ],
      "attributes": {
        "vip": true
      },
      "created_at": 1795359904789,
      "version": 1,
      "conversation_sid": "CH07070707070707070707070700000001",
      "seq": 7353794170015744
    }
  },
  {
    "event_type": "conversation.read",
    "payload": {
      "conversation_sid": "CH07070707070707070707070700000001",
      "seq": 7353794170019523,
      "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506"
    }
  },
  {
    "event_type": "message.scheduled",
    "payload": {
      "sid": "IM33b0855f8869530092af52d20a23cf9b",
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "author": {
        "type": "agent",
        "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
        "name": "Ann"
      },
      "kind": "text",
      "text": "Did it arrive?",
      "to": {
        "channel": "sms",
        "account": "default",
        "id": "+15005550006"
      },
      "send_at": 1795363504789,
      "unless_answered": true,
      "state": "scheduled",
      "version": 1,
      "seq": 7353794170015744
    }
  },
  {
    "event_type": "message.scheduled",
    "payload": {
      "sid": "IM33b0855f8869530092af52d20a23cf9b",
      "conversation_sid": "CH07070707070707070707070700000001",
      "contact_sid": "CT07070707070707070707070700000000",
      "author": {
        "type": "agent",
        "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
        "name": "Ann"
      },
      "kind": "text",
      "text": "",
      "to": {
        "channel": "sms",
        "account": "default",
        "id": "+15005550006"
      },
      "send_at": 1795363504789,
      "unless_answered": true,
      "state": "canceled",
      "reason": "answered: the customer has written before it was due",
      "version": 2,
      "seq": 7353794170015744
    }
  },
  {
    "event_type": "typing",
    "payload": {
      "author": {
        "type": "contact"
      },
      "on": true,
      "conversation_sid": "CH07070707070707070707070700000001",
      "seq": 7353794170015744
    }
  },
  {
    "event_type": "call.updated",
    "payload": {
      "task_sid": "WTbedae5cad5eecfa155d3192c6941c00d",
      "call_sid": "CA0123456789abcdef0123456789abcdef",
      "direction": "inbound",
      "state": "connected",
      "since": 1795359899789,
      "recording": "paused",
      "participants": [
        {
          "participant": "customer",
          "kind": "customer",
          "state": "joined",
          "muted": false,
          "on_hold": true
        },
        {
          "participant": "agent",
          "kind": "agent",
          "name": "Ann",
          "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
          "state": "joined",
          "muted": true,
          "on_hold": false
        },
        {
          "participant": "number-1",
          "kind": "number",
          "name": "+15005550007",
          "state": "ringing",
          "muted": false,
          "on_hold": false
        },
        {
          "participant": "supervisor-1",
          "kind": "supervisor",
          "worker_sid": "WK2470b8fe9bd81107136663779c9bbd5a",
          "state": "joined",
          "muted": false,
          "on_hold": false,
          "mode": "listen"
        }
      ],
      "problem": "13225: the number is blocked",
      "version": 7,
      "conversation_sid": "CH07070707070707070707070700000001",
      "seq": 7353794170015744
    }
  },
  {
    "event_type": "call.updated",
    "payload": {
      "task_sid": "WTbedae5cad5eecfa155d3192c6941c00d",
      "call_sid": "CA0123456789abcdef0123456789abcdef",
      "direction": "inbound",
      "state": "ended",
      "since": 1795359904789,
      "recording": "paused",
      "participants": [],
      "version": 7,
      "conversation_sid": "CH07070707070707070707070700000001",
      "seq": 7353794170015744
    }
  },
  {
    "event_type": "init",
    "payload": {
      "reservations": [],
      "conversations": [],
      "channel_id": "WKb55ed95ddd52e9a1be63872cfee7d506",
      "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
      "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
      "token_lifetime": 3600000,
      "activities": [
        {
          "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
          "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
          "sid": "WA8d9f34269c1c88bee099c77c93aad5c8",
          "friendly_name": "Ready",
          "available": true,
          "date_created": 0,
          "date_updated": 0
        },
        {
          "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
          "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
          "sid": "WA5fd74a9b8657dd62e044b68fdeda0b52",
          "friendly_name": "Offline",
          "available": false,
          "date_created": 0,
          "date_updated": 0
        },
        {
          "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
          "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
          "sid": "WAaa3fad9ba5c78322881ae52a93724126",
          "friendly_name": "Available",
          "available": true,
          "date_created": 0,
          "date_updated": 0
        },
        {
          "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
          "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
          "sid": "WAa6f9debcbf11febfb6f1eccdb2fdf7a0",
          "friendly_name": "Unavailable",
          "available": false,
          "date_created": 0,
          "date_updated": 0
        }
      ],
      "worker": {
        "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
        "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
        "sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
        "friendly_name": "Ann",
        "attributes": "{\"languages\":[\"de\",\"en\"]}",
        "activity_sid": "WA8d9f34269c1c88bee099c77c93aad5c8",
        "activity_name": "Ready",
        "available": true,
        "channels": [
          {
            "account_sid": "AC9046b4cdd850f8e91dd33e1973aad155",
            "workspace_sid": "WS166a0b3b86de978ab1eddfae97fb520a",
            "sid": "WC2ff532553f4d329a62ebe4775ddad501",
            "worker_sid": "WKb55ed95ddd52e9a1be63872cfee7d506",
            "task_channel_sid": "TCa06202ccf99f00b9883c4acd44acd351",
            "task_channel_unique_name": "chat",
            "configured_capacity": 3,
            "assigned_tasks": 1,
            "available": true,
            "available_capacity_percentage": 66,
            "last_reserved_time": 1795359894789,
            "date_created": 0,
            "date_updated": 1795359894
          }
        ],
        "date_created": 0,
        "date_updated": 1795359894,
        "date_status_changed": 1795359844,
        "version": "10"
      }
    }
  },
  {
    "event_type": "sync",
    "payload": {
      "reservations": [],
      "conversations": []
    }
  },
  {
    "event_type": "ack",
    "payload": {
      "seq": 1,
      "id": "7"
    }
  },
  {
    "event_type": "error",
    "payload": {
      "id": null,
      "code": "bad_json",
      "message": "not a JSON object"
    }
  }
] satisfies Frame[];
