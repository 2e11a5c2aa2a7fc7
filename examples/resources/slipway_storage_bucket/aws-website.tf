resource "slipway_storage_bucket" "site" {
  name_prefix = "storymagic-site-"

  # A website is public: the two locks that would keep its policy out are opened, the others stay closed.
  aws = {
    public_access_block = {
      block_public_policy     = false
      restrict_public_buckets = false
    }

    website = {
      index_document = "index.html"
      error_document = "404.html"
    }

    # Website host names are served over HTTP only.
    require_tls = false
  }

  timeouts = {
    delete = "1h"
  }
}
