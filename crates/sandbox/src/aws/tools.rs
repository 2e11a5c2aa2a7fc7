//! The programs that a double is made of, installed once into a folder of our own.

use super::{Unavailable, python};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The scripts that run inside the installed environments, by their paths in the folder `aws`.
macro_rules! scripts {
    ($($name:literal)*) => { [$(($name, include_str!(concat!("../../aws/", $name)))),*] };
}
const SCRIPTS: [(&str, &str); 26] = scripts! {
    "client.py"
    "lifeline.py"
    "localstack_double.py"
    "moto_double.py"
    "moto_plus/__init__.py"
    "moto_plus/application_autoscaling.py"
    "moto_plus/awslambda.py"
    "moto_plus/backup.py"
    "moto_plus/budgets.py"
    "moto_plus/cbor.py"
    "moto_plus/ce.py"
    "moto_plus/cloudformation.py"
    "moto_plus/cloudfront.py"
    "moto_plus/cloudwatch.py"
    "moto_plus/codedeploy.py"
    "moto_plus/ec2.py"
    "moto_plus/ecs.py"
    "moto_plus/elasticache.py"
    "moto_plus/extension.py"
    "moto_plus/logs.py"
    "moto_plus/rds.py"
    "moto_plus/s3.py"
    "moto_plus/serverlessrepo.py"
    "moto_plus/sqs.py"
    "moto_plus/synthetics.py"
    "moto_plus/xray.py"
};

/// A Python program with everything that it needs, each pinned to a version and to the hashes of its files.
struct Package {
    name: &'static str,
    version: &'static str,
    lock: &'static str,
    /// The interpreters that the lock was made for, in words and as a rule.
    python: &'static str,
    fits: fn(python::Version) -> bool,
}

const MOTO: Package = Package {
    name: "moto",
    version: "5.2.5",
    lock: include_str!("../../aws/moto-5.2.5.lock"),
    python: "3.10 or newer",
    fits: |version| version >= (3, 10),
};

/// LocalStack's locks fit one Python each; the newest that finds its interpreter is taken.
const LOCALSTACK: [Package; 2] = [
    Package {
        name: "localstack",
        version: "4.14.0",
        lock: include_str!("../../aws/localstack-4.14.0.lock"),
        python: "3.13",
        fits: |version| version == (3, 13),
    },
    Package {
        name: "localstack",
        version: "4.9.2",
        lock: include_str!("../../aws/localstack-4.9.2.lock"),
        python: "3.11",
        fits: |version| version == (3, 11),
    },
];

/// The folder that tools are installed into, and how to find what they are built with.
///
/// Installing is idempotent and atomic: an environment is complete or absent, and two processes that want the
/// same one wait for each other.
pub struct Tools {
    folder: PathBuf,
    python: Option<PathBuf>,
    search_path: OsString,
    progress: Box<dyn Fn(&str) + Send + Sync>,
}

