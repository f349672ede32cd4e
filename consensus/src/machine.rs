//! The application, driven by the engine.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use openraft::OptionalSend;
use openraft::storage::{
    ApplyResponder, EntryResponder, RaftSnapshotBuilder, RaftStateMachine, Snapshot,
};
use tokio::sync::watch;

use crate::application::{Application, Committed, Fatal, Payload, SnapshotView};
use crate::engine::{
    EngineSnapshot, Entry, EntryPayload, LogId, SnapshotMeta, StoredMembership, TypeConfig,
};
use crate::error::Error;
use crate::log::store::LogStore;
use crate::record::AppliedState;
use crate::snapshot::{Snapshots, Stored};
use crate::status::Failure;

/// Items handed to the application in one call, and their bytes: bounds of what is lost and replayed after a crash.
const ITEMS_MAX: usize = 256;
const ITEMS_BYTES_MAX: usize = 16 << 20;

/// The engine's state machine: order, bookkeeping and snapshots around an [`Application`].
#[derive(Clone)]
pub struct Machine {
    application: Arc<dyn Application>,
    log: LogStore,
    snapshots: Snapshots,
    failure: Failure,
    /// Term of the last blank entry that was applied.
    blank: Arc<watch::Sender<Option<u64>>>,
    blocks: bool,
    membership: StoredMembership,
}

impl Machine {
    /// # Errors
    /// Errors of reading the application's applied state.
    pub fn new(
        application: Arc<dyn Application>,
        log: LogStore,
        snapshots: Snapshots,
        failure: Failure,
        blocks: bool,
    ) -> Result<Self, Error> {
        let membership = applied(&*application)?.last_membership;
        Ok(Self {
            application,
            log,
            snapshots,
            failure,
            blank: Arc::new(watch::Sender::new(None)),
            blocks,
            membership,
        })
    }

    /// Term of the last blank entry applied since the start.
    pub fn watch_blank(&self) -> watch::Receiver<Option<u64>> {
        self.blank.subscribe()
    }

    /// Runs a blocking piece of work where it may block, and notes the failure if there is one.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Application) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, io::Error> {
        let application = Arc::clone(&self.application);
        let outcome = if self.blocks {
            match tokio::task::spawn_blocking(move || work(&*application)).await {
                Ok(outcome) => outcome,
                Err(error) => Err(Error::Failed(Fatal {
                    code: "HT-CON-050",
                    fields: vec![("detail", error.to_string())],
                })),
            }
        } else {
            work(&*application)
        };
        outcome.map_err(|error| {
            self.failure.record(error.clone().into_fatal());
            error.into()
        })
    }

    /// Waits for this node's own disk. A leader learns that an entry is committed as soon as a majority of the others holds it; applied
    /// before its own log does, a power cut could leave an application that is ahead of its log.
    async fn held(&self, items: &[Committed]) -> Result<(), io::Error> {
        let Some(last) = items.last() else {
            return Ok(());
        };
        let mut failure = self.failure.watch();
        tokio::select! {
            biased;
            held = self.log.durable(last.index) => held.map_err(Into::into),
            failure = failure.wait_for(Option::is_some) => {
                let fatal = failure.ok().and_then(|failure| failure.clone());
                Err(fatal.map_or(Error::ShutDown, Error::Failed).into())
            }
        }
    }

    async fn apply_items(
        &mut self,
        items: Vec<Committed>,
        responders: Vec<Option<ApplyResponder<TypeConfig>>>,
    ) -> Result<(), io::Error> {
        self.held(&items).await?;
        let count = items.len();
        let blank = items
            .iter()
            .rev()
            .find(|item| item.payload == Payload::Blank)
            .map(|item| item.term);
        let responses = self
            .run(move |application| {
                let responses = application.apply(&items).map_err(Error::Failed)?;
                if responses.len() == count {
                    return Ok(responses);
                }
                let detail = format!("{} responses for {count} items", responses.len());
                Err(Error::Failed(Fatal {
                    code: "HT-CON-050",
                    fields: vec![("detail", detail)],
                }))
            })
            .await?;
        for (responder, response) in responders.into_iter().zip(responses) {
            if let Some(responder) = responder {
                responder.send(Bytes::from(response));
            }
        }
        if blank.is_some() {
            self.blank.send_replace(blank);
        }
        Ok(())
    }

    fn commit(&mut self, entry: Entry) -> Committed {
        let log_id = entry.log_id;
        let payload = match entry.payload {
            EntryPayload::Blank => Payload::Blank,
            EntryPayload::Normal(batch) => Payload::Batch(batch.0),
            EntryPayload::Membership(membership) => {
                let public = (&membership).into();
                self.membership = StoredMembership::new(Some(log_id), membership);
                Payload::Membership(public)
            }
        };
        Committed {
            index: log_id.index,
            term: log_id.leader_id.term,
            payload,
            applied_state: AppliedState::encode_blob(Some(log_id), &self.membership),
        }
    }
}

/// What the application has applied.
pub fn applied(application: &dyn Application) -> Result<SnapshotMeta, Error> {
    AppliedState::decode_blob(application.applied().map_err(Error::Failed)?.as_deref())
}

