//! `#[derive(Model)]`: a struct is the schema, its values and their documentation. `#[derive(Choice)]`: an enum is
//! the list of texts that an attribute allows. `#[derive(Identity)]`: a model is what an object is imported by.
//!
//! Use them through the crate `tfplugin-rs`, which exports all three beside the traits that they implement.

#![doc(test(attr(deny(unused_imports, unused_mut, deprecated))))]

mod check;
mod choice;
mod expand;
mod identity;
mod parse;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct with named fields a model: schema, codec, documentation, and a twin `…Draft` for rules that must cope
/// with unknown values.
///
/// ```
/// use tfplugin::{Computed, Defaulted, Model, Sensitive, Span};
///
/// /// A message queue. This sentence is on its page of the Registry.
/// #[derive(Model, Clone, Debug)]
/// struct Queue {
///     /// Name of the queue. This one too.
///     #[tf(replace, length = "1..=63")]
///     name: String,
///     /// How long an unread message is kept.
///     #[tf(default = "4d", range = "1m..=14d")]
///     retention: Defaulted<Span>,
///     /// What producers must know.
///     token: Option<Sensitive<String>>,
///     /// Address that producers send to.
///     #[tf(keep)]
///     url: Computed<String>,
/// }
///
/// # use tfplugin::schema::Usage;
/// let schema = tfplugin::schema_of::<Queue>();
/// assert_eq!(schema.object.attribute("retention").unwrap().rules[0].sentence, "Between `1m` and `14d`.");
/// assert!(schema.problems(Usage::Resource).is_empty());
/// ```
///
/// # The type of a field says who decides its value
///
/// | field type | Terraform mode |
/// |---|---|
/// | `T` | required |
/// | `Option<T>` | optional |
/// | `Defaulted<T>` with `default = …` | optional, the default is visible in the plan |
/// | `OrComputed<T>` | optional, else the provider decides |
/// | `Computed<T>` | the provider decides |
/// | `WriteOnly<T>` | optional, handed to the provider, stored nowhere |
/// | `Sensitive<T>` inside any of them | masked |
///
/// `T` is a leaf (`String`, `bool`, integers, `f64`, `Number`, `Span`, `Size`, `Json`, `Dynamic`, an enum with
/// `#[derive(Choice)]`, a type with `Spelled`), another model, or `Vec`, `Set` and `BTreeMap<String, _>` of them:
///
/// ```
/// use std::collections::BTreeMap;
///
/// use tfplugin::{Model, OrComputed, Set, WriteOnly};
///
/// /// A message queue.
/// #[derive(Model)]
/// struct Queue {
///     /// The region it is in. Else that of the provider.
///     region: OrComputed<String>,
///     /// Who may read.
///     readers: Option<Set<String>>,
///     /// Labels.
///     tags: Option<BTreeMap<String, String>>,
///     /// The owner's password.
///     password: WriteOnly<String>,
///     /// What becomes of messages that nobody could read, tried in this order.
///     dead_letters: Option<Vec<DeadLetters>>,
/// }
///
/// /// What becomes of a message that nobody could read.
/// #[derive(Model)]
/// struct DeadLetters {
///     /// After how many attempts.
///     attempts: u8,
/// }
/// # use tfplugin::schema::{Mode, Nesting};
/// # let object = tfplugin::schema_of::<Queue>().object;
/// # assert_eq!(object.attributes[0].mode, Mode::OptionalComputed);
/// # assert!(object.attributes[3].write_only);
/// # assert_eq!(object.attributes[4].kind.nested().unwrap().0, Nesting::List);
/// ```
///
/// # Keys of a field: `#[tf(...)]`
///
/// | key | meaning |
/// |---|---|
/// | `default = …` | a literal or an expression of the field's type; alone, the type's own default |
/// | `replace` | a change replaces the object |
/// | `replace = "presence"` | setting or removing it replaces the object, a change inside does not |
/// | `keep` | the provider's value never changes while the object lives (the rule for `OrComputed`) |
/// | `recompute` | it may change with any update (the rule for `Computed`) |
/// | `derived_from("a", "b")` | it changes only when one of these fields does |
/// | `unread` | the cloud never returns it: a read keeps what the state holds |
/// | `range = "1m..=14d"` | inclusive bounds in the field's own spelling |
/// | `length = "3..=63"` | how many characters |
/// | `items = "1..=10"` | how many elements |
/// | `pattern("regex", "Sentence for people.")` | what the whole text must match |
/// | `one_of("a", "b")` | the allowed texts |
/// | `check = path::to::function` | `fn(&T) -> Result<(), Invalid>` |
/// | `conflicts_with("b")`, `required_with("b")` | rules between fields |
/// | `deprecated = "Use x."` | a warning when it is set |
/// | `rename = "name"` | the attribute's name where it differs from the field's |
///
/// What becomes of a value in a plan:
///
/// ```
/// use tfplugin::{Computed, Defaulted, Model, OrComputed, Span};
///
/// /// A database.
/// #[derive(Model)]
/// struct Database {
///     /// Its name. Another name is another database.
///     #[tf(replace)]
///     name: String,
///     /// Encryption. It can be changed, but neither added nor removed.
///     #[tf(replace = "presence")]
///     encryption: Option<Encryption>,
///     /// How many copies there are.
///     #[tf(default = 2)]
///     copies: Defaulted<u8>,
///     /// How long backups are kept.
///     #[tf(default = Span::from_days(7))]
///     backups: Defaulted<Span>,
///     /// Whether it can be destroyed.
///     #[tf(default)]
///     protected: Defaulted<bool>,
///     /// The token it is restored with. No API returns it.
///     #[tf(unread)]
///     restore_token: Option<String>,
///     /// Its number, once and for all.
///     #[tf(keep)]
///     number: Computed<u64>,
///     /// Its address.
///     #[tf(derived_from("name"))]
///     address: Computed<String>,
///     /// The machine it runs on. Else the provider finds one, and may move it with any change.
///     #[tf(recompute)]
///     machine: OrComputed<String>,
/// }
///
/// /// How a database is encrypted.
/// #[derive(Model)]
/// struct Encryption {
///     /// The key.
///     key: String,
/// }
/// # use tfplugin::schema::{Replace, Stability, Usage};
/// # let schema = tfplugin::schema_of::<Database>();
/// # assert!(schema.problems(Usage::Resource).is_empty());
/// # let attribute = |name| schema.object.attribute(name).unwrap();
/// # assert_eq!(attribute("encryption").replace, Replace::OnPresence);
/// # assert_eq!(attribute("backups").default, Some("7d".into()));
/// # assert_eq!(attribute("protected").default, Some(false.into()));
/// # assert_eq!(attribute("number").stability, Stability::Kept);
/// # assert_eq!(attribute("machine").stability, Stability::Recomputed);
/// ```
///
/// What is refused at `terraform validate`, at the attribute and with the rule in words; the same words are on the
/// Registry's page and in the JSON Schema:
///
/// ```
/// use tfplugin::{Invalid, Model, Size};
///
/// /// A message queue.
/// #[derive(Model)]
/// struct Queue {
///     /// Its name.
///     #[tf(length = "3..=63", pattern("[a-z][a-z0-9-]*", "Small letters, digits and hyphens, a letter first."))]
///     name: String,
///     /// In what order messages come.
///     #[tf(one_of("fifo", "standard"))]
///     order: String,
///     /// How large a message may be.
///     #[tf(range = "1KiB..=1MiB")]
///     largest: Option<Size>,
///     /// Who may read.
///     #[tf(items = "1..=10")]
///     readers: Option<Vec<String>>,
///     /// How many partitions there are.
///     #[tf(check = power_of_two)]
///     partitions: u32,
/// }
///
/// fn power_of_two(number: &u32) -> Result<(), Invalid> {
///     if number.is_power_of_two() { Ok(()) } else { Err(Invalid::new("is no power of two", "Use 1, 2, 4, 8, ...")) }
/// }
/// # let object = tfplugin::schema_of::<Queue>().object;
/// # let refused = |name: &str, value: tfplugin::Value| object.attribute(name).unwrap().check_value(&value).is_err();
/// # assert!(refused("name", "Orders".into()) && refused("name", "or".into()) && refused("order", "random".into()));
/// # assert!(refused("largest", "2MiB".into()) && refused("readers", tfplugin::Value::List(vec![])));
/// # assert!(refused("partitions", 3.into()) && !refused("partitions", 4.into()));
/// ```
///
/// Rules between fields, and names that change:
///
/// ```
/// use tfplugin::Model;
///
/// /// A message queue.
/// #[derive(Model)]
/// struct Queue {
///     /// Its name.
///     #[tf(conflicts_with("prefix"))]
///     name: Option<String>,
///     /// What its generated name begins with.
///     prefix: Option<String>,
///     /// The topic it reads.
///     topic: Option<String>,
///     /// Which messages of the topic it takes.
///     #[tf(required_with("topic"))]
///     filter: Option<String>,
///     /// Kind of the queue.
///     #[tf(rename = "type")]
///     kind: Option<String>,
///     /// How many messages it holds.
///     #[tf(deprecated = "Queues grow by themselves.")]
///     size: Option<u32>,
/// }
/// # let object = tfplugin::schema_of::<Queue>().object;
/// # assert_eq!(object.rules.len(), 2);
/// # assert!(object.attribute("type").is_some());
/// # assert_eq!(object.attribute("size").unwrap().deprecated.as_deref(), Some("Queues grow by themselves."));
/// ```
///
/// # Keys of the struct
///
/// | key | meaning |
/// |---|---|
/// | `version = 1` | version of the stored state; raised when its shape changes, see `Resource::upgrade` |
/// | `deprecated = "Use x."` | a warning where the object is used |
/// | `exactly_one_of("a", "b")` | one of these fields is set, and only one |
/// | `at_least_one_of("a", "b")` | one of them, or more |
/// | `at_most_one_of("a", "b")` | one of them, or none |
/// | `all_or_none("a", "b")` | all of them, or none |
///
/// ```
/// use tfplugin::Model;
///
/// /// Whom a message is sent to, and how.
/// #[derive(Model)]
/// #[tf(version = 1, deprecated = "Use `acme_route`.")]
/// #[tf(exactly_one_of("queue", "topic"), at_least_one_of("text", "file"))]
/// #[tf(at_most_one_of("delay", "time"), all_or_none("user", "password"))]
/// struct Message {
///     /// A queue.
///     queue: Option<String>,
///     /// A topic.
///     topic: Option<String>,
///     /// What it says.
///     text: Option<String>,
///     /// A file to go with it.
///     file: Option<String>,
///     /// After how many seconds it is sent.
///     delay: Option<u32>,
///     /// When it is sent.
///     time: Option<String>,
///     /// Who sends it.
///     user: Option<String>,
///     /// The sender's password.
///     password: Option<tfplugin::Sensitive<String>>,
/// }
///
/// let schema = tfplugin::schema_of::<Message>();
/// assert_eq!((schema.version, schema.object.rules.len()), (1, 4));
/// ```
///
/// # What does not compile
///
/// A key that contradicts the field's type, a rule that names no field or could never fail, a missing `///` sentence,
/// a default without `Defaulted`: the error is at the place, and says what to write instead.
#[proc_macro_derive(Model, attributes(tf))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    parse::model(&input)
        .and_then(|model| check::model(&model).map(|()| expand::model(&model)))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes an enum of unit variants a leaf that allows exactly its variants.
