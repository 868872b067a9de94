//! Words of others in the path of a URL.

use crate::delivery::Undeliverable;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a URL shows as it is: RFC 3986's unreserved characters, and the plus of a telephone number.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'+');

/// One segment that says `words`; `what` they are is for the refusal. Nothing, and the dots that lead to another segment
/// however they are escaped (WHATWG, "URL", "path state"), cannot be said: a call with them would be another call.
pub(crate) fn segment(words: &str, what: &'static str) -> Result<String, Undeliverable> {
    match words {
        "" | "." | ".." => Err(Undeliverable::Malformed(what)),
        _ => Ok(utf8_percent_encode(words, PLAIN).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_segment_or_none() {
        let check = |words, said: Option<&str>| {
            let expect = said.map(str::to_owned).ok_or(Undeliverable::Malformed("id"));
            assert_eq!(segment(words, "id"), expect, "{words}");
        };
        check("+14155550123", Some("+14155550123"));
        check("a.b_c-d~", Some("a.b_c-d~"));
        check("...", Some("..."));
        check("../me?x=1#y", Some("..%2Fme%3Fx%3D1%23y"));
        check("%2e%2e", Some("%252e%252e"));
        check("👍", Some("%F0%9F%91%8D"));
        for none in ["", ".", ".."] {
            check(none, None);
        }
    }
}
