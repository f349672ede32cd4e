//! hengtan-api
