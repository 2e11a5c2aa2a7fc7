//! Terraform core in miniature.
