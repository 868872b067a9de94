//! The lines that programs put above a quotation, in the languages they speak.

/// Characters of such lines together, and how many they are.
const CHARS_MAX: usize = 400;
const LINES_MAX: usize = 4;

/// "… wrote" in the words of mail programs.
const WROTE: [&str; 42] = [
    "wrote",
    "writes",
    "a écrit",
    "schrieb",
    "schreef",
    "geschreven",
    "escribió",
    "escribio",
    "ha scritto",
    "escreveu",
    "skrev",
    "napisał",
    "napisal",
    "napsal",
    "napísal",
    "kirjoitti",
    "написал",
    "писал",
    "пише",
    "написав",
    "pisze",
    "írta",
    "yazdı",
    "έγραψε",
    "a scris",
    "napisao",
    "je napisal",
    "написа",
    "va escriure",
    "kirjutas",
    "rašė",
    "rakstīja",
    "skrifaði",
    "đã viết",
    "menulis",
    "כתב",
    "كتب",
    "นเขียน",
    "写道",
    "寫道",
    "のメール",
    "작성",
];

/// How such a line begins where it is broken into several.
const INTRODUCTIONS: [&str; 26] = [
    "on ",
    "at ",
    "le ",
    "am ",
    "op ",
    "el ",
    "il ",
    "em ",
    "a ",
    "den ",
    "på ",
    "dnia ",
    "w dniu ",
    "dne ",
    "в ",
    "il giorno ",
    "il dia ",
    "em dom",
    "ter ",
    "qua ",
    "na ",
    "în ",
    "στις ",
    "vào ",
    "pada ",
    "2",
];

/// What stands between dashes above a message that is not marked.
const ORIGINAL: [&str; 26] = [
    "original message",
    "original email",
    "original appointment",
    "forwarded message",
    "reply message",
    "message d'origine",
    "message original",
    "message d’origine",
    "ursprüngliche nachricht",
    "originalnachricht",
    "weitergeleitete nachricht",
    "mensaje original",
    "messaggio originale",
    "messaggio inoltrato",
    "mensagem original",
    "oorspronkelijk bericht",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "alkuperäinen viesti",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "исходное сообщение",
    "пересылаемое сообщение",
    "původní zpráva",
    "原始邮件",
];

/// Labels of the fields that Outlook and its kin copy above a message: who, when, to whom, what about.
const LABELS: [&[&str]; 5] = [
    &[
        "from",
        "von",
        "de",
        "da",
        "van",
        "från",
        "fra",
        "od",
        "от",
        "lähettäjä",
        "kimden",
        "feladó",
        "发件人",
        "寄件者",
        "差出人",
        "보낸 사람",
        "מאת",
        "من",
        "from mail",
    ],
    &[
        "sent",
        "date",
        "gesendet",
        "datum",
        "envoyé",
        "fecha",
        "enviado",
        "enviado el",
        "enviada em",
        "data",
        "inviato",
        "verzonden",
        "skickat",
        "sendt",
        "dato",
        "wysłano",
        "отправлено",
        "дата",
        "lähetetty",
        "päivämäärä",
        "gönderilen",
        "gönderildi",
        "odesláno",
        "发送时间",
        "寄件日期",
        "送信日時",
        "보낸 날짜",
        "date de",
        "subject date",
    ],
    &[
        "to",
        "an",
        "à",
        "a",
        "para",
        "aan",
        "till",
        "til",
        "do",
        "кому",
        "vastaanottaja",
        "kime",
        "komu",
        "címzett",
        "收件人",
        "收件者",
        "宛先",
        "받는 사람",
    ],
    &[
        "subject",
        "betreff",
        "objet",
        "asunto",
        "oggetto",
        "assunto",
        "onderwerp",
        "ämne",
        "emne",
        "temat",
        "тема",
        "aihe",
        "konu",
        "předmět",
        "tárgy",
        "主题",
        "主旨",
        "件名",
        "제목",
    ],
    &["cc", "kopie", "copie", "kopia", "копия", "抄送", "reply-to"],
];
/// Of these, how many make a block.
const LABELS_MIN: usize = 3;
/// Lines among which they stand: long values are broken.
const BLOCK_LINES_MAX: usize = 8;

