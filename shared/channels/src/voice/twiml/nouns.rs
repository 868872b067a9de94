//! Whom a call is connected to.

use super::connect::Parameter;
use super::schema::{Method, children, elements};

children! {
    /// Somebody to connect to; a bare text is a number.
    DialNoun { Application, Client, Conference, Number, Queue, Sim, Sip, WhatsApp } + Text
}

children! {
    /// Which application, and what it is told.
    ApplicationPart { ApplicationSid, Parameter } + Text
}

children! {
    /// Which softphone, and what it is told.
    ClientPart { Identity, Parameter } + Text
}

children! {
    /// Which address, and its headers.
    SipPart { Headers, Uri } + Text
}

elements! {
    /// An application of the account.
    Application("Application"): Vec<ApplicationPart> {
        copy_parent_to: bool = "copyParentTo",
        customer_id: String = "customerId",
        method: Method = "method",
        status_callback: String = "statusCallback",
        status_callback_event: String = "statusCallbackEvent",
        status_callback_method: Method = "statusCallbackMethod",
        url: String = "url",
    }

    /// Which application.
    ApplicationSid("ApplicationSid"): String {}

    /// A softphone.
    Client("Client"): Vec<ClientPart> {
        method: Method = "method",
        status_callback: String = "statusCallback",
        status_callback_event: String = "statusCallbackEvent",
        status_callback_method: Method = "statusCallbackMethod",
        url: String = "url",
    }

    /// Which softphone.
    Identity("Identity"): String {}

    /// A conference.
    Conference("Conference"): String {
        beep: String = "beep",
        coach: String = "coach",
        end_conference_on_exit: bool = "endConferenceOnExit",
        event_callback_url: String = "eventCallbackUrl",
        jitter_buffer_size: String = "jitterBufferSize",
        max_participants: u32 = "maxParticipants",
        muted: bool = "muted",
        participant_label: String = "participantLabel",
        record: String = "record",
        recording_configuration_id: String = "recordingConfigurationId",
        recording_status_callback: String = "recordingStatusCallback",
        recording_status_callback_event: String = "recordingStatusCallbackEvent",
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        region: String = "region",
        start_conference_on_enter: bool = "startConferenceOnEnter",
        status_callback: String = "statusCallback",
        status_callback_event: String = "statusCallbackEvent",
        status_callback_method: Method = "statusCallbackMethod",
        trim: String = "trim",
        wait_method: Method = "waitMethod",
        wait_url: String = "waitUrl",
    }

    /// A phone number.
    Number("Number"): String {
        amd_status_callback: String = "amdStatusCallback",
        amd_status_callback_method: Method = "amdStatusCallbackMethod",
        byoc: String = "byoc",
        machine_detection: String = "machineDetection",
        machine_detection_silence_timeout: u32 = "machineDetectionSilenceTimeout",
        machine_detection_speech_end_threshold: u32 = "machineDetectionSpeechEndThreshold",
        machine_detection_speech_threshold: u32 = "machineDetectionSpeechThreshold",
        machine_detection_timeout: u32 = "machineDetectionTimeout",
        method: Method = "method",
        send_digits: String = "sendDigits",
        status_callback: String = "statusCallback",
        status_callback_event: String = "statusCallbackEvent",
        status_callback_method: Method = "statusCallbackMethod",
        url: String = "url",
    }

    /// A queue whose first caller is connected.
    Queue("Queue"): String {
        method: Method = "method",
        post_work_activity_sid: String = "postWorkActivitySid",
        reservation_sid: String = "reservationSid",
        url: String = "url",
    }

    /// A device with a SIM.
    Sim("Sim"): String {}

    /// A SIP address.
    Sip("Sip"): Vec<SipPart> {
        amd_status_callback: String = "amdStatusCallback",
        amd_status_callback_method: Method = "amdStatusCallbackMethod",
        machine_detection: String = "machineDetection",
        machine_detection_silence_timeout: u32 = "machineDetectionSilenceTimeout",
        machine_detection_speech_end_threshold: u32 = "machineDetectionSpeechEndThreshold",
        machine_detection_speech_threshold: u32 = "machineDetectionSpeechThreshold",
        machine_detection_timeout: u32 = "machineDetectionTimeout",
        method: Method = "method",
        password: String = "password",
        status_callback: String = "statusCallback",
        status_callback_event: String = "statusCallbackEvent",
        status_callback_method: Method = "statusCallbackMethod",
        url: String = "url",
        username: String = "username",
    }

    /// SIP headers.
    Headers("Headers"): Vec<Header> {}

    /// A SIP header.
    Header("Header"): () {
        name: String = "name",
        value: String = "value",
    }

    /// A SIP address with its weight.
    Uri("Uri"): String {
        password: String = "password",
        priority: u32 = "priority",
        username: String = "username",
        weight: u32 = "weight",
    }

    /// A WhatsApp address.
    WhatsApp("WhatsApp"): String {
        method: Method = "method",
        status_callback: String = "statusCallback",
        status_callback_event: String = "statusCallbackEvent",
        status_callback_method: Method = "statusCallbackMethod",
        url: String = "url",
    }

    /// The attributes of a task, as JSON.
    Task("Task"): String {
        priority: u32 = "priority",
        timeout: u32 = "timeout",
    }
}
