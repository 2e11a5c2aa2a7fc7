resource "slipway_storage_bucket" "assets" {
  name          = "storymagic-assets"
  force_destroy = true

  cloudflare = {
    location_hint = "weur"
    storage_class = "Standard"

    cors_rules = [
      {
        allowed = {
          origins = ["https://app.example.com"]
          methods = ["GET", "HEAD"]
          headers = ["*"]
        }
        expose_headers  = ["ETag"]
        max_age_seconds = 3600
      },
    ]

    lifecycle_rules = [
      {
        id                        = "previews"
        prefix                    = "previews/"
        delete_objects_transition = { max_age = "30d" }
      },
      {
        id = "archive"
        storage_class_transitions = [
          { max_age = "90d" },
        ]
      },
    ]

    r2_dev_enabled = true
  }
}
