//! hengtan
