//! From a place in a JSON document to its line in the file.

/// The line (from 1) of what a JSON pointer names, `#/a/0/b` or `/a/0/b`; of the nearest parent that is there when
/// the pointer's end is missing from the text. `text` is valid JSON.
pub(super) fn line_of(text: &str, pointer: &str) -> usize {
    let steps = pointer.trim_start_matches('#').split('/').skip(1);
    let steps: Vec<String> = steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    let mut found = scan.skip_space();
    for step in &steps {
        match scan.enter(step) {
            Some(at) => found = at,
            None => break,
        }
    }
    1 + text.as_bytes()[..found].iter().filter(|byte| **byte == b'\n').count()
}

/// A cursor on a value of valid JSON.
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) -> usize {
        while self.peek().is_ascii_whitespace() {
            self.at += 1;
        }
        self.at
    }

    /// Moves onto the member or element; answers where it begins (a member: its key).
    fn enter(&mut self, step: &str) -> Option<usize> {
        let is_object = match self.peek() {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        self.at += 1;
        let mut index = 0;
        loop {
            let begins = self.skip_space();
            if matches!(self.peek(), b'}' | b']' | 0) {
                return None;
            }
            let name = if is_object {
                let key = self.string();
                self.skip_space();
                self.at += 1; // the colon
                self.skip_space();
                key
            } else {
                index.to_string()
            };
            if name == step {
                return Some(begins);
            }
            self.skip_value();
            index += 1;
            self.skip_space();
            if self.peek() == b',' {
                self.at += 1;
            }
        }
    }

    fn string(&mut self) -> String {
        let begins = self.at;
        self.at += 1;
        while !matches!(self.peek(), b'"' | 0) {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let raw = self.bytes.get(begins..self.at).unwrap_or_default();
        serde_json::from_slice(raw).unwrap_or_default()
    }

    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                b'"' => drop(self.string()),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                0 => return,
                _ => self.at += 1,
            }
            if depth == 0 && matches!(self.peek(), b',' | b'}' | b']' | 0) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\n \"a\": [\n  {\"b}\": \"x,]\\\"\", \"c\": 1},\n  {\n   \"d/e\": {}\n  }\n ],\n \"f\": 2\n}";

    fn check(pointer: &str, line: usize) {
        assert_eq!(line_of(TEXT, pointer), line, "{pointer}");
    }

    #[test]
    fn a_pointer_leads_to_its_line_or_its_parents() {
        check("", 1);
        check("/a", 2);
        check("#/a/0/c", 3);
        check("/a/1", 4);
        check("#/a/1/d~1e", 5);
        check("/f", 8);
        check("/a/1/missing/too", 4);
        check("/missing", 1);
    }
}
