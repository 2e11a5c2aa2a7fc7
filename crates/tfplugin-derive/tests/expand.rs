//! What right input becomes, seen through the schema it makes.

use tfplugin::schema::{Mode, Replace, Stability, Usage};
use tfplugin::{
    Choice, Computed, Defaulted, Element, Model, OrComputed, Path, Sensitive, Set, Span, Value, WriteOnly,
};

/// How messages are ordered.
#[derive(Choice, Clone, Copy, Debug, PartialEq)]
enum Order {
    /// First in, first out.
    #[tf("fifo")]
    Fifo,
    /// As it comes.
    Standard,
}

/// A message queue.
///
/// With a second paragraph.
#[derive(Model, Clone, Debug)]
#[tf(version = 2, at_most_one_of("token", "readers"), deprecated = "Use a topic.")]
struct Queue {
    /// Name of the queue.
    #[tf(replace, length = "1..=63")]
    name: String,
    /// Kind of the queue.
    r#type: Option<Order>,
    /// How long messages are kept.
    #[tf(default = "4d", range = "1m..=14d")]
    retention: Defaulted<Span>,
    /// How often a message is tried.
    #[tf(default = 5, rename = "tries")]
    attempts: Defaulted<u32>,
    /// Where it is.
    #[tf(replace = "presence")]
    region: OrComputed<String>,
    /// Who may read.
    readers: Option<Set<String>>,
    /// Secret of the writers.
    token: Option<Sensitive<String>>,
    /// Secret of the owner.
    password: WriteOnly<String>,
    /// Address.
    #[tf(derived_from("name", "region"))]
    url: Computed<String>,
    /// Where messages go in the end.
    dead_letters: Option<DeadLetters>,
}

/// Where messages go in the end.
#[derive(Model, Clone, Debug)]
struct DeadLetters {
    /// Id of the queue.
    queue_id: String,
    /// After how many attempts.
    #[tf(default = 3)]
    after: Defaulted<u8>,
}

#[test]
fn the_type_of_a_field_is_its_mode() {
    let schema = tfplugin::schema_of::<Queue>();
    assert_eq!(schema.version, 2);
    assert!(schema.problems(Usage::Resource).is_empty(), "{:?}", schema.problems(Usage::Resource));
    assert_eq!(schema.object.description, "A message queue.\n\nWith a second paragraph.");
    let modes: Vec<_> =
        schema.object.attributes.iter().map(|attribute| (attribute.name.as_ref(), attribute.mode)).collect();
    assert_eq!(
        modes,
        [
            ("name", Mode::Required),
            ("type", Mode::Optional),
            ("retention", Mode::OptionalComputed),
            ("tries", Mode::OptionalComputed),
            ("region", Mode::OptionalComputed),
            ("readers", Mode::Optional),
            ("token", Mode::Optional),
            ("password", Mode::Optional),
            ("url", Mode::Computed),
            ("dead_letters", Mode::Optional),
        ]
    );
    let attribute = |name| schema.object.attribute(name).expect("it is there");
    assert_eq!(attribute("name").replace, Replace::OnChange);
    assert_eq!(attribute("region").replace, Replace::OnPresence);
    assert_eq!(attribute("retention").default, Some(Value::from("4d")));
    assert_eq!(attribute("url").stability, Stability::DerivedFrom(vec!["name".into(), "region".into()]));
    assert!(attribute("token").sensitive && attribute("password").write_only);
}

#[test]
fn a_model_reads_back_what_it_wrote() {
    let value = Value::object([
        ("name", Value::from("orders")),
        ("type", Value::from("fifo")),
        ("retention", Value::from("96h")),
        ("tries", Value::from(9)),
        ("region", Value::Unknown),
        ("readers", Value::set(["b".into(), "a".into()])),
        ("token", Value::from("hidden")),
        ("password", Value::from("hidden too")),
        ("url", Value::Unknown),
        ("dead_letters", Value::object([("queue_id", Value::from("q-1")), ("after", Value::from(3))])),
    ]);
    let queue = Queue::decode(&value).unwrap();
    assert_eq!((queue.r#type, *queue.attempts), (Some(Order::Fifo), 9));
    assert_eq!((&queue.region, &queue.url), (&OrComputed::Pending, &Computed::Pending));
    assert_eq!(queue.password.expose().map(String::as_str), Some("hidden too"));
    let printed = format!("{queue:?}");
    assert!(!printed.contains("hidden"), "{printed}");

    let written = queue.encode();
    assert_eq!(written.get("retention"), &Value::from("4d"), "the canonical spelling");
    assert_eq!(written.get("password"), &Value::Null, "never stored");
    assert_eq!(written.get("readers"), value.get("readers"));
    assert_eq!(written.get("dead_letters"), value.get("dead_letters"));
}

#[test]
fn a_value_that_does_not_fit_is_named_with_its_path() {
    let value = Value::object([
        ("name", Value::from("orders")),
        ("retention", Value::from("4d")),
        ("tries", Value::from(9)),
        ("dead_letters", Value::object([("queue_id", Value::from("q-1")), ("after", Value::from(300))])),
    ]);
    let invalid = Queue::decode(&value).unwrap_err();
    assert_eq!(invalid.what, "`dead_letters.after` is out of range");
}

#[test]
fn a_draft_knows_what_is_known() {
    let value = Value::object([
        ("name", Value::Unknown),
        ("dead_letters", Value::object([("queue_id", Value::Unknown), ("after", Value::from(3))])),
    ]);
    let draft = Queue::draft(&value, &Path::root()).unwrap();
    assert!(draft.name.is_unknown() && draft.readers.is_null());
    let letters = draft.dead_letters.known().unwrap();
    assert_eq!(letters.after.known(), Some(&3));
    assert_eq!(letters.queue_id.path().to_string(), "dead_letters.queue_id");
}
