//! Every environment variable that the provider, or a library below it, listens to. Documented here, once.

/// Name and meaning, in the order of the page.
const VARIABLES: [(&str, &str); 23] = [
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
    (CLOUDFLARE_API_TOKEN, "API token of Cloudflare, a user's or an account's."),
    (CLOUDFLARE_ACCOUNT_ID, "Account of Cloudflare, where the token reaches more than one."),
    (CLOUDFLARE_BASE_URL, "Address of Cloudflare's API with its `/client/v4`, for local stand-ins."),
    (
        R2_ACCESS_KEY_ID,
        "Access key id of R2's S3 API. Without it, the one that belongs to the API token is used.",
    ),
    (R2_SECRET_ACCESS_KEY, "Secret access key of R2's S3 API."),
    (R2_ENDPOINT_URL, "Address of R2's S3 API for the account, for local stand-ins."),
    (SUPABASE_ACCESS_TOKEN, "Personal access token of Supabase."),
    (
        SUPABASE_SERVICE_ROLE_KEY,
        "Service key of a Supabase project. Without it, or where it names another project, the key is fetched with the access token.",
    ),
    (SUPABASE_API_ENDPOINT, "Address of Supabase's Management API, for local stand-ins."),
    (
        SUPABASE_URL,
        "Address of a self-hosted Supabase project. One below `supabase.co` is disregarded, because the project's reference says it.",
    ),
    ("HTTPS_PROXY", "Proxy for everything that goes to the clouds. `HTTP_PROXY` and `NO_PROXY` count too."),
    (
        "TF_LOG_PROVIDER_SLIPWAY",
        "Level of this provider's log alone: `TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR`.",
    ),
    ("TF_LOG_PROVIDER", "Level of the logs of all providers. Else `TF_LOG`."),
];

pub(crate) const CLOUDFLARE_API_TOKEN: &str = "CLOUDFLARE_API_TOKEN";
pub(crate) const CLOUDFLARE_ACCOUNT_ID: &str = "CLOUDFLARE_ACCOUNT_ID";
pub(crate) const CLOUDFLARE_BASE_URL: &str = "CLOUDFLARE_BASE_URL";
pub(crate) const R2_ACCESS_KEY_ID: &str = "R2_ACCESS_KEY_ID";
pub(crate) const R2_SECRET_ACCESS_KEY: &str = "R2_SECRET_ACCESS_KEY";
pub(crate) const R2_ENDPOINT_URL: &str = "R2_ENDPOINT_URL";
pub(crate) const SUPABASE_ACCESS_TOKEN: &str = "SUPABASE_ACCESS_TOKEN";
pub(crate) const SUPABASE_SERVICE_ROLE_KEY: &str = "SUPABASE_SERVICE_ROLE_KEY";
pub(crate) const SUPABASE_API_ENDPOINT: &str = "SUPABASE_API_ENDPOINT";
pub(crate) const SUPABASE_URL: &str = "SUPABASE_URL";

/// The value of a variable; none where it is not set, or empty.
#[expect(clippy::disallowed_methods, reason = "the home of the environment")]
pub(crate) fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The section of the provider's page.
pub fn environment_section() -> String {
    let rows = VARIABLES.iter().map(|(name, meaning)| format!("| `{name}` | {meaning} |\n"));
    format!(
        "## Environment variables\n\nWhat the block leaves out is taken from here.\n\n| variable | meaning |\n|---|---|\n{}",
        rows.collect::<String>()
    )
}
