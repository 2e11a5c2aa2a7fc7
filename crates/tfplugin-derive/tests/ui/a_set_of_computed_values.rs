use tfplugin::{Computed, Model, Set};

/// A rule.
#[derive(Model, Clone, Debug)]
struct Rule {
    /// Decided by the provider.
    id: Computed<String>,
}

/// A queue.
#[derive(Model, Clone, Debug)]
struct Queue {
    /// Its rules.
    rules: Option<Vec<Set<Rule>>>,
}

fn main() {}
