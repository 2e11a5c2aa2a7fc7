//! Terraform, our provider, and a sandbox of Supabase and Cloudflare of the test's own.

use crate::by_hand;
use crate::lab::{AwsLab, Lab, on_aws, on_terraform};
use crate::proxy::Proxy;
use crate::stack::Stack;
use sandbox::{Fault, FaultRule, Options, Running, Sandbox};

/// One sandbox and Terraform beside it.
pub struct SandboxLab<'a> {
    lab: &'a Lab,
    /// The sandbox.
    pub sandbox: Running,
}

/// A test that needs Terraform, our provider and the clouds of the sandbox.
pub fn on_sandbox(test: impl FnOnce(&SandboxLab<'_>)) {
    on_sandbox_with(Options::default(), test);
}

/// As [`on_sandbox`], with a sandbox that is set up otherwise.
///
/// # Panics
/// The sandbox does not start.
pub fn on_sandbox_with(options: Options, test: impl FnOnce(&SandboxLab<'_>)) {
    on_terraform(|lab| {
        let sandbox = Sandbox::start(options).expect("the sandbox starts on free ports");
        test(&SandboxLab { lab, sandbox });
    });
}

/// A test that needs all the clouds: AWS by its double, the others by the sandbox.
pub fn on_clouds(test: impl FnOnce(&AwsLab, &SandboxLab<'_>)) {
    on_aws(|aws| on_sandbox(|cloud| test(aws, cloud)));
}

impl SandboxLab<'_> {
    /// The place that the test runs in.
    #[must_use]
    pub fn lab(&self) -> &Lab {
        self.lab
    }

    /// A stack of our provider, initialised, with the environment that `slipway sandbox env` prints.
    ///
    /// See [`filled`](Self::filled) for what may stand in the configuration.
    #[must_use]
    pub fn stack(&self, hcl: &str) -> Stack {
        let mut stack = self.lab.provider_stack(&self.filled(hcl));
        for (name, value) in self.sandbox.variables() {
            stack.set(name, value);
        }
        stack
    }

    /// As [`stack`](Self::stack), with AWS beside the sandbox. `NAME` stands for the test's own name.
    #[must_use]
    pub fn stack_with(&self, aws: &AwsLab, hcl: &str) -> Stack {
        let mut stack = aws.stack(&self.filled(hcl));
        for (name, value) in self.sandbox.variables() {
            stack.set(name, value);
        }
        stack
    }

    /// As [`stack`](Self::stack), with `proxy` in the place of what is at `url`.
    #[must_use]
    pub fn stack_through(&self, proxy: &Proxy, url: &str, hcl: &str) -> Stack {
        let mut stack = self.stack(hcl);
        for (name, value) in self.sandbox.variables() {
            if let Some(path) = value.strip_prefix(url) {
                stack.set(name, format!("{}{path}", proxy.endpoint()));
            }
        }
        stack
    }

    /// Scheme, host and port of Cloudflare.
    #[must_use]
    pub fn cloudflare_url(&self) -> String {
        self.sandbox.cloudflare().url.replace("/client/v4", "")
    }

    /// Scheme, host and port of Supabase.
    #[must_use]
    pub fn supabase_url(&self) -> String {
        self.sandbox.supabase().url
    }

    /// Puts the ids of the sandbox in the place of `ACCOUNT`, `ZONE` and `PROJECT`.
    #[must_use]
    pub fn filled(&self, text: &str) -> String {
        let cloudflare = self.sandbox.cloudflare();
        text.replace("ZONE", &cloudflare.zone_id)
            .replace("ACCOUNT", &cloudflare.account_id)
            .replace("PROJECT", &self.sandbox.supabase().project_ref)
    }

    /// Replaces the configuration of a stack.
    pub fn configure(&self, stack: &Stack, hcl: &str) {
        stack.configure(&self.filled(hcl));
    }

    /// Calls Cloudflare past Terraform, below the buckets of the first account.
    ///
    /// # Panics
    /// The sandbox does not answer.
    pub fn r2(&self, method: &str, path: &str, body: &str) -> u16 {
        by_hand::r2(&self.sandbox.cloudflare(), method, path, body).expect("the sandbox answers")
    }

    /// Calls the Storage API of the first project past Terraform.
    ///
    /// # Panics
    /// The sandbox does not answer.
    pub fn storage(&self, method: &str, path: &str, body: &str) -> u16 {
        by_hand::storage(&self.sandbox.supabase(), method, path, body).expect("the sandbox answers")
    }

    /// Calls the Management API of the first project past Terraform.
    ///
    /// # Panics
    /// The sandbox does not answer.
    pub fn management(&self, method: &str, path: &str, body: &str) -> u16 {
        by_hand::management(&self.sandbox.supabase(), method, path, body).expect("the sandbox answers")
    }

    /// Lets `fault` happen to the next call of each kind: a method, and a pattern of paths.
    ///
    /// # Panics
    /// A pattern that no path can match.
    pub fn strike(&self, fault: &Fault, calls: &[(&str, &str)]) {
        for (method, path) in calls {
            let rule = FaultRule::new(fault.clone()).on(method, path);
            self.sandbox.fault(rule).expect("a rule that can work");
        }
    }

    /// Asserts that each fault has happened, and once.
    ///
    /// # Panics
    /// One has not.
    pub fn every_fault_has_struck_once(&self) {
        for fault in self.sandbox.status().faults {
            assert_eq!(fault.hits, 1, "{fault:?}");
        }
    }

    /// How often a method was called on paths that end so.
    #[must_use]
    pub fn count(&self, method: &str, ending: &str) -> usize {
        let calls = self.sandbox.calls();
        calls.iter().filter(|call| call.method == method && call.path.ends_with(ending)).count()
    }
}