impl Tools {
    /// Tools in `folder` (made when needed), interpreters from `PATH`.
    ///
    /// # Errors
    /// `folder` cannot be made.
    pub fn new(folder: impl AsRef<Path>) -> Result<Self, Unavailable> {
        let folder = std::path::absolute(folder.as_ref()).and_then(|folder| {
            fs::create_dir_all(&folder)?;
            Ok(folder)
        });
        #[expect(
            clippy::disallowed_methods,
            reason = "the search path of programs is the system's own affair"
        )]
        let search_path = std::env::var_os("PATH").unwrap_or_default();
        let folder = folder.map_err(|error| Unavailable::new("the folder of tools", error))?;
        Ok(Self { folder, python: None, search_path, progress: Box::new(|_| ()) })
    }

    /// Tries this interpreter before those on `PATH`.
    #[must_use]
    pub fn with_python(mut self, python: Option<PathBuf>) -> Self {
        self.python = python;
        self
    }

    /// Calls `progress` with one line at the start and the end of everything that takes long.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Where the tools are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn search_path(&self) -> &OsStr {
        &self.search_path
    }

    /// moto with its server, and boto3 beside it.
    pub(super) fn moto(&self) -> Result<Environment, Unavailable> {
        let _installing = self.lock(&MOTO)?;
        self.installed(&MOTO)?.map_or_else(|| self.install(&MOTO), Ok)
    }

    /// The newest pinned LocalStack that an interpreter of this machine can run.
    pub(super) fn localstack(&self) -> Result<Environment, Unavailable> {
        let mut reasons = Vec::new();
        for package in &LOCALSTACK {
            let _installing = self.lock(package)?;
            match self.installed(package)?.map_or_else(|| self.install(package), Ok) {
                Ok(environment) => return Ok(environment),
                Err(reason) => reasons.push(format!("{} needs {reason}", package.version)),
            }
        }
        Err(Unavailable::new("LocalStack", reasons.join("; ")))
    }

    fn installed(&self, package: &Package) -> Result<Option<Environment>, Unavailable> {
        let environment = self.environment(package);
        let complete = fs::read_to_string(environment.lock()).is_ok_and(|lock| lock == package.lock);
        if !complete || !environment.runs() {
            return Ok(None);
        }
        self.write_scripts()?;
        Ok(Some(environment))
    }

    fn install(&self, package: &Package) -> Result<Environment, Unavailable> {
        let title = format!("{} {}", package.name, package.version);
        let base = python::find(self.python.as_deref(), &self.search_path, package.python, package.fits)?;
        (self.progress)(&format!("installing {title} with {} (a minute, once)", base.display()));
        let started = Instant::now();

        let finished = self.environment(package);
        let partial =
            Environment { home: self.folder.join(format!(".{}.partial", package.name)), ..finished.clone() };
        let unavailable = |error: io::Error| Unavailable::new(&title, error);
        discard(&partial.home).map_err(unavailable)?;
        run(&title, Command::new(&base).args(["-m", "venv"]).arg(&partial.home))?;
        fs::write(partial.home.join("requirements.txt"), package.lock).map_err(unavailable)?;
        let mut pip = Command::new(partial.python());
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
        pip.args(["--retries", "2", "--require-hashes", "--requirement"]);
        run(&title, pip.arg(partial.home.join("requirements.txt")))?;
        fs::rename(partial.home.join("requirements.txt"), partial.lock()).map_err(unavailable)?;
        discard(&finished.home).map_err(unavailable)?;
        fs::rename(&partial.home, &finished.home).map_err(unavailable)?;
        self.write_scripts()?;

        (self.progress)(&format!("installed {title} in {:.0} s", started.elapsed().as_secs_f64()));
        Ok(finished)
    }

    fn environment(&self, package: &Package) -> Environment {
        Environment {
            home: self.folder.join(format!("{}-{}", package.name, package.version)),
            scripts: self.folder.join("aws"),
            version: package.version,
        }
    }

    /// The scripts are part of this program, so they are written anew whenever they differ.
    fn write_scripts(&self) -> Result<(), Unavailable> {
        let folder = self.folder.join("aws");
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder.join("moto_plus"))?;
            for (name, text) in SCRIPTS {
                let file = folder.join(name);
                if fs::read_to_string(&file).is_ok_and(|found| found == text) {
                    continue;
                }
                let partial = file.with_extension("partial");
                fs::write(&partial, text)?;
                fs::rename(partial, file)?;
            }
            Ok(())
        };
        write().map_err(|error| Unavailable::new("the scripts of the AWS double", error))
    }

    /// Held while installing, so that parallel test binaries do not install the same thing twice.
    fn lock(&self, package: &Package) -> Result<File, Unavailable> {
        let take = || {
            let file = File::create(self.folder.join(format!(".{}.installing", package.name)))?;
            file.lock()?;
            Ok(file)
        };
        take().map_err(|error: io::Error| Unavailable::new("the lock of the folder of tools", error))
    }
}

/// An installed Python environment. It may be moved while nothing runs in it: only its interpreter is ever called.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    home: PathBuf,
    scripts: PathBuf,
    /// The version of the package that it was made for.
    pub(super) version: &'static str,
}

impl Environment {
    /// A command that runs one of our scripts without the user's own Python settings.
    pub(super) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(self.python());
        command.args(["-E", "-s"]).arg(self.scripts.join(name));
        command
    }

    fn python(&self) -> PathBuf {
        self.home.join("bin").join("python")
    }

    fn lock(&self) -> PathBuf {
        self.home.join("installed.lock")
    }

    /// Whether its interpreter still starts: the Python that it was made from may be gone.
    fn runs(&self) -> bool {
        let mut probe = Command::new(self.python());
        probe.args(["-E", "-s", "-c", ""]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    }
}

fn discard(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Runs one step of an installation; the end of what it printed becomes the reason where it fails.
fn run(title: &str, command: &mut Command) -> Result<(), Unavailable> {
    for name in ["PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"] {
        command.env_remove(name);
    }
    let output = command.stdin(Stdio::null()).output().map_err(|error| Unavailable::new(title, error))?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    let lines: Vec<&str> = printed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(3)..].join(" / ");
    Err(Unavailable::new(title, format!("its installation ended with {}: {last}", output.status)))
}
