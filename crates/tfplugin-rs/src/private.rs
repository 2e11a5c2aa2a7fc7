//! Notes that a provider keeps beside the state.

use serde_json::{Map, Value as Json};

use crate::diagnostics::{Diagnostic, Outcome};

/// Notes beside the state, by key. Keys that begin with a dot belong to the framework.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Private(Map<String, Json>);

/// Set by an import, so that the read that follows knows the state holds nothing but the id.
pub(crate) const IMPORTED: &str = ".imported";

impl Private {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Outcome<Self> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(bytes).map(Self).map_err(|error| {
            Diagnostic::error("The provider's notes in the state cannot be read")
                .line(format!("They are not what this provider writes: {error}."))
                .line("Nothing was changed.")
                .line("Remove the object from the state and import it again.")
                .into()
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() { Vec::new() } else { Json::Object(self.0.clone()).to_string().into_bytes() }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    pub(crate) fn set(&mut self, key: &str, note: Json) {
        self.0.insert(key.into(), note);
    }

    pub(crate) fn remove(&mut self, key: &str) -> bool {
        self.0.remove(key).is_some()
    }
}
