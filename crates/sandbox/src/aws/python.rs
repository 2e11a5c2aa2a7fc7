//! Finding a Python that really runs.

use super::Unavailable;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Prints what has to be known of an interpreter, and fails where it cannot make virtual environments.
const PROBE: &str = "import sys, venv, ensurepip; print('%d %d' % sys.version_info[:2])";

/// Names under which systems install interpreters, the most likely first.
const NAMES: [&str; 7] =
    ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python3.14", "python"];

/// Major and minor version of an interpreter.
pub(super) type Version = (u32, u32);

/// The first interpreter on `search_path` whose version satisfies `fits`, `preferred` before all others.
///
/// Every candidate is started: a version manager's shim can bear a name and only print that nothing is selected.
pub(super) fn find(
    preferred: Option<&Path>,
    search_path: &OsStr,
    wanted: &str,
    fits: impl Fn(Version) -> bool,
) -> Result<PathBuf, Unavailable> {
    let mut tried = Vec::new();
    for candidate in candidates(preferred, search_path) {
        match version_of(&candidate) {
            Ok(version) if fits(version) => return Ok(candidate),
            Ok((major, minor)) => tried.push(format!("{} is {major}.{minor}", candidate.display())),
            Err(reason) => tried.push(format!("{} {reason}", candidate.display())),
        }
    }
    let tried = if tried.is_empty() { "none on PATH".to_owned() } else { tried.join("; ") };
    Err(Unavailable::new(format!("Python {wanted} with venv"), tried))
}

fn candidates(preferred: Option<&Path>, search_path: &OsStr) -> Vec<PathBuf> {
    let on_path = NAMES.iter().flat_map(|name| {
        std::env::split_paths(search_path).map(move |folder| folder.join(name)).filter(|file| file.is_file())
    });
    preferred.map(Path::to_path_buf).into_iter().chain(on_path).collect()
}

fn version_of(interpreter: &Path) -> Result<Version, String> {
    let output = Command::new(interpreter)
        .args(["-E", "-s", "-c", PROBE])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("does not start ({error})"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    parse_version(&printed).filter(|_| output.status.success()).ok_or_else(|| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        format!("does not run ({})", complaint.lines().last().unwrap_or("it printed nothing").trim())
    })
}

fn parse_version(printed: &str) -> Option<Version> {
    let (major, minor) = printed.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_that_only_prints_a_complaint_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let shim = folder.path().join("python3");
        std::fs::write(&shim, "#!/bin/sh\necho 'no version selected' >&2\nexit 127\n").unwrap();
        let mut mode = std::fs::metadata(&shim).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
        std::fs::set_permissions(&shim, mode).unwrap();

        let missing = find(None, folder.path().as_os_str(), "3", |_| true).unwrap_err().to_string();

        assert!(missing.starts_with("Python 3 with venv: "), "{missing}");
        assert!(missing.contains("does not run (no version selected)"), "{missing}");
    }

    #[test]
    fn a_search_path_without_python_says_so() {
        let folder = tempfile::tempdir().unwrap();

        let missing = find(None, folder.path().as_os_str(), "3.13", |_| true).unwrap_err();

        assert_eq!(missing.to_string(), "Python 3.13 with venv: none on PATH");
    }
}
