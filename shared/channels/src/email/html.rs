//! HTML as text: what a mail says that has no plain text. Nothing of the markup is kept, so nothing of it can act.

/// Elements whose content is no text.
const UNSEEN: [&str; 6] = ["script", "style", "head", "title", "template", "noscript"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 27] = [
    "p",
    "div",
    "br",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
    "address",
    "center",
    "tbody",
];
/// Blocks with an empty line around them.
const PARAGRAPHS: [&str; 11] = ["p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "pre", "dl"];
/// Quotations within quotations that are marked.
const QUOTE_DEPTH_MAX: usize = 10;
/// Characters of an entity's name.
const ENTITY_CHARS_MAX: usize = 10;

/// Named characters that mails are full of (HTML, 13.5); the others stand as they are written.
const ENTITIES: [(&str, char); 62] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("sect", '§'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("times", '×'),
    ("frac12", '½'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ntilde", 'ñ'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("oslash", 'ø'),
    ("uacute", 'ú'),
    ("ugrave", 'ù'),
    ("ucirc", 'û'),
    ("zwnj", '\u{200c}'),
    ("shy", '\u{ad}'),
];

/// The text of a document.
pub(super) fn text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.text(&rest[..at]);
        rest = page.markup(&rest[at..]);
    }
    page.text(rest);
    page.finish()
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
    line: String,
    /// How many quotations the line stands in.
    quotes: usize,
    /// How many `pre`: white space counts there.
    preformatted: usize,
    /// Of the link that is open: where it leads, and where its text begins.
    link: Option<(String, usize, usize)>,
}

impl Page {
    /// What begins with `<`; the rest behind it.
    fn markup<'h>(&mut self, html: &'h str) -> &'h str {
        if let Some(comment) = html.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        let inner = &html[1..];
        let name = inner.trim_start_matches('/');
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) && !inner.starts_with(['!', '?']) {
            self.text("<");
            return inner;
        }
        let Some(end) = tag_end(inner) else { return "" };
        let (tag, after) = (&inner[..end], &inner[(end + 1).min(inner.len())..]);
        let closes = tag.starts_with('/');
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if UNSEEN.contains(&name.as_str()) && !closes {
            return self.unseen(&name, after);
        }
        self.element(&name, closes, tag);
        after
    }

    /// Behind the end of an element that is not seen; where it never ends, a mail's body may still begin.
    fn unseen<'h>(&self, name: &str, html: &'h str) -> &'h str {
        let close = format!("</{name}");
        let found = find_ignoring_case(html, &close).or_else(|| find_ignoring_case(html, "<body"));
        found.map_or("", |at| &html[at..])
    }

    fn element(&mut self, name: &str, closes: bool, tag: &str) {
        if BLOCKS.contains(&name) {
            self.end_line(name == "br");
            if PARAGRAPHS.contains(&name) && self.lines.last().is_some_and(|line| !line.is_empty()) {
                self.lines.push(String::new());
            }
        }
        match (name, closes) {
            ("blockquote", false) => self.quotes = (self.quotes + 1).min(QUOTE_DEPTH_MAX),
            ("blockquote", true) => self.quotes = self.quotes.saturating_sub(1),
            ("pre", false) => self.preformatted += 1,
            ("pre", true) => self.preformatted = self.preformatted.saturating_sub(1),
            ("li", false) => self.line.push_str("- "),
            ("td" | "th", true) => self.line.push(' '),
            ("a", false) => {
                let leads = attribute(tag, "href").filter(|url| url.starts_with("http"));
                self.link = leads.map(|url| (url, self.lines.len(), self.line.len()));
            }
            ("a", true) => self.end_link(),
            _ => {}
        }
    }

    /// A link says where it leads, unless it does so already.
    fn end_link(&mut self) {
        let Some((url, lines, begin)) = self.link.take() else { return };
        let said =
            if lines == self.lines.len() { self.line.get(begin..).unwrap_or_default() } else { &self.line };
        if !said.trim().is_empty() && !url.contains(said.trim()) && !said.contains(&url) {
            self.line.push_str(&format!(" <{url}>"));
        }
    }

    fn text(&mut self, text: &str) {
        let text = entities(text);
        if self.preformatted > 0 {
            let mut lines = text.split('\n');
            self.line.push_str(lines.next().unwrap_or_default());
            for line in lines {
                self.end_line(true);
                self.line.push_str(line);
            }
            return;
        }
        for (at, word) in text.split([' ', '\n', '\r', '\t']).enumerate() {
            if at > 0 && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            self.line.push_str(word);
        }
    }

    fn end_line(&mut self, even_empty: bool) {
        let line = std::mem::take(&mut self.line);
        let line = if self.preformatted > 0 { line.trim_end() } else { line.trim() };
        if even_empty || !line.is_empty() {
            let marks = ">".repeat(self.quotes);
            let space = if marks.is_empty() || line.is_empty() { "" } else { " " };
            self.lines.push(format!("{marks}{space}{line}"));
        }
    }

    fn finish(mut self) -> String {
        self.end_line(false);
        let mut text = String::new();
        let mut blank = 1;
        for line in &self.lines {
            blank = if line.is_empty() { blank + 1 } else { 0 };
            if blank <= 1 {
                text.push_str(line);
                text.push('\n');
            }
        }
        text.trim_end().to_owned()
    }
}

/// Where a tag ends: at the first `>` outside of quotes, at the first at all where a quote is never closed.
fn tag_end(inner: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match (c, quote) {
            ('>', None) => return Some(at),
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    inner.find('>')
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = find_ignoring_case(tag, &format!(" {name}="))? + name.len() + 2;
    let value = &tag[at..];
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split([' ', '\t', '\n']).next()?,
    };
    Some(entities(value.trim()))
}

/// Where `needle`, in lower case, stands first.
fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    text.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

fn entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(ENTITY_CHARS_MAX + 1).find(|(_, c)| *c == ';').map(|(end, _)| end);
        match end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            Some((end, c)) => {
                decoded.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code)
            .filter(|c| !c.is_control() || *c == '\n')
            .map(|c| if c == '\u{a0}' { ' ' } else { c });
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_is_its_text() {
        let check = |html: &str, expect: &str| assert_eq!(text(html), expect, "{html}");
        check(
            "<p>Hello&nbsp;<b>Ann</b>,</p><p>a &lt; b &amp;&#x20ac; &nosuch;</p>",
            "Hello Ann,\n\na < b &€ &nosuch;",
        );
        check("<style>p{}</style><script>alert(1)</script>a<br>b<br><br>c", "a\nb\n\nc");
        check("<ul><li>one<li>two</ul>", "- one\n- two");
        check("x<blockquote>y<blockquote>z</blockquote></blockquote>w", "x\n\n> y\n\n>> z\n\nw");
        check("<a href=\"https://shop.example/a?b=1&amp;c\">here</a>", "here <https://shop.example/a?b=1&c>");
        check("<a href='https://shop.example'>shop.example</a>", "shop.example");
        check("<a href='javascript:alert(1)'>here</a>", "here");
        check("<pre>a\n  b</pre>", "a\n  b");
        check("1 < 2 <!-- no --> <img src=x alt='>'>!", "1 < 2 !");
        check("<style>never closed <body>all the same", "all the same");
    }

    proptest! {
        #[test]
        fn no_markup_panics(html in "(<|>|/|a|p|blockquote|pre| href=|\"|'|&|;|#x|é|<!--|-->|style|\n| ){0,40}") {
            text(&html);
        }
    }
}
