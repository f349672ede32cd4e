//! hengtan-tests
