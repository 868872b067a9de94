//! Speech Synthesis Markup: how a text is spoken.

use super::schema::{children, elements};

children! {
    /// Words, and how they are spoken.
    Ssml { Break, Emphasis, Lang, Paragraph, Phoneme, Prosody, Sentence, SayAs, Sub, Word } + Text
}

children! {
    /// What a paragraph holds.
    SsmlSentence { Break, Emphasis, Lang, Phoneme, Prosody, Sentence, SayAs, Sub, Word } + Text
}

children! {
    /// What a sentence holds.
    SsmlWords { Break, Emphasis, Lang, Phoneme, Prosody, SayAs, Sub, Word } + Text
}

children! {
    /// What a word holds.
    SsmlWord { Break, Emphasis, Phoneme, Prosody, SayAs, Sub } + Text
}

elements! {
    /// A pause.
    Break("break"): () {
        strength: String = "strength",
        time: String = "time",
    }

    /// Words with weight.
    Emphasis("emphasis"): Vec<SsmlWords> {
        level: String = "level",
    }

    /// Words of another language.
    Lang("lang"): Vec<Ssml> {
        language: String = "xml:lang",
    }

    /// A paragraph.
    Paragraph("p"): Vec<SsmlSentence> {}

    /// A pronunciation.
    Phoneme("phoneme"): String {
        alphabet: String = "alphabet",
        ph: String = "ph",
    }

    /// Words in another pitch, rate or volume.
    Prosody("prosody"): Vec<Ssml> {
        pitch: String = "pitch",
        rate: String = "rate",
        volume: String = "volume",
    }

    /// A sentence.
    Sentence("s"): Vec<SsmlWords> {}

    /// How to read something.
    SayAs("say-as"): String {
        format: String = "format",
        interpret_as: String = "interpret-as",
    }

    /// What to say instead.
    Sub("sub"): String {
        alias: String = "alias",
    }

    /// A word and its part of speech.
    Word("w"): Vec<SsmlWord> {
        role: String = "role",
    }
}
