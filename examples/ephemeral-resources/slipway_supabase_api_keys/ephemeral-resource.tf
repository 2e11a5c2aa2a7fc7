ephemeral "slipway_supabase_api_keys" "app" {
  project_ref = "abcdefghijklmnopqrst"
}

# Another provider works with the key for as long as this run takes.
provider "slipway" {
  alias = "app"
  supabase = {
    service_key = ephemeral.slipway_supabase_api_keys.app.service_role_key
  }
}

resource "slipway_storage_bucket" "avatars" {
  provider = slipway.app
  name     = "avatars"
  supabase = {
    project_ref = "abcdefghijklmnopqrst"
    public      = true
  }
}
