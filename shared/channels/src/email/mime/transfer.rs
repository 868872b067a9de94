//! Transfer encodings (RFC 2045, 6), and uuencode, which some still send.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding is often missing, and the last bits are often not zero.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes behind an encoding; an encoding that is not known is none.
pub(super) fn decode(encoding: &str, bytes: &[u8]) -> Vec<u8> {
    let encoding = encoding.split([';', ' ', '(']).next().unwrap_or_default().trim().to_ascii_lowercase();
    match encoding.as_str() {
        "base64" => base64(bytes),
        "quoted-printable" => quoted(bytes),
        "x-uuencode" | "uuencode" | "x-uue" | "uue" => uuencoded(bytes),
        _ => bytes.to_vec(),
    }
}

/// Characters outside of the alphabet are left out (RFC 2045, 6.8); each `=` ends a run, so that runs which were
/// encoded one by one are read one after another.
fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len() / 4 * 3);
    for run in bytes.split(|byte| *byte == b'=') {
        let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let mut digits: Vec<u8> = run.iter().copied().filter(is_known).collect();
        // One digit over is six bits: no byte.
        if digits.len() % 4 == 1 {
            digits.pop();
        }
        decoded.extend(BASE64.decode(&digits).unwrap_or_default());
    }
    decoded
}

/// `=` before anything else than two hex digits or a line's end stands for itself.
pub(super) fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'=') {
        decoded.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match (rest, rest.get(spaces)) {
            (_, Some(b'\n')) => rest = &rest[spaces + 1..],
            ([high, low, after @ ..], _) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(b'='),
            },
            ([], _) => {}
            _ => decoded.push(b'='),
        }
    }
    decoded.extend_from_slice(rest);
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The lines between `begin` and `end` (POSIX, "uuencode").
fn uuencoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let body = lines.skip_while(|line| !line.starts_with(b"begin ")).skip(1);
    for line in body.take_while(|line| *line != b"end") {
        let Some((count, digits)) = line.split_first() else { continue };
        let six = |byte: u8| byte.wrapping_sub(b' ') & 0x3f;
        let mut octets = Vec::with_capacity(digits.len());
        for group in digits.chunks(4) {
            let bits =
                (0..4).fold(0_u32, |bits, at| bits << 6 | u32::from(six(*group.get(at).unwrap_or(&b' '))));
            octets.extend_from_slice(&bits.to_be_bytes()[1..]);
        }
        octets.truncate(six(*count).into());
        decoded.extend(octets);
    }
    decoded
}
