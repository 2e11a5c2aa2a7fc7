//! A saved plan, or an applied state, as `terraform show -json` tells it.

use serde_json::Value;
use std::collections::BTreeMap;

/// The values by address, and the configuration that they come from (a plan only).
pub(super) struct Plan {
    contents: Value,
    resources: BTreeMap<String, Value>,
}

impl Plan {
    pub(super) fn new(contents: Value) -> Self {
        let mut resources = BTreeMap::new();
        let values =
            if contents["values"].is_object() { &contents["values"] } else { &contents["planned_values"] };
        collect(&values["root_module"], &mut resources);
        Self { contents, resources }
    }

    /// The value at a JSON pointer; null where there is nothing, or nothing known yet.
    pub(super) fn at(&self, address: &str, pointer: &str) -> Value {
        self.resources.get(address).and_then(|values| values.pointer(pointer)).cloned().unwrap_or_default()
    }

    pub(super) fn variable(&self, name: &str) -> &Value {
        &self.contents["variables"][name]["value"]
    }

    /// The region of the default provider: the variable that its configuration refers to.
    pub(super) fn region(&self) -> &Value {
        let region = &self.contents["configuration"]["provider_config"]["aws"]["expressions"]["region"];
        let name = region["references"][0].as_str().and_then(|reference| reference.strip_prefix("var."));
        name.map_or(&region["constant_value"], |name| self.variable(name))
    }

    /// What a `check` block came to: `pass`, `fail`, `error` or `unknown`; empty where there is none of that name.
    pub(super) fn check(&self, name: &str) -> &str {
        let mut checks = self.contents["checks"].as_array().into_iter().flatten();
        let found =
            checks.find(|check| check["address"]["kind"] == "check" && check["address"]["name"] == name);
        found.and_then(|check| check["status"].as_str()).unwrap_or_default()
    }

    /// A value that is itself JSON, such as a policy, a dashboard or the containers of a task.
    pub(super) fn json(&self, address: &str, pointer: &str) -> Value {
        let text = self.at(address, pointer);
        text.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
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
        let policy = self.json(address, "/policy");
        let statements = policy["Statement"].as_array().into_iter().flatten();
        let allowing = statements
            .filter(|one| one["Effect"] == "Allow" && list(&one["Action"]).iter().any(|name| name == action));
        allowing.flat_map(|one| list(&one["Resource"])).collect()
    }

    /// What the tags of every resource that can have some say, and those that a test does not hold for.
    pub(super) fn tagged_otherwise(&self, holds: impl Fn(&Value) -> bool) -> Vec<String> {
        let tags =
            self.resources.iter().filter_map(|(address, values)| Some((address, values.get("tags_all")?)));
        let other = tags.filter(|(_, tags)| !tags.is_null() && !holds(tags));
        other.map(|(address, _)| address.clone()).collect()
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
