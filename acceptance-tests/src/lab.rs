//! The place where tests run: prepared once, shared by all tests of a process, isolated by folders and names.

use crate::cli::Cli;
use crate::env::{Settings, settings};
use crate::job;
use crate::not_run::{NotRun, or_say_so};
use crate::project::Project;
use crate::providers::{AwsMirror, Providers, program};
use crate::proxy::Proxy;
use crate::stack::Stack;
use sandbox::aws::{Client, Double, Refusal, Tools};
use serde_json::Value;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// The head of every configuration that uses our provider.
const HEAD: &str = r#"terraform {
  required_providers {
    slipway = {
      source = "slipway/slipway"
    }
  }
}
"#;

/// Terraform, with nothing to talk to.
#[derive(Debug)]
pub struct Lab {
    settings: Settings,
    cli: Cli,
}

impl Lab {
    /// The command line that this run is about.
    #[must_use]
    pub fn cli(&self) -> &Cli {
        &self.cli
    }

    /// A stack without any provider but Terraform's own.
    ///
    /// # Panics
    /// The target directory cannot be written.
    #[must_use]
    pub fn bare_stack(&self, hcl: &str) -> Stack {
        let stack = Stack::temporary(&self.cli, None, &self.settings.path, &folder())
            .unwrap_or_else(|error| panic!("no folder for the stack: {error}"));
        stack.configure(hcl);
        stack
    }

    /// hashicorp/aws, for tests that stand beside it.
    ///
    /// # Errors
    /// This machine has none.
    pub fn aws_mirror(&self) -> Result<AwsMirror, NotRun> {
        AwsMirror::find(&self.settings)
    }

    /// An empty folder of a user who has our provider: nothing is configured and nothing initialised.
    ///
    /// # Panics
    /// The provider does not build, or the target directory cannot be written.
    #[must_use]
    pub fn plain_stack(&self) -> Stack {
        let providers = &workshop(self).providers;
        Stack::temporary(&self.cli, Some(providers), &self.settings.path, &folder())
            .unwrap_or_else(|error| panic!("no folder for the stack: {error}"))
    }

    /// The command line `slipway`, built.
    ///
    /// # Panics
    /// It does not build.
    #[must_use]
    pub fn toolkit(&self) -> PathBuf {
        program(&self.settings, "slipway").unwrap_or_else(|error| panic!("{error}"))
    }

    /// A stack of our provider, initialised, with nothing to talk to.
    ///
    /// # Panics
    /// The provider does not build, or the target directory cannot be written.
    #[must_use]
    pub fn provider_stack(&self, hcl: &str) -> Stack {
        let workshop = workshop(self);
        let mut stack =
            Stack::temporary(&self.cli, Some(&workshop.providers), &self.settings.path, &folder())
                .unwrap_or_else(|error| panic!("no folder for the stack: {error}"));
        stack.set("TF_DATA_DIR", workshop.folder.join("data"));
        fs::copy(workshop.folder.join(LOCK), stack.folder().join(LOCK))
            .unwrap_or_else(|error| panic!("{LOCK}: {error}"));
        stack.write("head.tf", HEAD);
        stack.configure(hcl);
        stack
    }
}

/// A test that needs Terraform only.
pub fn on_terraform(test: impl FnOnce(&Lab)) {
    or_say_so(|| {
        test(&lab()?);
        Ok(())
    });
}