///
/// A variant is written as its own name, or as `#[tf("aws:kms")]` says. The enum is `Clone`, `Debug` and
/// `PartialEq` too.
///
/// ```
/// use tfplugin::{Choice, Model, Spelled};
///
/// /// How objects are encrypted.
/// #[derive(Choice, Clone, Copy, Debug, PartialEq)]
/// enum Algorithm {
///     /// With keys of the service.
///     AES256,
///     /// With keys of one's own.
///     #[tf("aws:kms")]
///     Kms,
/// }
///
/// /// A bucket.
/// #[derive(Model)]
/// struct Bucket {
///     /// How objects are encrypted.
///     algorithm: Option<Algorithm>,
/// }
///
/// assert_eq!(Algorithm::CHOICES, ["AES256", "aws:kms"]);
/// assert_eq!(Algorithm::parse("aws:kms"), Ok(Algorithm::Kms));
/// assert_eq!(Algorithm::Kms.as_str(), "aws:kms");
/// assert_eq!(Algorithm::parse("kms").unwrap_err().next, "Use `AES256` or `aws:kms`.");
/// ```
#[proc_macro_derive(Choice, attributes(tf))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a model an identity: the import id is its fields in their order, with a `/` between them.
///
/// Every field is a text, a whole number, a `Choice` or a type with `Spelled`, and is always there. The last part of
/// an id may hold slashes; in the others they are written `%2F`, and percent signs `%25`. The rules of the fields hold
/// for the parts.
///
/// ```
/// use tfplugin::{Identity, Model};
///
/// /// What tells a record from every other one.
/// #[derive(Model, Identity, Debug)]
/// struct RecordId {
///     /// The zone it is in.
///     zone: String,
///     /// Its number.
///     #[tf(range = "1..")]
///     number: u32,
/// }
///
/// // terraform import acme_record.www example.com/7
/// let record = RecordId::parse("example.com/7").unwrap();
/// assert_eq!((record.zone.as_str(), record.number), ("example.com", 7));
/// assert_eq!(record.id(), "example.com/7");
/// assert_eq!(RecordId::parse("example.com").unwrap_err().next, "Write `ZONE/NUMBER`.");
/// ```
#[proc_macro_derive(Identity, attributes(tf))]
pub fn derive_identity(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    identity::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
