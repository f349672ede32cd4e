//! crypto-sm
