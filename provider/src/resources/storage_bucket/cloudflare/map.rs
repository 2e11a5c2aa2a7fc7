//! Between attributes and what R2 speaks of.

use std::collections::BTreeMap;

use clouds::cloudflare::r2::{
    self, Aspect, BucketState, Condition, Conditions, NewDomain, Transition, is_default_rule,
};
use tfplugin::{Computed, Defaulted, Element, OrComputed, Set, Span, Spelled};

use super::{
    AgeTransition, Allowed, CloudflareBucket, CorsRule, CustomDomain, DeleteTransition, Jurisdiction,
    LifecycleRule, StorageClass, StorageClassTransition,
};

/// What R2 is told, one request or more each, in the order in which they are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    StorageClass,
    Cors,
    Lifecycle,
    R2Dev,
    CustomDomains,
}

impl Part {
    pub(super) const ALL: [Self; 5] =
        [Self::StorageClass, Self::Cors, Self::Lifecycle, Self::R2Dev, Self::CustomDomains];

    /// What users call it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::StorageClass => "storage class",
            Self::Cors => "CORS rules",
            Self::Lifecycle => "lifecycle rules",
            Self::R2Dev => "r2.dev access",
            Self::CustomDomains => "custom domains",
        }
    }

    /// What of it has to be read by a request of its own.
    fn aspect(self) -> Option<Aspect> {
        match self {
            Self::StorageClass => None,
            Self::Cors => Some(Aspect::Cors),
            Self::Lifecycle => Some(Aspect::Lifecycle),
            Self::R2Dev => Some(Aspect::ManagedDomain),
            Self::CustomDomains => Some(Aspect::CustomDomains),
        }
    }
}

impl Jurisdiction {
    pub(in super::super) fn spec(self) -> r2::Jurisdiction {
        match self {
            Self::Default => r2::Jurisdiction::Default,
            Self::Eu => r2::Jurisdiction::Eu,
            Self::Fedramp => r2::Jurisdiction::Fedramp,
            Self::Us => r2::Jurisdiction::Us,
            Self::FedrampHigh => r2::Jurisdiction::FedrampHigh,
        }
    }
}

impl CloudflareBucket {
    /// A bucket about which nothing is known: where an import starts.
    pub(super) fn unmanaged(jurisdiction: Jurisdiction) -> Self {
        Self {
            account_id: OrComputed::Pending,
            jurisdiction: jurisdiction.into(),
            location_hint: OrComputed::Pending,
            storage_class: StorageClass::Standard.into(),
            cors_rules: None,
            lifecycle_rules: None,
            r2_dev_enabled: None,
            custom_domains: None,
            location: Computed::Pending,
            s3_endpoint: Computed::Pending,
            r2_dev_domain: Computed::Null,
            versioning: None,
            encryption: None,
            object_lock: None,
            policy: None,
            website: None,
            logging: None,
            tags: None,
            file_size_limit: None,
            allowed_mime_types: None,
        }
    }

    /// Whether the attributes say anything about a part.
    pub(super) fn manages(&self, part: Part) -> bool {
        match part {
            Part::StorageClass => true,
            Part::Cors => self.cors_rules.is_some(),
            Part::Lifecycle => self.lifecycle_rules.is_some(),
            Part::R2Dev => self.r2_dev_enabled.is_some(),
            Part::CustomDomains => self.custom_domains.is_some(),
        }
    }

    /// What has to be read to see whether a managed part drifted.
    pub(super) fn aspects(&self) -> Vec<Aspect> {
        Part::ALL.into_iter().filter(|part| self.manages(*part)).filter_map(Part::aspect).collect()
    }

    /// Whether two buckets agree about a part.
    pub(super) fn agrees(&self, other: &Self, part: Part) -> bool {
        match part {
            Part::StorageClass => self.storage_class == other.storage_class,
            Part::Cors => self.cors_rules == other.cors_rules,
            Part::Lifecycle => self.lifecycle_rules == other.lifecycle_rules,
            Part::R2Dev => self.r2_dev_enabled == other.r2_dev_enabled,
            Part::CustomDomains => self.custom_domains == other.custom_domains,
        }
    }

