//! A saved plan as `terraform show -json` tells it.

use serde_json::Value;
use std::collections::BTreeMap;

/// The planned values by address, and the configuration that they come from.
pub(super) struct Plan {
    contents: Value,
    resources: BTreeMap<String, Value>,
}

impl Plan {
    pub(super) fn new(contents: Value) -> Self {
        let mut resources = BTreeMap::new();
        collect(&contents["planned_values"]["root_module"], &mut resources);
        Self { contents, resources }
    }

    /// The planned value at a JSON pointer; null where nothing is planned or known yet.
    pub(super) fn at(&self, address: &str, pointer: &str) -> Value {
        self.resources.get(address).and_then(|values| values.pointer(pointer)).cloned().unwrap_or_default()
    }

    pub(super) fn variable(&self, name: &str) -> &Value {
        &self.contents["variables"][name]["value"]
    }

    /// How many resources of a type there will be.
    pub(super) fn count(&self, kind: &str) -> usize {
        let named = |address: &&String| address.split('.').any(|part| part == kind);
        self.resources.keys().filter(named).count()
    }

    pub(super) fn starting_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a String> {
        self.resources.keys().filter(move |address| address.starts_with(prefix))
    }

    /// What an argument of a module call refers to.
    pub(super) fn references(&self, module: &str, argument: &str) -> Vec<String> {
        let argument =
            &self.contents["configuration"]["root_module"]["module_calls"][module]["expressions"][argument];
        let references = argument["references"].as_array().into_iter().flatten();
        references.filter_map(|reference| reference.as_str().map(str::to_owned)).collect()
    }

    /// Where the modules that the root calls come from.
    pub(super) fn modules(&self) -> Vec<String> {
        let calls =
            self.contents["configuration"]["root_module"]["module_calls"].as_object().into_iter().flatten();
        calls.filter_map(|(_, call)| call["source"].as_str().map(str::to_owned)).collect()
    }

    /// The resources that a role's policy allows an action on.
    pub(super) fn allowed(&self, address: &str, action: &str) -> Vec<String> {
        let policy = self.at(address, "/policy");
        let policy: Value =
            policy.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let statements = policy["Statement"].as_array().into_iter().flatten();
        let allowing = statements
            .filter(|one| one["Effect"] == "Allow" && list(&one["Action"]).iter().any(|name| name == action));
        allowing.flat_map(|one| list(&one["Resource"])).collect()
    }

    /// The resources that can have tags and lack one of these.
    pub(super) fn untagged(&self, wanted: &[&str]) -> Vec<String> {
        let lacking = |values: &Value| {
            values
                .get("tags_all")
                .is_some_and(|tags| !tags.is_null() && wanted.iter().any(|tag| tags[tag].is_null()))
        };
        self.resources
            .iter()
            .filter(|(_, values)| lacking(values))
            .map(|(address, _)| address.clone())
            .collect()
    }
}

fn collect(module: &Value, into: &mut BTreeMap<String, Value>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if let Some(address) = resource["address"].as_str().filter(|_| resource["mode"] == "managed") {
            into.insert(address.to_owned(), resource["values"].clone());
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, into);
    }
}

/// A member of a policy, which may be one text or several.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        several => several
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
    }
}
