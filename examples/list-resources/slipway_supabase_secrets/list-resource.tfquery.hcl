# The secrets of every project of an organization, with the digest of each.
list "slipway_supabase_secrets" "all" {
  provider         = slipway
  include_resource = true

  config {
    organization_slug = "tsrqponmlkjihgfedcba"
  }
}
