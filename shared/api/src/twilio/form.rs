//! Parameters: `application/x-www-form-urlencoded`, PascalCase names, lists as repeated names.

use super::TwilioError;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::str::FromStr;

/// Parameters of one request.
const PARAMETERS_MAX: usize = 200;

/// The parameters of a query or a body, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub fn parse(bytes: &[u8]) -> Result<Form, TwilioError> {
        let pairs = form_urlencoded::parse(bytes).into_owned().take(PARAMETERS_MAX + 1);
        let found: Vec<(String, String)> = pairs.collect();
        if found.len() > PARAMETERS_MAX {
            return Err(TwilioError::bad_request(format!("more than {PARAMETERS_MAX} parameters")));
        }
        Ok(Form(found))
    }

    /// Refuses what is not known: a parameter that is passed over in silence would look like one that was heeded.
    pub fn only(&self, known: &[&str]) -> Result<(), TwilioError> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                let name: String = name.chars().take(64).collect();
                Err(TwilioError::bad_request(format!("the parameter {name:?} cannot be had here")))
            }
            None => Ok(()),
        }
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a name that may be repeated, or hold several with commas between.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(known, _)| known == name);
        values
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    pub fn required(&self, name: &str) -> Result<&str, TwilioError> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| TwilioError::bad_request(format!("the parameter {name} is missing")))
    }

    /// A number, an id, or whatever else reads from text.
    pub fn read<T: FromStr>(&self, name: &str) -> Result<Option<T>, TwilioError> {
        let read = |value: &str| {
            value.trim().parse().map_err(|_| TwilioError::bad_request(format!("{name} does not read")))
        };
        self.get(name).map(read).transpose()
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, TwilioError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(Some(true)),
            "false" | "0" | "no" => Ok(Some(false)),
            _ => Err(TwilioError::bad_request(format!("{name} is neither true nor false"))),
        }
    }

    /// A JSON text.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, TwilioError> {
        let read = |value: &str| {
            serde_json::from_str(value).map_err(|error| {
                TwilioError::bad_request(format!("{name} is not the JSON that it should be: {error}"))
            })
        };
        self.get(name).map(read).transpose()
    }

    /// A JSON object of at most so many characters.
    pub fn object(
        &self,
        name: &str,
        chars_max: usize,
    ) -> Result<Option<serde_json::Map<String, Value>>, TwilioError> {
        if self.get(name).is_some_and(|text| text.chars().count() > chars_max) {
            return Err(TwilioError::bad_request(format!("{name} has more than {chars_max} characters")));
        }
        self.json(name)
    }

    /// A text of at most so many characters.
    pub fn text(&self, name: &str, chars_max: usize) -> Result<Option<&str>, TwilioError> {
        match self.get(name) {
            Some(text) if text.chars().count() > chars_max => {
                Err(TwilioError::bad_request(format!("{name} has more than {chars_max} characters")))
            }
            found => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn parameters_are_read_or_refused_by_name() {
        let read =
            form("FriendlyName=A+%26+B&Available=TRUE&PageSize=7&Status=pending,reserved&Status=assigned");
        assert_eq!(read.required("FriendlyName").unwrap(), "A & B");
        assert_eq!(read.flag("Available").unwrap(), Some(true));
        assert_eq!(read.read::<u32>("PageSize").unwrap(), Some(7));
        assert_eq!(read.all("Status"), ["pending", "reserved", "assigned"]);
        assert_eq!((read.get("None"), read.flag("None").unwrap()), (None, None));
        assert!(read.only(&["FriendlyName", "Available", "PageSize", "Status"]).is_ok());
        let check = |error: TwilioError, part: &str| {
            assert!(error.code == 20001 && error.message.contains(part), "{error:?}");
        };
        check(read.only(&["FriendlyName"]).unwrap_err(), "\"Available\"");
        check(read.required("Configuration").unwrap_err(), "Configuration is missing");
        check(read.read::<u32>("FriendlyName").unwrap_err(), "FriendlyName does not read");
        check(read.flag("FriendlyName").unwrap_err(), "neither true nor false");
        check(form("Attributes=[]").object("Attributes", 9).unwrap_err(), "Attributes is not the JSON");
    }

    #[test]
    fn limits_hold_at_and_past_their_value() {
        let parameters = |count: usize| vec!["a=1"; count].join("&");
        assert!(Form::parse(parameters(PARAMETERS_MAX).as_bytes()).is_ok());
        assert!(Form::parse(parameters(PARAMETERS_MAX + 1).as_bytes()).is_err());
        assert_eq!(form("a=xyz").text("a", 3).unwrap(), Some("xyz"));
        assert!(form("a=xyz").text("a", 2).is_err());
        assert!(form("a={}").object("a", 2).unwrap().is_some());
        assert!(form("a={}").object("a", 1).is_err());
    }
}
