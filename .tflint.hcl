# Checks of the modules and the examples. Once: `tflint --init`. Then, for each folder:
# `tflint --config "$PWD/.tflint.hcl" --chdir modules/vpc`.

config {
  call_module_type = "local"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}

# TFLint refuses a plugin that it does not find installed, even a disabled one. Where it cannot be fetched,
# `cargo xtask test` leaves this block out and says so.
plugin "aws" {
  enabled = true
  version = "0.40.0"
  source  = "github.com/terraform-linters/tflint-ruleset-aws"
}
