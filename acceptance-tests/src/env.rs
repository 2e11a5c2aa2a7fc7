//! Every environment variable that the harness and the chores read.

use sandbox::aws::Kind;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the environment says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `PATH`: where programs are looked for.
    pub path: OsString,
    /// `HOME`: where Terraform's own files of this user are.
    pub home: Option<PathBuf>,
    /// `SLIPWAY_TERRAFORM`: the Terraform or OpenTofu to run, a name or a path. Default: `terraform`.
    pub terraform: Option<PathBuf>,
    /// `SLIPWAY_PROVIDER`: a built provider program to use. Default: cargo builds one.
    pub provider: Option<PathBuf>,
    /// `SLIPWAY_PROVIDER_MIRROR`: a folder that holds `registry.terraform.io/hashicorp/aws`. Default: a search.
    pub provider_mirror: Option<PathBuf>,
    /// `SLIPWAY_AWS`: `moto`, `localstack` or the URL of an AWS double. Default: `moto`.
    pub aws: Kind,
    /// `SLIPWAY_PYTHON`: a Python to try before those on `PATH`.
    pub python: Option<PathBuf>,
    /// `TF_CLI_CONFIG_FILE`: the user's own Terraform settings, in which a mirror may be named.
    pub cli_config: Option<PathBuf>,
    /// `TF_PLUGIN_CACHE_DIR`: where Terraform keeps providers that it once downloaded.
    pub plugin_cache: Option<PathBuf>,
    /// `XDG_DATA_HOME` and `XDG_DATA_DIRS`: more places of implied mirrors.
    pub data_folders: Vec<PathBuf>,
    /// `CARGO`: the cargo that started us.
    pub cargo: PathBuf,
}

/// Reads the environment.
///
/// # Panics
/// `SLIPWAY_AWS` is not a kind of double: a test run on the wrong one would prove nothing.
#[must_use]
pub fn settings() -> Settings {
    let file = |name| var(name).map(PathBuf::from);
    let aws = var("SLIPWAY_AWS").map_or(Ok(Kind::Moto), |value| value.to_string_lossy().parse());
    let folders = |name| var(name).map(|list| std::env::split_paths(&list).collect::<Vec<_>>());
    let data_home = file("XDG_DATA_HOME").or_else(|| Some(file("HOME")?.join(".local/share")));
    let data_folders = folders("XDG_DATA_DIRS")
        .unwrap_or_else(|| ["/usr/local/share", "/usr/share"].map(PathBuf::from).to_vec());
    Settings {
        path: var("PATH").unwrap_or_default(),
        home: file("HOME"),
        terraform: file("SLIPWAY_TERRAFORM"),
        provider: file("SLIPWAY_PROVIDER"),
        provider_mirror: file("SLIPWAY_PROVIDER_MIRROR"),
        aws: aws.unwrap_or_else(|error| panic!("SLIPWAY_AWS: {error}")),
        python: file("SLIPWAY_PYTHON"),
        cli_config: file("TF_CLI_CONFIG_FILE"),
        plugin_cache: file("TF_PLUGIN_CACHE_DIR"),
        data_folders: data_home.into_iter().chain(data_folders).collect(),
        cargo: file("CARGO").unwrap_or_else(|| "cargo".into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn var(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
