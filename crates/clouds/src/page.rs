//! Part of a list that a vendor hands out in pieces.

/// Some of what a vendor lists, and where the list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, C = String> {
    /// What is on this page, in the vendor's order. It may be empty although the list goes on.
    pub items: Vec<T>,
    /// Where the next page begins, as the vendor has it; none after the last one.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// The same page of other things.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U, C> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}
