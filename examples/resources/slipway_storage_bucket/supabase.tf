resource "slipway_storage_bucket" "avatars" {
  name = "avatars"

  supabase = {
    project_ref        = "abcdefghijklmnopqrst"
    public             = true
    file_size_limit    = "5MB"
    allowed_mime_types = ["image/png", "image/jpeg"]
  }
}
