//! What follows from a region's name: its partition, and the ARNs, host names and DNS zones of a bucket in it.
//!
//! Pure functions over tables. Source: the AWS General Reference, pages "Amazon S3 endpoints and quotas" and "ARNs".

/// A set of regions with accounts and names of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The second part of every ARN.
    pub id: &'static str,
    /// What host names end in.
    pub dns_suffix: &'static str,
}

/// Prefix of the regions' names, partition. The first match counts.
const PARTITIONS: [(&str, Partition); 8] = [
    ("cn-", Partition { id: "aws-cn", dns_suffix: "amazonaws.com.cn" }),
    ("us-gov-", Partition { id: "aws-us-gov", dns_suffix: "amazonaws.com" }),
    ("us-iso-", Partition { id: "aws-iso", dns_suffix: "c2s.ic.gov" }),
    ("us-isob-", Partition { id: "aws-iso-b", dns_suffix: "sc2s.sgov.gov" }),
    ("eu-isoe-", Partition { id: "aws-iso-e", dns_suffix: "cloud.adc-e.uk" }),
    ("us-isof-", Partition { id: "aws-iso-f", dns_suffix: "csp.hci.ic.gov" }),
    ("eusc-", Partition { id: "aws-eusc", dns_suffix: "amazonaws.eu" }),
    ("", Partition { id: "aws", dns_suffix: "amazonaws.com" }),
];

