//! A provider process from outside: what Terraform sees, and what everybody else gets.

mod client;
mod handshake;
mod lifecycle;
mod mutual_tls;
mod process;
mod provider;
mod reattach;
mod terraform;