/// A test that needs Terraform, our provider and an AWS double.
pub fn on_aws(test: impl FnOnce(&AwsLab)) {
    or_say_so(|| {
        let lab = lab()?;
        let (double, client) = shared_double().as_ref().map_err(Clone::clone)?;
        let proxy =
            Proxy::start(double.endpoint()).map_err(|error| NotRun(format!("a fault proxy: {error}")))?;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("slipway-{:x}-{:x}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        test(&AwsLab { lab, double, client, proxy, name });
        Ok(())
    });
}

fn lab() -> Result<Lab, NotRun> {
    job::forward_interrupts(|| {
        job::wait_for_all(Duration::from_secs(30));
        std::process::exit(130);
    });
    let settings = settings();
    let cli = Cli::find(&settings)?;
    Ok(Lab { settings, cli })
}

/// Terraform, our provider, and an AWS double behind a proxy of this test's own.
pub struct AwsLab {
    lab: Lab,
    double: &'static Double,
    client: &'static Client,
    /// The proxy through which the stacks of this test talk to the double.
    pub proxy: Proxy,
    name: String,
}

impl AwsLab {
    /// The command line that this run is about.
    #[must_use]
    pub fn cli(&self) -> &Cli {
        &self.lab.cli
    }

    /// Name and version of the double.
    #[must_use]
    pub fn double(&self) -> &str {
        self.double.title()
    }

    /// A name that no other test uses, fit for a bucket.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A stack of our provider, initialised, that talks to the double through [`proxy`](Self::proxy).
    ///
    /// `NAME` in the configuration stands for [`name`](Self::name).
    #[must_use]
    pub fn stack(&self, hcl: &str) -> Stack {
        let mut stack = self.lab.provider_stack(&self.named(hcl));
        for (name, value) in self.double.environment() {
            stack.set(name, value);
        }
        stack.set("AWS_ENDPOINT_URL", self.proxy.endpoint());
        stack
    }

    /// Puts this test's name in the place of `NAME`.
    #[must_use]
    pub fn named(&self, text: &str) -> String {
        text.replace("NAME", &self.name)
    }

    /// Calls the double itself, past Terraform and past the proxy, by boto3's name of an operation.
    ///
    /// # Panics
    /// The double refuses. A gap ends the test as not run.
    #[track_caller]
    pub fn call(&self, service: &str, operation: &str, arguments: Value) -> Value {
        self.try_call(service, operation, arguments).unwrap_or_else(|refusal| {
            let gaps = sandbox::aws::gaps_in(&refusal.message);
            if !gaps.is_empty() {
                NotRun(format!("double gap: {}", gaps.join(", "))).end_test();
            }
            panic!("{service}.{operation}: {refusal}")
        })
    }

    /// As [`call`](Self::call).
    ///
    /// # Errors
    /// The double refuses.
    pub fn try_call(&self, service: &str, operation: &str, arguments: Value) -> Result<Value, Refusal> {
        self.client.call(service, operation, arguments)
    }
}

/// One double for all tests of this process. It ends with the process, since nobody drops it.
fn shared_double() -> &'static Result<(Double, Client), NotRun> {
    static DOUBLE: OnceLock<Result<(Double, Client), NotRun>> = OnceLock::new();
    DOUBLE.get_or_init(|| {
        let settings = settings();
        let tools = Tools::new(Project::get().tools())?.with_python(settings.python.clone());
        let double = Double::start(&settings.aws, &tools)?;
        let client = Client::connect(double.endpoint(), &tools)?;
        Ok((double, client))
    })
}

const LOCK: &str = ".terraform.lock.hcl";

/// What every stack of our provider shares: the mirror, and what `init` made of it.
struct Workshop {
    folder: PathBuf,
    providers: Providers,
}

/// Prepares the workshop of one build of the provider, once per build: `init` is done here and nowhere else.
fn workshop(lab: &Lab) -> &'static Workshop {
    static WORKSHOP: OnceLock<Workshop> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        prepare(lab).unwrap_or_else(|error| panic!("the provider cannot be offered: {error}"))
    })
}

fn prepare(lab: &Lab) -> io::Result<Workshop> {
    let program = Providers::build(&lab.settings)?;
    let all = folder();
    fs::create_dir_all(&all)?;
    let preparing = File::create(all.join(".preparing"))?;
    preparing.lock()?;

    let folder = all.join(format!("workshop-{}-{}", lab.cli.name, fingerprint(&program)?));
    let providers = Providers::offer(&program, &lab.cli, None, &folder)?;
    if !folder.join(LOCK).exists() {
        forget_older(&all, &folder)?;
        let mut init = Stack::new(&lab.cli, Some(&providers), &lab.settings.path, &folder.join("init"))?;
        init.set("TF_DATA_DIR", folder.join("data"));
        init.write("head.tf", HEAD);
        init.init().check().map_err(io::Error::other)?;
        fs::rename(init.folder().join(LOCK), folder.join(LOCK))?;
    }
    Ok(Workshop { folder, providers })
}

/// Size and time of a built program: another build is another workshop.
fn fingerprint(program: &Path) -> io::Result<String> {
    let facts = fs::metadata(program)?;
    let built = facts.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{:x}-{:x}", facts.len(), built.as_nanos()))
}

/// Workshops of earlier builds are of no use, except to a run that goes on at this moment: the young ones are spared.
fn forget_older(all: &Path, ours: &Path) -> io::Result<()> {
    const LONGEST_RUN: Duration = Duration::from_secs(60 * 60);
    for entry in fs::read_dir(all)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        let is_workshop = entry.file_name().to_string_lossy().starts_with("workshop-");
        if is_workshop && entry.path() != ours && age > LONGEST_RUN {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn folder() -> PathBuf {
    Project::get().target.join("acceptance")
}
