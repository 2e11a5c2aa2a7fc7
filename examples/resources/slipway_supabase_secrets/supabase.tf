variable "openai_api_key" {
  type      = string
  ephemeral = true
}

resource "slipway_supabase_secrets" "functions" {
  project_ref = "abcdefghijklmnopqrst"
  values = {
    OPENAI_API_KEY = var.openai_api_key
    FEATURE_FLAGS  = jsonencode({ new_editor = true })
  }
}
