//! One binary for all whole-product tests: linking once is what keeps a cold run short.
mod backup;
mod bench;
mod calculate;
mod cluster;
mod consortium;
mod crash;
mod demo;
mod examples;
mod lifecycle;
mod recovery;
mod tidy;
mod upgrade;
mod upkeep;
mod watch;
