use super::*;
use proptest::prelude::*;

fn check(text: &str, expect: &str) {
    assert_eq!(trimmed(text), expect, "{text}");
}

#[test]
fn what_is_quoted_below_is_left_out() {
    check("Yes.\n\nOn Mon, 1 Jan 2024 at 10:00, Ann <ann@shop.example> wrote:\n> Is it?\n> Really?", "Yes.");
    check("Yes.\n\nOn Monday the 1st of January 2024, Ann\n<ann@shop.example> wrote:\n\n> Is it?", "Yes.");
    check("Ja.\n\nAm 01.01.24 um 10:00 schrieb Ann:\n> Ist es so?", "Ja.");
    check("Oui.\n\nLe 1 janv. 2024 à 10:00, Ann a écrit :\n> Vraiment ?", "Oui.");
    check("Sí\n\nEl lun, 1 ene 2024 a las 10:00, Ann (<ann@shop.example>) escribió:\n\n> ¿Sí?", "Sí");
    check("はい\n\n2024年1月1日(月) 10:00 Ann <ann@shop.example>のメール:\n> 本当？", "はい");
    check("好的\n\n在 2024年1月1日，10:00，Ann <ann@shop.example> 写道：\n> 吗", "好的");
    check(
        "Да\n\nпн, 1 янв. 2024 г. в 10:00, Ann <ann@shop.example>:\n> Да?",
        "Да\n\nпн, 1 янв. 2024 г. в 10:00, Ann <ann@shop.example>:",
    );
    check("Yes.\n> no header at all", "Yes.");
}

#[test]
fn what_outlook_copies_below_is_left_out() {
    check(
        "Yes.\n\n-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: us\nSubject: Hi\n\nIs it?",
        "Yes.",
    );
    check(
        "Yes.\n\n________________________________\nFrom: Ann <ann@shop.example>\nSent: Monday\nSubject: Hi\n\nIs it?",
        "Yes.",
    );
    check("Ja\n\nVon: Ann\nGesendet: Montag\nAn: uns\nBetreff: Hallo\n\nIst es so?", "Ja");
    check("Oui\n\n*De :* Ann\n*Envoyé :* lundi\n*À :* nous\n*Objet :* Salut\n\nVraiment ?", "Oui");
    check("Yes\n##- Please type your reply above this line -##\nIs it?", "Yes");
}

#[test]
fn what_is_not_clear_is_shown() {
    let untouched = |text: &str| check(text, text);
    untouched("From: here\nto there it is far");
    untouched("On 1 January he wrote to us.\nThat was all.");
    untouched("> Is it?\n\nYes.\n\n> Really?\n\nYes!");
    untouched("One\n\n> quoted\n\ntwo\n\n> quoted again\n\nthree");
    untouched("> only a quotation");
    untouched("");
    untouched("a - b");
}

#[test]
fn an_answer_below_the_quotation_is_the_answer() {
    check("On 1 Jan 2024, Ann wrote:\n> Is it?\n> Really?\n\nYes.", "Yes.");
    check("> Is it?\n\nYes.", "Yes.");
}

#[test]
fn signatures_are_left_out() {
    check("Yes.\n\n-- \nAnn\nShop", "Yes.");
    check("Yes.\n\nSent from my iPhone", "Yes.");
    check("Yes.\n\nGesendet von meinem Telefon", "Yes.");
    check("Yes.\n\n____________\n", "Yes.");
    // Somebody's own words.
    check(
        "Sent from my old address, this did not arrive.\na\nb\nc",
        "Sent from my old address, this did not arrive.\na\nb\nc",
    );
    check("-- \nAnn", "-- \nAnn");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_of_the_text(
        lines in proptest::collection::vec(proptest::sample::select(LINES), 0..20),
    ) {
        let text = lines.join("\n");
        let shown = trimmed(&text);
        prop_assert!(text.contains(shown));
        prop_assert_eq!(shown.trim().is_empty(), text.trim().is_empty());
    }
}

const LINES: &[&str] = &[
    "",
    " ",
    "Yes.",
    "> Is it?",
    ">",
    "On 1 Jan 2024, Ann <ann@shop.example>",
    "wrote:",
    "On 1 Jan 2024, Ann wrote:",
    "-- ",
    "-----Original Message-----",
    "________________",
    "From: Ann",
    "Sent: Monday",
    "To: us",
    "Subject: Hi",
    "Sent from my phone",
    "C> quoted",
    "2024/1/1 Ann <ann@shop.example>",
    "é",
    "Am 1.1. schrieb Ann:",
];
