//! Ephemeral resources: what a run may use and no state file holds.

mod supabase_api_keys;

pub use supabase_api_keys::SupabaseApiKeys;
