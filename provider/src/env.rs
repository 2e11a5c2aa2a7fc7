//! Every environment variable that the provider, or a library below it, listens to. Documented here, once.

/// Name and meaning, in the order of the page.
const VARIABLES: [(&str, &str); 12] = [
    ("AWS_REGION", "Region of AWS, where the block has none. `AWS_DEFAULT_REGION` counts too."),
    ("AWS_PROFILE", "Profile of the shared configuration files."),
    ("AWS_ACCESS_KEY_ID", "Access key id."),
    ("AWS_SECRET_ACCESS_KEY", "Secret access key."),
    ("AWS_SESSION_TOKEN", "Session token of temporary credentials."),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "File with a token for `AWS_ROLE_ARN`, as CI systems write it."),
    ("AWS_ROLE_ARN", "Role to act as with that token."),
    (
        "AWS_ENDPOINT_URL",
        "Address of every AWS service, for local stand-ins. `AWS_ENDPOINT_URL_S3` is for S3 alone.",
    ),
    ("AWS_CONFIG_FILE", "The shared configuration file, where it is not `~/.aws/config`."),
    ("AWS_EC2_METADATA_DISABLED", "`true` leaves the machine's own role out of the chain."),
    (
        "TF_LOG_PROVIDER_SLIPWAY",
        "Level of this provider's log alone: `TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR`.",
    ),
    ("TF_LOG_PROVIDER", "Level of the logs of all providers. Else `TF_LOG`."),
];

/// The section of the provider's page.
pub fn environment_section() -> String {
    let rows = VARIABLES.iter().map(|(name, meaning)| format!("| `{name}` | {meaning} |\n"));
    format!(
        "## Environment variables\n\nWhat the block leaves out is taken from here.\n\n| variable | meaning |\n|---|---|\n{}",
        rows.collect::<String>()
    )
}
