//! Where in a configuration: `aws.lifecycle_rules[2].id`.

use std::borrow::Cow;
use std::fmt;

/// One step down into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an object, by attribute name.
    Attribute(Cow<'static, str>),
    /// Into a list, by position.
    Index(usize),
    /// Into a map, by key.
    Key(String),
}

/// The place of a value inside a resource, from the top.
///
/// Terraform underlines the line a path leads to. Elements of a set have no address, so a path into a set ends at
/// the set itself.
///
/// ```
/// use tfplugin::Path;
/// use tfplugin::path::Step;
///
/// let path = Path::from("aws.rules").index(2).attribute("tags").key("team");
/// assert_eq!(path.to_string(), r#"aws.rules[2].tags["team"]"#);
/// assert_eq!(path.steps()[2], Step::Index(2));
/// assert!(Path::root().is_root());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole object.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// An attribute of this object.
    pub fn attribute(&self, name: impl Into<Cow<'static, str>>) -> Self {
        self.then(Step::Attribute(name.into()))
    }

    /// An element of this list.
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// An element of this map.
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.then(Step::Key(key.into()))
    }

    /// The steps from the top.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the whole object.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl From<&'static str> for Path {
    /// A dotted path of attribute names: `aws.region`.
    fn from(dotted: &'static str) -> Self {
        dotted.split('.').map(|name| Step::Attribute(name.into())).collect()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => write!(out, "{name}")?,
                Step::Attribute(name) => write!(out, ".{name}")?,
                Step::Index(index) => write!(out, "[{index}]")?,
                Step::Key(key) => write!(out, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_it_is_written_in_hcl() {
        let path = Path::root().attribute("aws").attribute("rules").index(2).attribute("tags").key("team");
        assert_eq!(path.to_string(), r#"aws.rules[2].tags["team"]"#);
        assert_eq!(Path::from("aws.region").to_string(), "aws.region");
    }
}