/// Regions whose website host name joins its region with a dash, a habit that newer regions dropped.
const DASHED_WEBSITES: [&str; 9] = [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Region, Route 53 zone of its website host names. af-south-1 and eu-south-1 are absent because published lists
/// disagree about them, and a wrong zone is worse than none.
const WEBSITE_ZONES: [(&str, &str); 36] = [
    ("ap-east-1", "ZNB98KWMFR0R6"),
    ("ap-east-2", "Z064739330DAH7WJVOO93"),
    ("ap-northeast-1", "Z2M4EHUR26P7ZW"),
    ("ap-northeast-2", "Z3W03O7B5YMIYP"),
    ("ap-northeast-3", "Z2YQB5RD63NC85"),
    ("ap-south-1", "Z11RGJOFQNVJUP"),
    ("ap-south-2", "Z02976202B4EZMXIPMXF7"),
    ("ap-southeast-1", "Z3O0J2DXBE1FTB"),
    ("ap-southeast-2", "Z1WCIGYICN2BYD"),
    ("ap-southeast-3", "Z01846753K324LI26A3VV"),
    ("ap-southeast-4", "Z0312387243XT5FE14WFO"),
    ("ap-southeast-5", "Z08660063OXLMA7F1FJHU"),
    ("ap-southeast-6", "Z05686083R66JX5C163TC"),
    ("ap-southeast-7", "Z0031014GXUMRZG6I14G"),
    ("ca-central-1", "Z1QDHH18159H29"),
    ("ca-west-1", "Z03565811Z33SLEZTHOUL"),
    ("cn-north-1", "Z5CN8UMXT92WN"),
    ("cn-northwest-1", "Z282HJ1KT0DH03"),
    ("eu-central-1", "Z21DNDUVLTQW6Q"),
    ("eu-central-2", "Z030506016YDQGETNASS"),
    ("eu-north-1", "Z3BAZG2TWCNX0D"),
    ("eu-south-2", "Z0081959F7139GRJC19J"),
    ("eu-west-1", "Z1BKCTXD74EZPE"),
    ("eu-west-2", "Z3GKZC51ZF0DB4"),
    ("eu-west-3", "Z3R1K369G5AVDG"),
    ("il-central-1", "Z09640613K4A3MN55U7GU"),
    ("me-central-1", "Z06143092I8HRXZRUZROF"),
    ("me-south-1", "Z1MPMWCPA7YB62"),
    ("mx-central-1", "Z057606446ZNVQJJ8WOP"),
    ("sa-east-1", "Z7KQH4QJS55SO"),
    ("us-east-1", "Z3AQBSTGFYJSTF"),
    ("us-east-2", "Z2O1EMRO9K5GLX"),
    ("us-gov-east-1", "Z2NIFVYYW2VKV1"),
    ("us-gov-west-1", "Z31GFT0UA1I2HV"),
    ("us-west-1", "Z2F56UZL2M1ACD"),
    ("us-west-2", "Z3BJ6K6RIION7M"),
];

/// The partition that `region` belongs to.
pub fn partition(region: &str) -> Partition {
    PARTITIONS
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map(|(_, partition)| *partition)
        .expect("the last prefix is empty")
}

/// `arn:aws:s3:::name`; a bucket's ARN names neither region nor account.
pub fn bucket_arn(region: &str, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", partition(region).id)
}

/// The bucket's host name without a region, which AWS redirects from where needed.
pub fn bucket_domain_name(region: &str, bucket: &str) -> String {
    format!("{bucket}.s3.{}", partition(region).dns_suffix)
}

/// The bucket's host name in its region: what a CloudFront origin should name.
pub fn bucket_regional_domain_name(region: &str, bucket: &str) -> String {
    format!("{bucket}.s3.{region}.{}", partition(region).dns_suffix)
}

/// The host name that the website settings are served under, over HTTP only.
pub fn website_endpoint(region: &str, bucket: &str) -> String {
    format!("{bucket}.{}", website_domain(region))
}

/// The website host name without the bucket: the target of a Route 53 alias record.
pub fn website_domain(region: &str) -> String {
    let joint = if DASHED_WEBSITES.contains(&region) { '-' } else { '.' };
    format!("s3-website{joint}{region}.{}", partition(region).dns_suffix)
}

/// The Route 53 zone that an alias record to [`website_domain`] names; `None` where it is not known.
pub fn website_hosted_zone_id(region: &str) -> Option<&'static str> {
    WEBSITE_ZONES.iter().find(|(known, _)| *known == region).map(|(_, zone)| *zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_partition_of_the_region() {
        for (region, expected) in [
            ("eu-west-1", "arn:aws:s3:::orders"),
            ("cn-north-1", "arn:aws-cn:s3:::orders"),
            ("us-gov-west-1", "arn:aws-us-gov:s3:::orders"),
            ("us-isob-east-1", "arn:aws-iso-b:s3:::orders"),
            ("eusc-de-east-1", "arn:aws-eusc:s3:::orders"),
        ] {
            assert_eq!(bucket_arn(region, "orders"), expected);
        }
    }

    #[test]
    fn host_names_follow_region_and_partition() {
        for (region, global, regional, website) in [
            (
                "us-east-1",
                "orders.s3.amazonaws.com",
                "orders.s3.us-east-1.amazonaws.com",
                "orders.s3-website-us-east-1.amazonaws.com",
            ),
            (
                "eu-central-1",
                "orders.s3.amazonaws.com",
                "orders.s3.eu-central-1.amazonaws.com",
                "orders.s3-website.eu-central-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                "orders.s3.amazonaws.com.cn",
                "orders.s3.cn-north-1.amazonaws.com.cn",
                "orders.s3-website.cn-north-1.amazonaws.com.cn",
            ),
        ] {
            assert_eq!(bucket_domain_name(region, "orders"), global);
            assert_eq!(bucket_regional_domain_name(region, "orders"), regional);
            assert_eq!(website_endpoint(region, "orders"), website);
        }
    }

    #[test]
    fn the_zone_of_a_region_is_known_or_absent_never_guessed() {
        assert_eq!(website_hosted_zone_id("us-east-1"), Some("Z3AQBSTGFYJSTF"));
        assert_eq!(website_hosted_zone_id("us-west-2"), Some("Z3BJ6K6RIION7M"));
        assert_eq!(website_hosted_zone_id("af-south-1"), None);
        assert_eq!(website_hosted_zone_id("mars-north-1"), None);
    }

    #[test]
    fn no_two_regions_share_a_zone() {
        let mut zones: Vec<_> = WEBSITE_ZONES.iter().map(|(_, zone)| zone).collect();
        zones.sort_unstable();
        zones.dedup();
        assert_eq!(zones.len(), WEBSITE_ZONES.len());
    }
}
