//! Takes down the trace of a run and lets the properties judge it.

use crate::event::Event;
use crate::property::{self, Facts, Property};
use crypto_sm::sm3::{self, Digest};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// A property that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Name of the property.
    pub property: &'static str,
    /// Milliseconds after the beginning.
    pub at_ms: u128,
    /// What contradicts it.
    pub detail: String,
}

/// Clones share the trace.
#[derive(Clone)]
pub struct Recorder {
    state: Arc<Mutex<State>>,
    began: Instant,
}

struct State {
    facts: Facts,
    properties: Vec<Box<dyn Property>>,
    violation: Option<Violation>,
    /// Digest of the lines so far, chained.
    digest: Digest,
    /// Lines that are not in the digest yet.
    open: String,
    events: u64,
    lines: Option<Vec<String>>,
}

impl Recorder {
    /// An empty trace; its lines are kept if asked for.
    #[must_use]
    pub fn new(keep: bool) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                facts: Facts::default(),
                properties: property::all(),
                violation: None,
                digest: [0; 32],
                open: String::new(),
                events: 0,
                lines: keep.then(Vec::new),
            })),
            began: Instant::now(),
        }
    }

    /// Takes down an event.
    pub fn record(&self, event: &Event) {
        let at_ms = self.began.elapsed().as_millis();
        let line = format!("{at_ms:>6} {event:?}\n");
        let mut guard = self.lock();
        let state = &mut *guard;
        state.events += 1;
        if let Some(lines) = &mut state.lines {
            lines.push(line.clone());
        }
        state.open.push_str(&line);
        if state.open.len() > 4096 {
            state.close();
        }
        if state.violation.is_some() {
            return;
        }
        state.facts.take(event);
        for property in &mut state.properties {
            if let Err(detail) = property.judge(&state.facts, event) {
                state.violation = Some(Violation {
                    property: property.name(),
                    at_ms,
                    detail,
                });
                return;
            }
        }
    }

    /// Notes that something went wrong that no property watches.
    pub fn fail(&self, property: &'static str, detail: String) {
        let at_ms = self.began.elapsed().as_millis();
        self.lock().violation.get_or_insert(Violation {
            property,
            at_ms,
            detail,
        });
    }

    /// The first violation.
    #[must_use]
    pub fn violation(&self) -> Option<Violation> {
        self.lock().violation.clone()
    }

    /// Digest of the trace, number of events, and the lines if they were kept.
    #[must_use]
    pub fn close(&self) -> (String, u64, Vec<String>) {
        let mut state = self.lock();
        state.close();
        let lines = state.lines.take().unwrap_or_default();
        (hex::encode(state.digest), state.events, lines)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn close(&mut self) {
        self.digest = sm3::hash(&[&self.digest, self.open.as_bytes()]);
        self.open.clear();
    }
}
