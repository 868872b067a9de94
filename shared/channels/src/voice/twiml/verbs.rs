//! The verbs: what a document is made of.

use super::connect::{ConnectNoun, Parameter, StartNoun, StopNoun};
use super::nouns::{DialNoun, Queue, Sip, Task};
use super::schema::{Method, children, elements};
use super::ssml::Ssml;

children! {
    /// One instruction.
    Verb { Connect, Dial, Echo, Enqueue, Gather, Hangup, Leave, Pause, Pay, Play, Prompt, Queue, Record, Redirect, Refer, Reject, Say, Sms, Start, Stop }
}

children! {
    /// What is heard before an answer.
    Heard { Pause, Play, Say }
}

children! {
    /// What a payment says and is told.
    PayPart { Parameter, Prompt }
}

children! {
    /// A queue's name, and a task for it.
    EnqueuePart { Task } + Text
}

elements! {
    /// A document.
    Response("Response"): Vec<Verb> {}

    /// Connects the call to a program; the caller hears nobody else.
    Connect("Connect"): Vec<ConnectNoun> {
        action: String = "action",
        method: Method = "method",
    }

    /// Connects the call to somebody.
    Dial("Dial"): Vec<DialNoun> {
        action: String = "action",
        answer_on_bridge: bool = "answerOnBridge",
        caller_id: String = "callerId",
        events: String = "events",
        hangup_on_star: bool = "hangupOnStar",
        method: Method = "method",
        passports: String = "passports",
        record: String = "record",
        recording_configuration_id: String = "recordingConfigurationId",
        recording_status_callback: String = "recordingStatusCallback",
        recording_status_callback_event: String = "recordingStatusCallbackEvent",
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        recording_track: String = "recordingTrack",
        refer_method: Method = "referMethod",
        refer_url: String = "referUrl",
        ring_tone: String = "ringTone",
        sequential: bool = "sequential",
        time_limit: u32 = "timeLimit",
        timeout: u32 = "timeout",
        trim: String = "trim",
    }

    /// Plays what the caller says.
    Echo("Echo"): () {}

    /// Puts the call into a queue.
    Enqueue("Enqueue"): Vec<EnqueuePart> {
        action: String = "action",
        max_queue_size: u32 = "maxQueueSize",
        method: Method = "method",
        wait_url: String = "waitUrl",
        wait_url_method: Method = "waitUrlMethod",
        workflow_sid: String = "workflowSid",
    }

    /// Asks for digits or speech.
    Gather("Gather"): Vec<Heard> {
        action: String = "action",
        action_on_empty_result: bool = "actionOnEmptyResult",
        barge_in: bool = "bargeIn",
        debug: String = "debug",
        enhanced: bool = "enhanced",
        finish_on_key: String = "finishOnKey",
        hints: String = "hints",
        input: String = "input",
        language: String = "language",
        max_speech_time: u32 = "maxSpeechTime",
        method: Method = "method",
        num_digits: u32 = "numDigits",
        partial_result_callback: String = "partialResultCallback",
        partial_result_callback_method: Method = "partialResultCallbackMethod",
        profanity_filter: bool = "profanityFilter",
        speech_model: String = "speechModel",
        speech_timeout: String = "speechTimeout",
        timeout: u32 = "timeout",
    }

    /// Ends the call.
    Hangup("Hangup"): Vec<Parameter> {}

    /// Takes the call out of its queue.
    Leave("Leave"): () {}

    /// Silence.
    Pause("Pause"): () {
        length: u32 = "length",
    }

    /// Takes a payment.
    Pay("Pay"): Vec<PayPart> {
        action: String = "action",
        bank_account_type: String = "bankAccountType",
        charge_amount: String = "chargeAmount",
        currency: String = "currency",
        description: String = "description",
        input: String = "input",
        language: String = "language",
        max_attempts: u32 = "maxAttempts",
        min_postal_code_length: u32 = "minPostalCodeLength",
        payment_connector: String = "paymentConnector",
        payment_method: String = "paymentMethod",
        postal_code: String = "postalCode",
        security_code: bool = "securityCode",
        status_callback: String = "statusCallback",
        status_callback_method: Method = "statusCallbackMethod",
        timeout: u32 = "timeout",
        token_type: String = "tokenType",
        valid_card_types: String = "validCardTypes",
    }

    /// Plays a sound, or presses keys.
    Play("Play"): String {
        digits: String = "digits",
        times: u32 = "loop",
    }

    /// What is said at one step of a payment.
    Prompt("Prompt"): Vec<Heard> {
        attempt: String = "attempt",
        card_type: String = "cardType",
        error_type: String = "errorType",
        input: String = "for",
        require_matching_inputs: bool = "requireMatchingInputs",
    }

    /// Records the caller.
    Record("Record"): () {
        action: String = "action",
        finish_on_key: String = "finishOnKey",
        max_length: u32 = "maxLength",
        method: Method = "method",
        play_beep: bool = "playBeep",
        recording_configuration_id: String = "recordingConfigurationId",
        recording_status_callback: String = "recordingStatusCallback",
        recording_status_callback_event: String = "recordingStatusCallbackEvent",
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        timeout: u32 = "timeout",
        transcribe: bool = "transcribe",
        transcribe_callback: String = "transcribeCallback",
        trim: String = "trim",
    }

    /// Goes on with the document at a URL.
    Redirect("Redirect"): String {
        method: Method = "method",
    }

    /// Hands a SIP call over.
    Refer("Refer"): Vec<Sip> {
        action: String = "action",
        method: Method = "method",
    }

    /// Does not take the call.
    Reject("Reject"): Vec<Parameter> {
        reason: String = "reason",
    }

    /// Speaks a text.
    Say("Say"): Vec<Ssml> {
        language: String = "language",
        times: u32 = "loop",
        voice: String = "voice",
    }

    /// Sends a text message.
    Sms("Sms"): String {
        action: String = "action",
        from: String = "from",
        method: Method = "method",
        status_callback: String = "statusCallback",
        to: String = "to",
    }

    /// Begins something beside the call.
    Start("Start"): Vec<StartNoun> {
        action: String = "action",
        method: Method = "method",
    }

    /// Ends something beside the call.
    Stop("Stop"): Vec<StopNoun> {}
}
