//! The doubles of Supabase and Cloudflare, asked over HTTP; every answer is judged by the vendors' contracts.

mod cloudflare;
mod furniture;
mod management;
mod replay;
mod s3;
mod state;
mod storage;
mod support;
