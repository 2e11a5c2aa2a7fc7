//! Identifiers and secrets that a vendor would generate: here they follow from a seed, so that two runs agree.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The next identifiers of one vendor. Part of its state: a restarted sandbox goes on where it stopped.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Ids {
    seed: u64,
    next: u64,
}

impl Ids {
    /// The sequence that belongs to `seed`.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// 32 lower-case hexadecimal digits, Cloudflare's usual identifier.
    pub(crate) fn hex32(&mut self) -> String {
        hex(&self.bytes()[..16])
    }

    /// A version 4 UUID by its looks.
    pub(crate) fn uuid(&mut self) -> String {
        let mut bytes = self.bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let digits = hex(&bytes[..16]);
        format!(
            "{}-{}-{}-{}-{}",
            &digits[..8],
            &digits[8..12],
            &digits[12..16],
            &digits[16..20],
            &digits[20..]
        )
    }

    /// A Supabase project reference or organisation slug: 20 lower-case letters.
    pub(crate) fn reference(&mut self) -> String {
        self.bytes()[..20].iter().map(|byte| char::from(b'a' + byte % 26)).collect()
    }

    /// A positive number such as Supabase's database keys.
    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        1_000_000 + self.next
    }

    /// `length` letters and digits, up to 32.
    pub(crate) fn token(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.bytes()[..length]
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
            .collect()
    }

    /// `digits` hexadecimal digits, up to 64.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        hex(&self.bytes())[..digits].to_owned()
    }

    fn bytes(&mut self) -> [u8; 32] {
        let drawn = Sha256::digest(format!("slipway sandbox {} {}", self.seed, self.next));
        self.next += 1;
        drawn.into()
    }
}

/// An identifier that follows from what it identifies.
pub(crate) fn derived(kind: &str, of: &str) -> String {
    hex(&Sha256::digest(format!("{kind} {of}"))[..16])
}

/// Lower-case hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_identifiers() {
        let (mut one, mut other) = (Ids::seeded(7), Ids::seeded(7));
        assert_eq!(one.uuid(), other.uuid());
        assert_eq!(one.reference(), other.reference());
        assert_ne!(one.hex32(), Ids::seeded(8).hex32());
    }

    #[test]
    fn identifiers_have_the_vendors_shapes() {
        let mut ids = Ids::seeded(0);
        let uuid = ids.uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert_eq!(ids.hex32().len(), 32);
        assert_eq!(ids.token(22).len(), 22);
        assert!(ids.reference().chars().all(|letter| letter.is_ascii_lowercase()));
    }
}
