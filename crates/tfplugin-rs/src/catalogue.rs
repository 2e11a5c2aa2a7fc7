//! Everything a provider offers, for documentation and for tests.

use std::collections::BTreeMap;

use crate::cty::Type;
use crate::erased::{Definition, Described};
use crate::provider::Provider;
use crate::schema::Schema;
use crate::service::Service;

/// Everything a provider offers, by full name.
///
/// ```
/// use tfplugin::{Catalogue, FunctionEntry, ResourceEntry, Service};
/// use tfplugin::{Function, FunctionError, Operation, Outcome, Provider, Registry};
///
/// struct Double;
///
/// impl Function for Double {
///     const NAME: &'static str = "double";
///     const SUMMARY: &'static str = "Doubles a number.";
///     const DESCRIPTION: &'static str = "Doubles a number.";
///     const PARAMETERS: &'static [(&'static str, &'static str)] = &[("number", "The number.")];
///     type Arguments = (i64,);
///     type Output = i64;
///
///     fn call((number,): (i64,)) -> Result<i64, FunctionError> {
///         number.checked_mul(2).ok_or_else(|| FunctionError::at(0, "The number is too large."))
///     }
/// }
///
/// struct Acme;
///
/// impl Provider for Acme {
///     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
///     const VERSION: &'static str = "1.0.0";
///     type Config = ();
///     type Client = ();
///
///     async fn configure(_: &Operation, (): ()) -> Outcome<Option<()>> {
///         Ok(Some(()))
///     }
///
///     fn register(registry: &mut Registry<()>) {
///         registry.function::<Double>();
///     }
/// }
///
/// let service = Service::<Acme>::new();
/// let catalogue: Catalogue<'_> = service.catalogue();
/// let double: &FunctionEntry = &catalogue.functions["double"];
/// assert_eq!((double.summary, double.parameters.len()), ("Doubles a number.", 1));
/// assert!(catalogue.resources.values().all(|entry: &ResourceEntry| entry.subcategory == "Queues"));
/// ```
#[derive(Debug)]
pub struct Catalogue<'a> {
    /// The prefix of every name.
    pub name: &'static str,
    /// Where Terraform finds the provider.
    pub address: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The provider block.
    pub provider: &'a Schema,
    /// Resources.
    pub resources: BTreeMap<&'a str, ResourceEntry<'a>>,
    /// Data sources.
    pub data_sources: BTreeMap<&'a str, &'a Schema>,
    /// Functions.
    pub functions: BTreeMap<&'a str, FunctionEntry>,
    /// Ephemeral resources.
    pub ephemerals: BTreeMap<&'a str, &'a Schema>,
    /// List resources.
    pub lists: BTreeMap<&'a str, &'a Schema>,
    /// Actions.
    pub actions: BTreeMap<&'a str, &'a Schema>,
}

/// A resource.
///
/// ```
/// use tfplugin::{Catalogue, ResourceEntry};
///
/// /// The resources that let users set time limits.
/// fn patient<'a>(catalogue: &'a Catalogue<'_>) -> impl Iterator<Item = &'a str> {
///     let has_limits = |entry: &ResourceEntry<'_>| entry.schema.object.attribute("timeouts").is_some();
///     catalogue.resources.iter().filter(move |(_, entry)| has_limits(entry)).map(|(name, _)| *name)
/// }
/// ```
#[derive(Debug)]
pub struct ResourceEntry<'a> {
    /// Its attributes.
    pub schema: &'a Schema,
    /// What tells it from every other one.
    pub identity: &'a Schema,
    /// The Registry's group of pages.
    pub subcategory: &'static str,
}

/// A function.
///
/// ```
/// use tfplugin::FunctionEntry;
/// use tfplugin::cty::Type;
///
/// let sum = FunctionEntry {
///     summary: "Adds numbers.",
///     description: "Adds numbers.",
///     parameters: vec![("numbers", "The numbers.", Type::Number)],
///     variadic: true,
///     output: Type::Number,
/// };
/// assert_eq!(sum.parameters.last().map(|(name, ..)| *name), Some("numbers"));
/// ```
#[derive(Clone, Debug)]
pub struct FunctionEntry {
    /// What it does, in one line.
    pub summary: &'static str,
    /// What it does, in full.
    pub description: &'static str,
    /// Name, meaning and type of each parameter; the last one may stand for any number of arguments.
    pub parameters: Vec<(&'static str, &'static str, Type)>,
    /// Whether the last parameter stands for any number of arguments.
    pub variadic: bool,
    /// What it returns.
    pub output: Type,
}

impl FunctionEntry {
    fn of(definition: &Definition) -> Self {
        let parameter =
            |described: &Described| (described.name, described.description, described.parameter.ty.clone());
        Self {
            summary: definition.summary,
            description: definition.description,
            parameters: definition.parameters.iter().chain(&definition.variadic).map(parameter).collect(),
            variadic: definition.variadic.is_some(),
            output: definition.output.clone(),
        }
    }
}

impl<P: Provider> Service<P> {
    /// Everything the provider offers.
    pub fn catalogue(&self) -> Catalogue<'_> {
        let registry = self.registry();
        Catalogue {
            name: P::NAME,
            address: P::ADDRESS,
            version: P::VERSION,
            provider: self.provider_schema(),
            resources: registry
                .resources
                .iter()
                .map(|(name, resource)| {
                    let (schema, identity) = (resource.schema(), resource.identity_schema());
                    (name.as_str(), ResourceEntry { schema, identity, subcategory: resource.subcategory() })
                })
                .collect(),
            data_sources: registry
                .data_sources
                .iter()
                .map(|(name, source)| (name.as_str(), source.schema()))
                .collect(),
            functions: registry
                .functions
                .iter()
                .map(|(name, function)| (name.as_str(), FunctionEntry::of(function.definition())))
                .collect(),
            ephemerals: registry
                .ephemerals
                .iter()
                .map(|(name, entry)| (name.as_str(), entry.schema()))
                .collect(),
            lists: registry.lists.iter().map(|(name, entry)| (name.as_str(), entry.schema())).collect(),
            actions: registry.actions.iter().map(|(name, entry)| (name.as_str(), entry.schema())).collect(),
        }
    }
}
