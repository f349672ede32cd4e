//! hengtan-ledger
