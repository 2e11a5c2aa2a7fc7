//! The bucket as a website, or as a redirect to one.

use aws_sdk_s3::types::{
    Condition, ErrorDocument, IndexDocument, Protocol, Redirect as SdkRedirect, RedirectAllRequestsTo,
    RoutingRule as SdkRoutingRule, WebsiteConfiguration,
};

use super::{S3, looks, writes};
use crate::{call::Call, error::ApiError, policy::Operation};

/// What the bucket's website host name answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Website {
    /// The bucket's objects.
    Pages {
        /// What is served for a folder: a file name such as `index.html`.
        index_document: String,
        /// Key of what is served for 4xx errors.
        error_document: Option<String>,
        /// Exceptions, in order of evaluation.
        routing_rules: Vec<RoutingRule>,
    },
    /// A redirect, whatever is asked for.
    RedirectAll {
        /// Where to.
        host_name: String,
        /// `http` or `https`; the request's own if absent.
        protocol: Option<String>,
    },
}

/// An exception to serving the object that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutingRule {
    /// When; always, if absent.
    pub condition: Option<RoutingCondition>,
    /// What instead.
    pub redirect: Redirect,
}

/// When a routing rule applies: all that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutingCondition {
    /// The status that would be answered, such as `404`.
    pub http_error_code_returned_equals: Option<String>,
    /// What the key begins with.
    pub key_prefix_equals: Option<String>,
}

/// Where a routing rule leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// Another host.
    pub host_name: Option<String>,
    /// `301`, `302`, ...
    pub http_redirect_code: Option<String>,
    /// `http` or `https`.
    pub protocol: Option<String>,
    /// Replaces the prefix of the condition. Not together with `replace_key_with`.
    pub replace_key_prefix_with: Option<String>,
    /// Replaces the whole key.
    pub replace_key_with: Option<String>,
}

const PUT: Operation = writes("PutBucketWebsite", "s3:PutBucketWebsite");
const GET: Operation = looks("GetBucketWebsite", "s3:GetBucketWebsite");
const DELETE: Operation = writes("DeleteBucketWebsite", "s3:DeleteBucketWebsite");

impl S3 {
    /// The website, if there is one.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn website(&self, call: &Call, bucket: &str) -> Result<Option<Website>, ApiError> {
        let answer = self
            .send_for(call, GET, "NoSuchWebsiteConfiguration", |client| {
                client.get_bucket_website().bucket(bucket).send()
            })
            .await?;
        Ok(answer.and_then(|answer| {
            if let Some(redirect) = answer.redirect_all_requests_to {
                return Some(Website::RedirectAll {
                    host_name: redirect.host_name,
                    protocol: redirect.protocol.map(|protocol| protocol.as_str().to_owned()),
                });
            }
            Some(Website::Pages {
                index_document: answer.index_document?.suffix,
                error_document: answer.error_document.map(|document| document.key),
                routing_rules: answer
                    .routing_rules
                    .unwrap_or_default()
                    .into_iter()
                    .map(RoutingRule::read)
                    .collect(),
            })
        }))
    }

    /// Sets the website; `None` removes it.
    ///
    /// # Errors
    /// What AWS answers.
    pub async fn put_website(
        &self,
        call: &Call,
        bucket: &str,
        website: Option<&Website>,
    ) -> Result<(), ApiError> {
        let Some(website) = website else {
            return self
                .send(call, DELETE, |client| client.delete_bucket_website().bucket(bucket).send())
                .await
                .map(drop);
        };
        let configuration = website.sdk();
        self.send(call, PUT, |client| {
            client.put_bucket_website().bucket(bucket).website_configuration(configuration.clone()).send()
        })
        .await
        .map(drop)
    }
}

impl Website {
    fn sdk(&self) -> WebsiteConfiguration {
        let website = WebsiteConfiguration::builder();
        match self {
            Self::RedirectAll { host_name, protocol } => website.redirect_all_requests_to(
                RedirectAllRequestsTo::builder()
                    .host_name(host_name)
                    .set_protocol(protocol.as_deref().map(Protocol::from))
                    .build()
                    .expect("the host is set"),
            ),
            Self::Pages { index_document, error_document, routing_rules } => website
                .index_document(
                    IndexDocument::builder().suffix(index_document).build().expect("the suffix is set"),
                )
                .set_error_document(
                    error_document.as_ref().map(|document| {
                        ErrorDocument::builder().key(document).build().expect("the key is set")
                    }),
                )
                .set_routing_rules(
                    (!routing_rules.is_empty()).then(|| routing_rules.iter().map(RoutingRule::sdk).collect()),
                ),
        }
        .build()
    }
}

impl RoutingRule {
    fn read(rule: SdkRoutingRule) -> Self {
        let redirect = rule.redirect.map(|redirect| Redirect {
            host_name: redirect.host_name,
            http_redirect_code: redirect.http_redirect_code,
            protocol: redirect.protocol.map(|protocol| protocol.as_str().to_owned()),
            replace_key_prefix_with: redirect.replace_key_prefix_with,
            replace_key_with: redirect.replace_key_with,
        });
        Self {
            condition: rule.condition.map(|condition| RoutingCondition {
                http_error_code_returned_equals: condition.http_error_code_returned_equals,
                key_prefix_equals: condition.key_prefix_equals,
            }),
            redirect: redirect.unwrap_or_default(),
        }
    }

    fn sdk(&self) -> SdkRoutingRule {
        let condition = self.condition.as_ref().map(|condition| {
            Condition::builder()
                .set_http_error_code_returned_equals(condition.http_error_code_returned_equals.clone())
                .set_key_prefix_equals(condition.key_prefix_equals.clone())
                .build()
        });
        let redirect = SdkRedirect::builder()
            .set_host_name(self.redirect.host_name.clone())
            .set_http_redirect_code(self.redirect.http_redirect_code.clone())
            .set_protocol(self.redirect.protocol.as_deref().map(Protocol::from))
            .set_replace_key_prefix_with(self.redirect.replace_key_prefix_with.clone())
            .set_replace_key_with(self.redirect.replace_key_with.clone())
            .build();
        SdkRoutingRule::builder().set_condition(condition).redirect(redirect).build()
    }
}
