//! Charsets, whose names lie.

use chardetng::{EncodingDetector, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The text of some bytes, by the charset that is stated where it can be that, else by what the bytes look like.
pub(crate) fn decode(stated: Option<&str>, bytes: &[u8]) -> String {
    if stated.is_some_and(is_utf7) {
        return utf7(bytes);
    }
    if bytes.is_ascii() && !bytes.contains(&0x1b) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let encoding = stated.and_then(encoding);
    // UTF-8 by another name: nothing else makes bytes that are valid UTF-8 by chance.
    if encoding.is_none_or(|encoding| encoding == UTF_8 || encoding == WINDOWS_1252)
        && let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&0x1b)
    {
        return text.trim_start_matches('\u{feff}').to_owned();
    }
    let by_name = encoding.map(|encoding| encoding.decode(bytes).0.into_owned());
    match by_name {
        Some(text) if !text.contains('\u{fffd}') => text,
        other => {
            let guessed = guess(bytes).decode(bytes).0.into_owned();
            let holes = |text: &str| text.matches('\u{fffd}').count();
            match other {
                // A few holes in the charset that is stated are broken characters, not another charset.
                Some(text)
                    if holes(&text) * 20 <= text.chars().count() || holes(&text) <= holes(&guessed) =>
                {
                    text
                }
                _ => guessed,
            }
        }
    }
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let known = match label.as_str() {
        "cp932" | "ms932" => "shift_jis",
        "cp936" | "ms936" => "gbk",
        "cp949" | "ms949" | "uhc" => "euc-kr",
        "cp950" | "ms950" => "big5",
        "cp50220" | "cp50221" | "cp50222" | "iso-2022-jp-ms" | "iso-2022-jp-1" => "iso-2022-jp",
        "utf8mb4" | "utf-8mb4" | "unicode-1-1-utf-8" => "utf-8",
        other => other,
    };
    // Without "replacement": of the labels that it takes there is nothing but U+FFFD.
    let bytes = known.as_bytes();
    Encoding::for_label_no_replacement(bytes)
        .or_else(|| Encoding::for_label_no_replacement(known.replacen("cp", "windows-", 1).as_bytes()))
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

fn is_utf7(label: &str) -> bool {
    matches!(label.trim().to_ascii_lowercase().as_str(), "utf-7" | "utf7" | "unicode-1-1-utf-7")
}

/// UTF-7 (RFC 2152): UTF-16 in base64 between `+` and `-`.
fn utf7(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('+') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '+').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        rest = after.strip_prefix('-').unwrap_or(after);
        if digits.is_empty() {
            decoded.push('+');
            continue;
        }
        let octets = super::transfer::decode("base64", digits.as_bytes());
        let units = octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        decoded.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    decoded + rest
}
