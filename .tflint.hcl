# Checks for the modules and the examples: `tflint --config "$PWD/.tflint.hcl" --chdir modules/vpc`.

config {
  call_module_type = "local"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}
