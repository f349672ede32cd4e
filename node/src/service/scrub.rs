//! Walks what is stored, in the background and slowly; what does not fit ends the node.

use super::{Service, blocking};
use crate::error::Error;
use crate::scrub::Walk;
use crate::store::{Scrubbed, Writing, meta};
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

impl Service {
    /// Runs for ever, or until something is damaged: then the node must not go on.
    pub(super) async fn follow_scrub(&self) {
        let inner = &self.inner;
        if inner.scrub.bytes_per_second == 0 {
            return;
        }
        let every = HOUR.saturating_mul(u32::try_from(inner.scrub.every_hours).unwrap_or(u32::MAX));
        loop {
            match self.scrub().await {
                Ok(walk) => {
                    tracing::info!(
                        records = walk.records,
                        bytes = walk.bytes,
                        "stored data are in order"
                    );
                }
                // It stops for reasons of its own, which it says itself.
                Err(Error::Consensus(_) | Error::Stopping) => return,
                Err(error) => {
                    tracing::error!(code = error.code(), cause = %error, "stored data are damaged");
                    inner.broken.send_replace(Some(error));
                    return;
                }
            }
            tokio::time::sleep(every).await;
        }
    }

    /// One walk over store and Raft log.
    async fn scrub(&self) -> Result<Scrubbed, Error> {
        let inner = &self.inner;
        let rate = inner.scrub.bytes_per_second;
        let mut walk = Walk::default();
        loop {
            let (records, bytes) = (walk.records, walk.bytes);
            let store = Arc::clone(&inner.store);
            let (after, more) = blocking(move || {
                let more = walk.step(&*store)?;
                Ok((walk, more))
            })
            .await?;
            walk = after;
            let read = walk.bytes - bytes;
            inner.metrics.scrubbed(walk.records - records, read);
            if !more {
                break;
            }
            tokio::time::sleep(Duration::from_millis(read.saturating_mul(1_000) / rate)).await;
        }
        let records = inner.consensus.scrub(rate).await?;
        inner.metrics.scrubbed(records, 0);
        let done = Scrubbed {
            at_ms: inner.clock.now_ms(),
            records: walk.records + records,
            bytes: walk.bytes,
        };
        let store = Arc::clone(&inner.store);
        blocking(move || {
            let mut writing = Writing::new();
            writing.put_meta(meta::SCRUBBED, done.to_bytes());
            store.write(writing.into_changes(), false)
        })
        .await?;
        Ok(done)
    }
}
