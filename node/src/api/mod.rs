//! Both APIs on one port. They translate; the service decides.

mod governance;
pub mod grpc;
pub mod problem;
pub mod rest;
mod server;
pub mod tls;

pub use server::{Server, check_address};

#[cfg(test)]
mod tests;