impl RaftStateMachine<TypeConfig> for Machine {
    type SnapshotData = Stored;
    type SnapshotBuilder = Builder;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), io::Error> {
        let meta = self.run(applied).await?;
        self.membership = meta.last_membership.clone();
        Ok((meta.last_log_id, meta.last_membership))
    }

    async fn apply<S>(&mut self, mut entries: S) -> Result<(), io::Error>
    where
        S: Stream<Item = Result<EntryResponder<TypeConfig>, io::Error>> + Unpin + OptionalSend,
    {
        let mut next = entries.next().await;
        while let Some(first) = next {
            let (entry, responder) = first.inspect_err(|error| self.note(error))?;
            let mut bytes = size(&entry);
            let mut items = vec![self.commit(entry)];
            let mut responders = vec![responder];
            next = None;
            // Everything that is there at once goes into one call, so that the application writes once.
            let mut waiting = items.len() < ITEMS_MAX && bytes < ITEMS_BYTES_MAX;
            while waiting {
                match entries.next().now_or_never() {
                    Some(Some(item)) => {
                        let (entry, responder) = item.inspect_err(|error| self.note(error))?;
                        bytes += size(&entry);
                        items.push(self.commit(entry));
                        responders.push(responder);
                        waiting = items.len() < ITEMS_MAX && bytes < ITEMS_BYTES_MAX;
                    }
                    Some(None) | None => waiting = false,
                }
            }
            self.apply_items(items, responders).await?;
            if next.is_none() {
                next = entries.next().await;
            }
        }
        Ok(())
    }

    async fn try_create_snapshot_builder(&mut self, force: bool) -> Option<Builder> {
        let view = self
            .run(move |application| {
                let view = application.snapshot().map_err(Error::Failed)?;
                if view.is_some() || !force {
                    return Ok(view);
                }
                // The engine insists where it starts behind a log that begins later and finds no snapshot: a member that was resumed.
                let applied_state = application.applied().map_err(Error::Failed)?;
                Ok(
                    applied_state
                        .map(|state| Box::new(Placeholder(state)) as Box<dyn SnapshotView>),
                )
            })
            .await;
        match view {
            Ok(None) if !force => None,
            // Nothing at all is applied: building fails with an error that says so.
            view => Some(Builder {
                machine: self.clone(),
                view: Mutex::new(view),
            }),
        }
    }

    async fn get_snapshot_builder(&mut self) -> Builder {
        match self.try_create_snapshot_builder(true).await {
            Some(builder) => builder,
            None => Builder {
                machine: self.clone(),
                view: Mutex::new(Ok(None)),
            },
        }
    }

    async fn install_snapshot(
        &mut self,
        meta: &SnapshotMeta,
        snapshot: Stored,
    ) -> Result<(), io::Error> {
        let snapshots = self.snapshots.clone();
        self.run(move |application| {
            // First on disk under its final name: if the power goes during the installation, the start repeats it.
            let stored = snapshots.adopt(&snapshot)?;
            application
                .install(&stored.manifest.applied_state, &mut stored.reader())
                .map_err(Error::Failed)
        })
        .await?;
        self.membership = meta.last_membership.clone();
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<EngineSnapshot>, io::Error> {
        let snapshots = self.snapshots.clone();
        self.run(move |_| match snapshots.current()? {
            Some(stored) => Ok(Some(Snapshot {
                meta: stored.meta()?,
                snapshot: stored,
            })),
            None => Ok(None),
        })
        .await
    }
}

impl Machine {
    fn note(&self, error: &io::Error) {
        self.failure
            .record(crate::error::from_io("read log", error).into_fatal());
    }
}

fn size(entry: &Entry) -> usize {
    match &entry.payload {
        EntryPayload::Normal(batch) => batch.0.len(),
        EntryPayload::Blank | EntryPayload::Membership(_) => 0,
    }
}

/// Stands for a snapshot until the application offers one. Nobody can install it.
struct Placeholder(Vec<u8>);

impl SnapshotView for Placeholder {
    fn applied_state(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn write(self: Box<Self>, sink: &mut dyn io::Write) -> io::Result<()> {
        sink.write_all(b"placeholder")
    }
}

/// Writes one snapshot.
pub struct Builder {
    machine: Machine,
    /// A view is `Send` but need not be `Sync`, as the engine wants the builder to be.
    view: Mutex<Result<Option<Box<dyn SnapshotView>>, io::Error>>,
}

impl RaftSnapshotBuilder<TypeConfig> for Builder {
    type SnapshotData = Stored;

    async fn build_snapshot(&mut self) -> Result<EngineSnapshot, io::Error> {
        let view = self.view.get_mut().unwrap_or_else(PoisonError::into_inner);
        let view = std::mem::replace(view, Ok(None))?;
        let Some(view) = view else {
            return Err(Error::SnapshotRefused { what: "deferred" }.into());
        };
        let snapshots = self.machine.snapshots.clone();
        self.machine
            .run(move |_| {
                let stored = snapshots.build(view)?;
                Ok(Snapshot {
                    meta: stored.meta()?,
                    snapshot: stored,
                })
            })
            .await
    }
}
