//! What a call is connected to that is no person, and what runs beside it.

use super::schema::{Method, children, elements};

children! {
    /// A program that takes the call.
    ConnectNoun { AiSession, Autopilot, Conversation, ConversationRelay, ConversationRelaySession, Room, Stream, VirtualAgent }
}

children! {
    /// What can be begun.
    StartNoun { Recording, Siprec, Stream, Transcription }
}

children! {
    /// What can be ended.
    StopNoun { Siprec, Stream, Transcription }
}

children! {
    /// What a relay speaks and is told.
    RelayPart { Language, Parameter }
}

children! {
    /// Settings and parameters.
    TranscriptionPart { Config, Parameter }
}

elements! {
    /// A session of an AI connector.
    AiSession("AiSession"): () {
        ai_connector: String = "aiConnector",
        ai_session_configuration: String = "aiSessionConfiguration",
    }

    /// An assistant (retired).
    Autopilot("Autopilot"): String {}

    /// A setting of a connector.
    Config("Config"): () {
        name: String = "name",
        value: String = "value",
    }

    /// A conversation.
    Conversation("Conversation"): () {
        inbound_autocreation: bool = "inboundAutocreation",
        inbound_timeout: u32 = "inboundTimeout",
        method: Method = "method",
        record: String = "record",
        recording_status_callback: String = "recordingStatusCallback",
        recording_status_callback_event: String = "recordingStatusCallbackEvent",
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        routing_assignment_timeout: u32 = "routingAssignmentTimeout",
        service_instance_sid: String = "serviceInstanceSid",
        status_callback: String = "statusCallback",
        status_callback_event: String = "statusCallbackEvent",
        status_callback_method: Method = "statusCallbackMethod",
        trim: String = "trim",
        url: String = "url",
    }

    /// Speech as text, to and from a web socket.
    ConversationRelay("ConversationRelay"): Vec<RelayPart> {
        application_reconnect: String = "applicationReconnect",
        asr_smart_format: String = "asrSmartFormat",
        background_noise_reduction: String = "backgroundNoiseReduction",
        customer_name: String = "customerName",
        debug: String = "debug",
        deepgram_smart_format: String = "deepgramSmartFormat",
        dtmf_detection: String = "dtmfDetection",
        eager_eot_threshold: String = "eagerEotThreshold",
        echo_prompt_filtering: String = "echoPromptFiltering",
        elevenlabs_language_text_normalization: String = "elevenlabsLanguageTextNormalization",
        elevenlabs_text_normalization: String = "elevenlabsTextNormalization",
        events: String = "events",
        hints: String = "hints",
        ignore_backchannel: String = "ignoreBackchannel",
        include_in_prompt: String = "includeInPrompt",
        intelligence_service: String = "intelligenceService",
        interrupt_sensitivity: String = "interruptSensitivity",
        interruptible: String = "interruptible",
        language: String = "language",
        partial_prompt_on_hangup: String = "partialPromptOnHangup",
        partial_prompts: String = "partialPrompts",
        preemptible: String = "preemptible",
        profanity_filter: String = "profanityFilter",
        report_input_during_agent_speech: String = "reportInputDuringAgentSpeech",
        speech_model: String = "speechModel",
        speech_timeout: String = "speechTimeout",
        transcription_language: String = "transcriptionLanguage",
        transcription_provider: String = "transcriptionProvider",
        tts_language: String = "ttsLanguage",
        tts_language_text_normalization: String = "ttsLanguageTextNormalization",
        tts_provider: String = "ttsProvider",
        tts_text_normalization: String = "ttsTextNormalization",
        turn_detection: String = "turnDetection",
        url: String = "url",
        voice: String = "voice",
        welcome_greeting: String = "welcomeGreeting",
        welcome_greeting_interruptible: String = "welcomeGreetingInterruptible",
    }

    /// A session that is set up at the provider.
    ConversationRelaySession("ConversationRelaySession"): () {
        connector: String = "connector",
        session_configuration: String = "sessionConfiguration",
    }

    /// A language of a conversation relay.
    Language("Language"): () {
        asr_smart_format: String = "asrSmartFormat",
        code: String = "code",
        hints: String = "hints",
        speech_model: String = "speechModel",
        transcription_provider: String = "transcriptionProvider",
        tts_language_text_normalization: String = "ttsLanguageTextNormalization",
        tts_provider: String = "ttsProvider",
        tts_text_normalization: String = "ttsTextNormalization",
        voice: String = "voice",
    }

    /// A parameter for whom the call goes to.
    Parameter("Parameter"): () {
        name: String = "name",
        value: String = "value",
    }

    /// A recording of the call.
    Recording("Recording"): () {
        channels: String = "channels",
        recording_configuration_id: String = "recordingConfigurationId",
        recording_status_callback: String = "recordingStatusCallback",
        recording_status_callback_event: String = "recordingStatusCallbackEvent",
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        track: String = "track",
        trim: String = "trim",
    }

    /// A video room.
    Room("Room"): String {
        participant_identity: String = "participantIdentity",
    }

    /// The call's sound, over SIPREC.
    Siprec("Siprec"): Vec<Parameter> {
        connector_name: String = "connectorName",
        name: String = "name",
        status_callback: String = "statusCallback",
        status_callback_method: Method = "statusCallbackMethod",
        track: String = "track",
    }

    /// The call's sound, to a web socket.
    Stream("Stream"): Vec<Parameter> {
        audio_format: String = "audioFormat",
        connector_name: String = "connectorName",
        name: String = "name",
        sample_rate: String = "sampleRate",
        status_callback: String = "statusCallback",
        status_callback_method: Method = "statusCallbackMethod",
        track: String = "track",
        url: String = "url",
    }

    /// A live transcription.
    Transcription("Transcription"): Vec<TranscriptionPart> {
        enable_automatic_punctuation: bool = "enableAutomaticPunctuation",
        hints: String = "hints",
        inbound_track_label: String = "inboundTrackLabel",
        intelligence_service: String = "intelligenceService",
        language_code: String = "languageCode",
        name: String = "name",
        outbound_track_label: String = "outboundTrackLabel",
        partial_results: bool = "partialResults",
        profanity_filter: bool = "profanityFilter",
        speech_model: String = "speechModel",
        status_callback_method: Method = "statusCallbackMethod",
        status_callback_url: String = "statusCallbackUrl",
        track: String = "track",
        transcription_engine: String = "transcriptionEngine",
    }

    /// A virtual agent.
    VirtualAgent("VirtualAgent"): Vec<TranscriptionPart> {
        connector_name: String = "connectorName",
        language: String = "language",
        sentiment_analysis: bool = "sentimentAnalysis",
        status_callback: String = "statusCallback",
        status_callback_method: Method = "statusCallbackMethod",
    }
}
