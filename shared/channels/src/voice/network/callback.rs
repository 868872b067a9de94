//! What is told to whom: a URL, and the events that it is told of.

/// Somebody who wants to hear of something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Callback {
    pub(super) url: String,
    events: Vec<String>,
}

impl Callback {
    /// `events` are separated by spaces, in one text or several; without any they are `usual`.
    pub(super) fn of<E: AsRef<str>>(
        url: Option<String>,
        events: impl IntoIterator<Item = E>,
        usual: &str,
    ) -> Option<Callback> {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let url = url.filter(|url| !url.is_empty())?;
        let named: Vec<String> = events.into_iter().flat_map(|text| words(text.as_ref())).collect();
        Some(Callback { url, events: if named.is_empty() { words(usual) } else { named } })
    }

    pub(super) fn wants(&self, event: &str) -> bool {
        self.events.iter().any(|wanted| wanted == event)
    }
}
