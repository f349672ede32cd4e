//! The node's clock. The only place that reads it.

use crate::error::Error;
use hengtan_ledger::time::rfc3339;
use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;
    /// Milliseconds of a clock that nobody sets, since any fixed moment.
    fn steady_ms(&self) -> u64;
}

/// Milliseconds since 1970-01-01T00:00:00Z by this machine's clock.
#[must_use]
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}

/// The operating system's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    begun: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        now_ms()
    }

    fn steady_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A clock that is set by hand.
#[derive(Debug, Default)]
pub struct ManualClock {
    times: Mutex<(u64, u64)>,
}

impl ManualClock {
    /// A clock that stands at `now_ms`.
    #[must_use]
    pub fn new(now_ms: u64) -> Self {
        Self {
            times: Mutex::new((now_ms, 0)),
        }
    }

    /// Time passes.
    pub fn advance(&self, ms: u64) {
        let mut times = self
            .times
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        times.0 += ms;
        times.1 += ms;
    }

    /// Somebody sets the clock; no time passes.
    pub fn set(&self, now_ms: u64) {
        self.times
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .0 = now_ms;
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        self.times
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .0
    }

    fn steady_ms(&self) -> u64 {
        self.times
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .1
    }
}

/// How far the clock may move against the steady one, or stand behind the ledger's time, before an operator must look at it.
pub const JUMP_MAX_MS: u64 = 60 * 60 * 1000;

/// Notices when somebody sets the clock (protocol §5: a single voter refuses to propose after a jump of more than an hour).
#[derive(Debug)]
pub struct Watchman {
    last: Mutex<(u64, u64)>,
    accepted: bool,
}

impl Watchman {
    /// Begins to watch. `accepted`: the operator has looked at the clock, so nothing is refused.
    pub fn new(clock: &dyn Clock, accepted: bool) -> Self {
        Self {
            last: Mutex::new((clock.now_ms(), clock.steady_ms())),
            accepted,
        }
    }

    /// The present time, unless the clock jumped since it was looked at last, or stands behind the ledger's time.
    ///
    /// # Errors
    /// [`Error::ClockJump`]; again and again, until the clock is right or the node is started with the operator's word.
    pub fn time_ms(&self, clock: &dyn Clock, ledger_time_ms: u64) -> Result<u64, Error> {
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (now_ms, steady_ms) = (clock.now_ms(), clock.steady_ms());
        let expected = last.0.saturating_add(steady_ms.saturating_sub(last.1));
        let jump = |expected: u64| Error::ClockJump {
            expected: rfc3339(expected),
            found: rfc3339(now_ms),
        };
        if !self.accepted {
            if now_ms.abs_diff(expected) > JUMP_MAX_MS {
                return Err(jump(expected));
            }
            if now_ms.saturating_add(JUMP_MAX_MS) < ledger_time_ms {
                return Err(jump(ledger_time_ms));
            }
        }
        *last = (now_ms, steady_ms);
        Ok(now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_800_000_000_000;

    #[test]
    fn a_jump_is_refused_until_the_clock_is_right_again() {
        let clock = ManualClock::new(START);
        let watchman = Watchman::new(&clock, false);
        clock.advance(10 * JUMP_MAX_MS);
        assert_eq!(
            watchman.time_ms(&clock, START),
            Ok(START + 10 * JUMP_MAX_MS)
        );
        let right = clock.now_ms();
        for wrong in [right + JUMP_MAX_MS + 1, right - JUMP_MAX_MS - 1] {
            clock.set(wrong);
            for _ in 0..2 {
                assert_eq!(
                    watchman
                        .time_ms(&clock, START)
                        .map_err(|error| error.code()),
                    Err("HT-NOD-022")
                );
            }
        }
        clock.set(right + JUMP_MAX_MS);
        assert_eq!(watchman.time_ms(&clock, START), Ok(right + JUMP_MAX_MS));
    }

    #[test]
    fn a_clock_far_behind_the_ledger_is_refused_unless_accepted() {
        let clock = ManualClock::new(START);
        let ledger = START + JUMP_MAX_MS + 1;
        assert!(
            Watchman::new(&clock, false)
                .time_ms(&clock, ledger)
                .is_err()
        );
        assert_eq!(
            Watchman::new(&clock, true).time_ms(&clock, ledger),
            Ok(START)
        );
        assert_eq!(
            Watchman::new(&clock, false).time_ms(&clock, ledger - 1),
            Ok(START)
        );
    }
}
