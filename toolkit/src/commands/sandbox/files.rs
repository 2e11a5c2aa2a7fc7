//! Files that the supabase CLI wants: it reads where the APIs are from files only.

use std::path::{Path, PathBuf};

use sandbox::Running;

use crate::failure::{Failure, write_file};

/// The files of one running sandbox; gone when it ends, unless it keeps its state.
pub(super) struct Files {
    directory: PathBuf,
    passing: bool,
}

impl Files {
    /// Writes them into the state directory, or into one of their own.
    pub(super) fn write(running: &Running, state: Option<&Path>) -> Result<Self, Failure> {
        let access = running.supabase();
        let port = access.url.rsplit(':').next().unwrap_or_default();
        // Named after the port, so that a sandbox that was killed leaves nothing that the next one does not take over.
        let passing = std::env::temp_dir().join(format!("slipway-sandbox-{port}"));
        let directory = state.map_or(passing, |state| state.join("clients"));
        let files = Self {
            passing: state.is_none(),
            directory: std::path::absolute(&directory).unwrap_or(directory),
        };

        let stack = files.directory.join("supabase");
        std::fs::create_dir_all(&stack).map_err(|error| {
            crate::failure::Message::new(format!("`{}` cannot be made", stack.display()))
                .detail(format!("The system answered: {error}."))
                .next("Make room in the directory for temporary files, or name one with --state.")
        })?;
        let profile = format!(
            "name: slipway-sandbox\napi_url: {url}\ndashboard_url: {url}/dashboard\nproject_host: localhost\n",
            url = access.url
        );
        write_file(&files.profile(), profile.as_bytes())?;
        let config = format!("project_id = \"slipway-sandbox\"\n\n[api]\nport = {port}\n");
        write_file(&stack.join("config.toml"), config.as_bytes())?;
        Ok(files)
    }

    /// The variables that lead to them.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        [("SUPABASE_PROFILE", self.profile()), ("SUPABASE_WORKDIR", self.directory.clone())]
            .map(|(name, path)| (name.to_owned(), path.display().to_string()))
            .to_vec()
    }

    fn profile(&self) -> PathBuf {
        self.directory.join("supabase-profile.yaml")
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if self.passing {
            // What cannot be removed now is overwritten by the next sandbox on this port.
            let _ = std::fs::remove_dir_all(&self.directory);
        }
    }
}
