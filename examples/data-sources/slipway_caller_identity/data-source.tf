data "slipway_caller_identity" "current" {
  aws = {}
}

check "account" {
  assert {
    condition     = data.slipway_caller_identity.current.aws.account_id == "123456789012"
    error_message = "These are the credentials of another account."
  }
}
