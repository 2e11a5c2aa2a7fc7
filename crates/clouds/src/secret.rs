//! Text that must never be printed: no `Display`, a blank `Debug`, wiped when dropped.

use std::fmt;

use zeroize::Zeroizing;

/// A token, a key or a password.
///
/// It can be read only by [`Secret::expose`], which is therefore the word to search for when asking where
/// secrets go.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself, for the header or the signature that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

/// SHA-256 of a text in hexadecimal digits, which is how vendors tell of a secret without telling it.
#[cfg(any(feature = "cloudflare", feature = "supabase"))]
pub(crate) fn sha256_hex(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing_about_the_text() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "Secret(***)");
    }
}
