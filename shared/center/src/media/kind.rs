//! What a file is, by its own first bytes: never by what somebody says of it.

/// Media types that keep their name: what browsers show without running anything, and what agents know by its icon.
/// Whoever is served one of them gets it as an attachment all the same.
const LISTED: [&str; 43] = [
    "application/gzip",
    "application/json",
    "application/msword",
    "application/pdf",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "audio/aac",
    "audio/amr",
    "audio/flac",
    "audio/m4a",
    "audio/midi",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/opus",
    "audio/wav",
    "audio/webm",
    "audio/x-flac",
    "audio/x-wav",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
    "text/calendar",
    "text/csv",
    "text/plain",
    "text/vcard",
    "text/x-vcard",
    "video/3gpp",
    "video/mp4",
];
/// Beginnings of further ones.
const LISTED_VIDEO: [&str; 4] = ["video/mpeg", "video/quicktime", "video/webm", "video/x-m4v"];

/// What a file is served as that is not on the list: nothing that anybody shows.
pub const UNKNOWN: &str = "application/octet-stream";

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub content_type: &'static str,
    /// What a file's name ends with, without the dot.
    pub extension: &'static str,
}

/// A program: never taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is a program ({0})")]
pub struct Program(pub &'static str);

/// Whether a type, its parameters aside, is on the list.
pub fn is_listed(content_type: &str) -> bool {
    listed(content_type).is_some()
}

fn listed(content_type: &str) -> Option<&'static str> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    LISTED.into_iter().chain(LISTED_VIDEO).find(|known| *known == essence)
}

/// What these bytes are. A text has no signature: it is the kind of text that the sender states, if it reads as
/// one, and never one that a browser runs.
pub fn sniff(bytes: &[u8], stated: &str) -> Result<Kind, Program> {
    if let Some(found) = infer::get(bytes) {
        if found.matcher_type() == infer::MatcherType::App {
            return Err(Program(found.mime_type()));
        }
        return Ok(match listed(found.mime_type()) {
            Some(content_type) => Kind { content_type, extension: found.extension() },
            // An old office document is told from others by what the sender states.
            None if found.mime_type() == "application/x-ole-storage" => {
                let office = listed(stated).filter(|stated| stated.contains("ms"));
                Kind { content_type: office.unwrap_or(UNKNOWN), extension: "bin" }
            }
            None => Kind { content_type: UNKNOWN, extension: "bin" },
        });
    }
    let is_text = str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
    let kind = |content_type, extension| Kind { content_type, extension };
    Ok(match listed(stated).filter(|_| is_text) {
        Some("text/csv") => kind("text/csv", "csv"),
        Some("text/calendar") => kind("text/calendar", "ics"),
        Some("text/vcard" | "text/x-vcard") => kind("text/vcard", "vcf"),
        Some("application/json") => kind("application/json", "json"),
        Some("text/plain") => kind("text/plain", "txt"),
        _ => kind(UNKNOWN, "bin"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(bytes: &[u8], stated: &str, expect: Result<&str, &str>) {
        let found = sniff(bytes, stated);
        let found = found.as_ref().map(|kind| kind.content_type).map_err(|program| program.0);
        assert_eq!(found, expect, "{stated}: {:?}", &bytes[..bytes.len().min(16)]);
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        check(b"\xff\xd8\xff\xe0JFIF", "image/png", Ok("image/jpeg"));
        check(b"\x89PNG\r\n\x1a\n", "text/html", Ok("image/png"));
        check(b"GIF89a<script>alert(1)</script>", "text/html", Ok("image/gif"));
        check(b"RIFF\0\0\0\0WEBPVP8 ", "", Ok("image/webp"));
        check(b"%PDF-1.7", "application/octet-stream", Ok("application/pdf"));
        check(b"OggS\0\x02", "audio/ogg; codecs=opus", Ok("audio/ogg"));
        check(b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4", Ok("video/mp4"));
        check(b"PK\x03\x04\x14\0\0\0", "image/png", Ok("application/zip"));
    }

    #[test]
    fn what_a_browser_would_run_is_a_file_without_a_type() {
        for (bytes, stated) in [
            (&b"<!DOCTYPE html><script>alert(1)</script>"[..], "text/html"),
            (b"<html>", "image/png"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "image/svg+xml"),
            (b"<?xml version=\"1.0\"?><svg/>", "image/svg+xml"),
            (b"alert(1)", "text/javascript"),
            (b"body{}", "text/css"),
            (b"plain", ""),
        ] {
            check(bytes, stated, Ok(UNKNOWN));
        }
        // What says that it is a text and begins as a page is a page.
        check(b"<html>", "text/plain", Ok(UNKNOWN));
    }

    #[test]
    fn a_text_is_the_kind_of_text_that_its_sender_states() {
        check(b"BEGIN:VCARD\nEND:VCARD", "text/x-vcard", Ok("text/vcard"));
        check("a,é".as_bytes(), "text/csv; charset=utf-8", Ok("text/csv"));
        check(b"{}", "application/json", Ok("application/json"));
        check(b"a\0b", "text/plain", Ok(UNKNOWN));
        check(b"\xff\xfea", "text/plain", Ok(UNKNOWN));
        // A stated picture that is none is not believed.
        check(b"hello", "image/png", Ok(UNKNOWN));
    }

    #[test]
    fn programs_are_not_taken() {
        check(b"MZ\x90\0", "image/png", Err("application/vnd.microsoft.portable-executable"));
        let mut elf = [0; 64];
        elf[..5].copy_from_slice(b"\x7fELF\x02");
        check(&elf, "application/octet-stream", Err("application/x-executable"));
        check(b"\0asm\x01\0\0\0", "application/pdf", Err("application/wasm"));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_on_the_list_or_unknown_or_a_program(bytes in prop::collection::vec(any::<u8>(), 0..200), stated in ".{0,20}") {
            if let Ok(kind) = sniff(&bytes, &stated) {
                prop_assert!(kind.content_type == UNKNOWN || is_listed(kind.content_type));
            }
        }
    }
}
