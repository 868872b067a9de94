//! Names of files that somebody else has chosen.

/// Characters of a file's name, its ending included: what every file system takes, whatever the script.
pub const NAME_CHARS_MAX: usize = 80;
/// Characters of an ending that is kept when a name is cut.
const ENDING_CHARS_MAX: usize = 10;

/// The name without folders, without what does not show or turns the reading direction round (a file that reads as
/// `…exe.pdf` and is not), and no longer than `NAME_CHARS_MAX`. `None`: nothing is left of it.
pub fn clean_name(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let safe: String = shown.chars().map(|c| if "<>:\"|?*%;".contains(c) { '_' } else { c }).collect();
    let trimmed = safe.trim().trim_matches('.').trim();
    if trimmed.is_empty() {
        return None;
    }
    if trimmed.chars().count() <= NAME_CHARS_MAX {
        return Some(trimmed.to_owned());
    }
    let ending = trimmed.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.filter(|ending| ending.chars().count() <= ENDING_CHARS_MAX);
    let kept = NAME_CHARS_MAX - ending.map_or(0, |ending| ending.chars().count() + 1);
    let stem: String = trimmed.chars().take(kept).collect();
    Some(ending.map_or(stem.clone(), |ending| format!("{stem}.{ending}")))
}

/// Controls, and Unicode's characters that format text and show nothing (UAX #9; zero width; byte order mark; tags).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(name: &str, expect: Option<&str>) {
        assert_eq!(clean_name(name).as_deref(), expect, "{name:?}");
    }

    #[test]
    fn a_name_is_a_name_and_no_path() {
        check("a b.pdf", Some("a b.pdf"));
        check("Übersicht – März.pdf", Some("Übersicht – März.pdf"));
        check("../../etc/passwd", Some("passwd"));
        check("C:\\Users\\ann\\a.png", Some("a.png"));
        check(".htaccess", Some("htaccess"));
        check("a\r\nb\0.png", Some("ab.png"));
        check("invoice\u{202e}fdp.exe", Some("invoicefdp.exe"));
        check("a\"<b>;c?.png", Some("a__b__c_.png"));
        for nothing in ["", " ", "..", "/", "a/", "\u{200b}", "\u{202e}."] {
            check(nothing, None);
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = |stem: usize, ending: &str| format!("{}{ending}", "é".repeat(stem));
        check(&name(NAME_CHARS_MAX - 4, ".pdf"), Some(&name(NAME_CHARS_MAX - 4, ".pdf")));
        check(&name(NAME_CHARS_MAX - 3, ".pdf"), Some(&name(NAME_CHARS_MAX - 4, ".pdf")));
        check(&name(NAME_CHARS_MAX + 1, ""), Some(&name(NAME_CHARS_MAX, "")));
        check(&name(NAME_CHARS_MAX, ".an-ending-that-is-none"), Some(&name(NAME_CHARS_MAX, "")));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_short_and_cleaning_it_again_changes_nothing(name in ".{0,200}") {
            if let Some(clean) = clean_name(&name) {
                prop_assert!(clean.chars().count() <= NAME_CHARS_MAX);
                prop_assert!(!clean.contains(['/', '\\', '\0', '\n']));
                let again = clean_name(&clean);
                prop_assert_eq!(again.as_deref(), Some(clean.trim_end_matches('.').trim()));
            }
        }
    }
}