    /// Takes a part over from another bucket.
    pub(super) fn take(&mut self, other: &Self, part: Part) {
        match part {
            Part::StorageClass => self.storage_class = other.storage_class,
            Part::Cors => self.cors_rules.clone_from(&other.cors_rules),
            Part::Lifecycle => self.lifecycle_rules.clone_from(&other.lifecycle_rules),
            Part::R2Dev => {
                self.r2_dev_enabled = other.r2_dev_enabled;
                self.r2_dev_domain.clone_from(&other.r2_dev_domain);
            }
            Part::CustomDomains => self.custom_domains.clone_from(&other.custom_domains),
        }
    }

    /// Takes over what was found. What was not read stays as it is.
    pub(super) fn observe(&mut self, found: BucketState, read: &[Aspect]) {
        if let Some(location) = found.bucket.location {
            if self.location_hint.get().is_none() {
                self.location_hint = location.clone().into();
            }
            self.location = location.into();
        }
        let class = found.bucket.storage_class.as_deref().unwrap_or("Standard");
        self.storage_class = StorageClass::parse(class).unwrap_or(StorageClass::Standard).into();
        for aspect in read {
            match aspect {
                Aspect::Cors => self.cors_rules = some(found.cors.iter().filter_map(CorsRule::of).collect()),
                Aspect::Lifecycle => {
                    let named = |id: &str| self.lifecycle_rules.iter().flatten().any(|rule| rule.id == id);
                    let rules = found.lifecycle.iter();
                    let ours = rules.filter(|rule| !is_default_rule(rule) || named(&rule.id));
                    self.lifecycle_rules = some(ours.map(LifecycleRule::of).collect());
                }
                Aspect::ManagedDomain => {
                    let Some(managed) = &found.managed_domain else { continue };
                    // Nobody who imports a bucket has decided to keep it off.
                    if self.r2_dev_enabled.is_some() || managed.enabled {
                        self.r2_dev_enabled = Some(managed.enabled);
                        self.r2_dev_domain = managed.domain.clone().into();
                    }
                }
                Aspect::CustomDomains => {
                    let known = self.custom_domains.take().unwrap_or_default();
                    let domains = found.custom_domains.iter().map(|found| {
                        (found.domain.clone(), CustomDomain::of(found, known.get(&found.domain)))
                    });
                    let domains: BTreeMap<_, _> = domains.collect();
                    self.custom_domains = (!domains.is_empty()).then_some(domains);
                }
            }
        }
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn set(list: &[String]) -> Option<Set<String>> {
    (!list.is_empty()).then(|| list.iter().cloned().collect())
}

fn list(set: Option<&Set<String>>) -> Vec<String> {
    set.map(|set| set.to_vec()).unwrap_or_default()
}

impl CorsRule {
    /// None where Cloudflare allows a method that the attribute does not know.
    fn of(found: &r2::CorsRule) -> Option<Self> {
        let methods: Result<Vec<_>, _> =
            found.allowed.methods.iter().map(|method| Spelled::parse(method)).collect();
        Some(Self {
            id: found.id.clone(),
            allowed: Allowed {
                origins: found.allowed.origins.iter().cloned().collect(),
                methods: methods.ok()?.into_iter().collect(),
                headers: set(&found.allowed.headers),
            },
            expose_headers: set(&found.expose_headers),
            max_age_seconds: found.max_age_seconds,
        })
    }

    pub(super) fn spec(&self) -> r2::CorsRule {
        r2::CorsRule {
            id: self.id.clone(),
            allowed: r2::Allowed {
                origins: self.allowed.origins.to_vec(),
                methods: self.allowed.methods.iter().map(Spelled::spell).collect(),
                headers: list(self.allowed.headers.as_ref()),
            },
            expose_headers: list(self.expose_headers.as_ref()),
            max_age_seconds: self.max_age_seconds,
        }
    }
}

const MIDNIGHT: &str = "T00:00:00Z";

/// One of the two; which of them is a rule of the schema.
fn condition(max_age: Option<Span>, date: Option<&String>) -> Condition {
    match (max_age, date) {
        (_, Some(date)) => Condition::Date { date: format!("{date}{MIDNIGHT}") },
        (max_age, None) => Condition::Age { max_age: max_age.unwrap_or_default().as_secs() },
    }
}

fn age_or_date(condition: &Condition) -> (Option<Span>, Option<String>) {
    match condition {
        Condition::Age { max_age } => (Some(Span::from_secs(*max_age)), None),
        // Cloudflare may add milliseconds to the midnight.
        Condition::Date { date } => (None, Some(date.split('T').next().unwrap_or(date).to_owned())),
    }
}

impl LifecycleRule {
    fn of(found: &r2::LifecycleRule) -> Self {
        let abort = found.abort_multipart_uploads_transition.as_ref();
        let delete = found.delete_objects_transition.as_ref();
        let moves = found.storage_class_transitions.iter().map(|found| {
            let (max_age, date) = age_or_date(&found.condition);
            StorageClassTransition { max_age, date, storage_class: found.storage_class.clone().into() }
        });
        Self {
            id: found.id.clone(),
            enabled: found.enabled.into(),
            prefix: Some(found.conditions.prefix.clone()).filter(|prefix| !prefix.is_empty()),
            abort_multipart_uploads_transition: abort
                .and_then(|found| Some(AgeTransition { max_age: age_or_date(&found.condition).0? })),
            delete_objects_transition: delete.map(|found| {
                let (max_age, date) = age_or_date(&found.condition);
                DeleteTransition { max_age, date }
            }),
            storage_class_transitions: some(moves.collect()),
        }
    }

    pub(super) fn spec(&self) -> r2::LifecycleRule {
        let abort = self.abort_multipart_uploads_transition.as_ref();
        let delete = self.delete_objects_transition.as_ref();
        let moves = self.storage_class_transitions.iter().flatten();
        r2::LifecycleRule {
            id: self.id.clone(),
            enabled: *self.enabled,
            conditions: Conditions { prefix: self.prefix.clone().unwrap_or_default() },
            abort_multipart_uploads_transition: abort
                .map(|rule| Transition { condition: condition(Some(rule.max_age), None) }),
            delete_objects_transition: delete
                .map(|rule| Transition { condition: condition(rule.max_age, rule.date.as_ref()) }),
            storage_class_transitions: moves
                .map(|rule| r2::StorageClassTransition {
                    condition: condition(rule.max_age, rule.date.as_ref()),
                    storage_class: rule.storage_class.0.clone(),
                })
                .collect(),
        }
    }
}

impl CustomDomain {
    /// A domain says that it does not serve until it is active, whatever was asked for: until then it is believed to
    /// be as it was `known`, or else to serve one day.
    fn of(found: &r2::CustomDomain, known: Option<&Self>) -> Self {
        let asked = || known.is_none_or(|known| *known.enabled);
        Self {
            zone_id: found.zone_id.clone().unwrap_or_default(),
            enabled: (found.enabled || found.is_pending() && asked()).into(),
            min_tls: Defaulted(found.min_tls.clone().unwrap_or_else(|| "1.0".to_owned())),
        }
    }

    pub(super) fn spec(&self, domain: &str) -> NewDomain {
        NewDomain {
            domain: domain.to_owned(),
            zone_id: self.zone_id.clone(),
            enabled: *self.enabled,
            min_tls: Some(self.min_tls.0.clone()),
        }
    }

    /// Whether an attached domain is as wanted for certain: one that is not active yet does not tell.
    pub(super) fn is(&self, found: &r2::CustomDomain) -> bool {
        !found.is_pending() && self.encode() == Self::of(found, None).encode()
    }
}
