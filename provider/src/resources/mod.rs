//! Resources, in the order in which a reader should meet them.

mod storage_bucket;

pub use storage_bucket::StorageBucket;