/// The line behind what introduces a quotation, where `line` begins such an introduction.
pub(super) fn quote_header<'t>(line: usize, count: usize, get: impl Fn(usize) -> &'t str) -> Option<usize> {
    let first = get(line);
    if first.is_empty() {
        return None;
    }
    if is_original(first) || is_reply_marker(first) {
        return Some(line + 1);
    }
    if is_separator(first) {
        // A rule above a block of fields belongs to it.
        let next = (line + 1..count).find(|line| !get(*line).is_empty())?;
        return fields_end(next, count, &get).or_else(|| is_original(get(next)).then_some(next + 1));
    }
    fields_end(line, count, &get)
        .or_else(|| wrote_end(line, count, &get))
        .or_else(|| dated(first).then_some(line + 1))
}

/// "On … wrote:", over up to `LINES_MAX` lines.
fn wrote_end<'t>(line: usize, count: usize, get: &impl Fn(usize) -> &'t str) -> Option<usize> {
    let mut joined = String::new();
    for last in line..count.min(line + LINES_MAX) {
        let text = get(last);
        if text.is_empty() || joined.chars().count() + text.chars().count() > CHARS_MAX {
            return None;
        }
        joined.push(' ');
        joined.push_str(&text.to_lowercase());
        let who_or_when = joined.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '<' | '"'));
        let wrote = WROTE.iter().any(|wrote| joined.contains(wrote));
        if wrote && who_or_when && joined.ends_with([':', '：', '﹕']) {
            // What begins a line above must itself look like an introduction.
            return (last == line || introduces(get(line))).then_some(last + 1);
        }
        if last == line && !introduces(text) {
            return None;
        }
    }
    None
}

fn introduces(line: &str) -> bool {
    let low = line.to_lowercase();
    INTRODUCTIONS.iter().any(|word| low.starts_with(word)) && low.contains(|c: char| c.is_ascii_digit())
        || low.starts_with(|c: char| c.is_ascii_digit())
        || low.contains('<')
        || low.contains('"')
}

/// `2013/7/20 Ann via Forum <forum@shop.example>` and nothing more.
fn dated(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let date = line.get(..10.min(line.len())).unwrap_or_default();
    let separators = date.matches(['-', '/']).count();
    digits == 4 && separators == 2 && (line.contains(" GMT") || line.trim_end_matches(':').ends_with('>'))
}

/// Behind a block of copied fields that begins here.
fn fields_end<'t>(line: usize, count: usize, get: &impl Fn(usize) -> &'t str) -> Option<usize> {
    let begins = label(get(line)).filter(|which| *which < 2)?;
    let mut found = [false; LABELS.len()];
    found[begins] = true;
    let mut end = line + 1;
    for next in line + 1..count.min(line + BLOCK_LINES_MAX) {
        if let Some(which) = label(get(next)) {
            found[which] = true;
            end = next + 1;
        }
    }
    (found.iter().filter(|found| **found).count() >= LABELS_MIN).then_some(end)
}

/// Which field a line is, `Subject: …` or `*Subject:* …`.
fn label(line: &str) -> Option<usize> {
    let line = line.trim_start_matches(['*', '>', ' ', '_']);
    let (name, _) = line.split_once([':', '：'])?;
    let name = name.trim_matches(['*', ' ', '\u{a0}', '_']).to_lowercase();
    LABELS.iter().position(|labels| labels.contains(&name.as_str()))
}

fn is_original(line: &str) -> bool {
    let inner = line.trim_matches(|c: char| matches!(c, '-' | '_' | '*' | '=' | ' ' | '—'));
    let low = inner.to_lowercase();
    inner.len() < line.len() && ORIGINAL.contains(&low.as_str())
        || low.trim_end_matches(':') == "begin forwarded message"
}

/// The line that some systems ask people to write above.
fn is_reply_marker(line: &str) -> bool {
    line.starts_with("##-") && line.ends_with("-##")
}

/// A line of nothing but one kind of mark.
pub(super) fn is_separator(line: &str) -> bool {
    let mut marks = line.chars().filter(|c| !c.is_whitespace());
    let Some(first) = marks.next() else { return false };
    matches!(first, '-' | '_' | '*' | '=' | '#' | '~' | '+' | 'ᐧ' | '—') && marks.all(|c| c == first)
}
