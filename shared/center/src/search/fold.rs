//! Texts as they are compared: without case, accents and the forms that only look different. Pure.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// The text in small letters without accents, in compatible forms (Unicode NFKC): `Ångström` is `angstrom`, `ＡＢ` is
/// `ab`, `カナ` is `かな`. Marks that make another letter of what they stand on stay (the voicing of kana, the vowels of
/// Indic scripts).
pub(crate) fn fold(text: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let letters: String =
        decomposed.chars().filter(|letter| !is_accent(*letter)).flat_map(char::to_lowercase).collect();
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&letters);
    let mut folded = String::with_capacity(composed.len());
    for letter in composed.chars() {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            'ς' => folded.push('σ'),
            // Katakana as hiragana, which lies 0x60 before it.
            'ァ'..='ヶ' => folded.extend(char::from_u32(u32::from(letter) - 0x60)),
            letter => folded.push(letter),
        }
    }
    folded
}

/// What stands on Latin, Greek and Cyrillic letters, and the signs that Hebrew and Arabic are mostly written without.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Whether a letter belongs to a script that is written without blanks between words, or with few.
pub(super) fn is_unspaced(letter: char) -> bool {
    match letter {
        // Thai, Lao, Burmese, Khmer: their marks belong to the words.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => true,
        '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' => {
            letter.is_alphanumeric()
        }
        '\u{20000}'..='\u{3ffff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(fold(text), expect, "{text:?}");
    }

    #[test]
    fn case_accents_and_forms_do_not_count() {
        check("Zoë ÅNGSTRÖM", "zoe angstrom");
        check("Zoe\u{308}", "zoe");
        check("Groß Łódź Ørsted Œuvre", "gross lodz orsted oeuvre");
        check("ΑΝΝΑΣ Άννας", "αννασ αννασ");
        check("Семён Йод", "семен иод");
        check("İstanbul ISPARTA", "istanbul isparta");
        check("ＡＢＣ１２３ ﾀﾅｶ ガ が", "abc123 たなか が が");
        check("أَحْمَد", "احمد");
        check("김민수 हिन्दी", "김민수 हिन्दी");
    }

    proptest! {
        #[test]
        fn what_is_folded_stays(text in "\\PC{0,20}") {
            // Whatever is asked for is folded once, as what is stored is; so this need only hold of what people write.
            let once = fold(&text);
            prop_assert_eq!(fold(&once).chars().count(), once.chars().count());
        }
    }
}
