//! Taking times, and what is said about them: counts, nanoseconds and whole rates, never a fraction of floating point.

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// Nanoseconds of a second.
const SECOND_NS: u128 = 1_000_000_000;

/// Whose time a rate refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Time that the measuring thread had a core: "per second and core", whatever else the machine does.
    Core,
    /// Time that passed.
    Wall,
}

impl Clock {
    /// Stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Wall => "wall",
        }
    }
}

/// Times one stretch of work on one thread.
#[derive(Debug)]
pub struct Stopwatch {
    begun: Instant,
    core_ns: u64,
}

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            core_ns: core_ns(),
            begun: Instant::now(),
        }
    }

    /// Time that passed so far.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// So much was done until now.
    #[must_use]
    pub fn stop(&self, count: u64) -> Run {
        Run {
            count,
            wall_ns: nanoseconds(self.begun.elapsed()),
            core_ns: Some(core_ns().saturating_sub(self.core_ns)),
        }
    }
}

/// Nanoseconds that this thread has had a core.
fn core_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)).unwrap_or(0)
}

/// A duration in nanoseconds.
#[must_use]
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// One run of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// What was done so often.
    pub count: u64,
    /// Time that passed, nanoseconds.
    pub wall_ns: u64,
    /// Time of the core that did it, nanoseconds; nothing where several threads worked.
    pub core_ns: Option<u64>,
}

impl Run {
    /// A run whose work was spread over threads.
    #[must_use]
    pub fn of_wall(count: u64, elapsed: Duration) -> Self {
        Self {
            count,
            wall_ns: nanoseconds(elapsed),
            core_ns: None,
        }
    }

    /// Whole counts per second by a clock.
    #[must_use]
    pub fn per_second(&self, clock: Clock) -> u64 {
        let ns = match clock {
            Clock::Core => self.core_ns.unwrap_or(self.wall_ns),
            Clock::Wall => self.wall_ns,
        };
        rate(self.count, ns)
    }
}

/// Whole counts per second.
#[must_use]
pub fn rate(count: u64, ns: u64) -> u64 {
    u64::try_from(u128::from(count) * SECOND_NS / u128::from(ns.max(1))).unwrap_or(u64::MAX)
}

/// Smallest, middle and largest value. Of an even number of values the middle is the lower one of the two: a value that was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Smallest.
    pub min: u64,
    /// Middle.
    pub median: u64,
    /// Largest.
    pub max: u64,
}

impl Spread {
    /// Of these values; zeros if there are none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = u64>) -> Self {
        let mut sorted: Vec<u64> = values.into_iter().collect();
        sorted.sort_unstable();
        match sorted.as_slice() {
            [] => Self::default(),
            [first, .., last] => Self {
                min: *first,
                median: sorted[(sorted.len() - 1) / 2],
                max: *last,
            },
            [only] => Self {
                min: *only,
                median: *only,
                max: *only,
            },
        }
    }
}

/// How long something took, microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Observations.
    pub count: u64,
    /// Half of them took at most this.
    pub p50: u64,
    /// 90 of 100 took at most this.
    pub p90: u64,
    /// 99 of 100 took at most this.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

impl Latency {
    /// Nearest rank: each percentile is a latency that was observed.
    #[must_use]
    pub fn of(mut microseconds: Vec<u64>) -> Self {
        microseconds.sort_unstable();
        let at = |percent: usize| {
            let rank = (microseconds.len() * percent).div_ceil(100).max(1);
            microseconds.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            count: microseconds.len() as u64,
            p50: at(50),
            p90: at(90),
            p99: at(99),
            max: microseconds.last().copied().unwrap_or_default(),
        }
    }
}

/// How a figure's time is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Runs of each figure.
    pub runs: u32,
    /// Time of one run.
    pub run: Duration,
}

impl Schedule {
    /// Shares a figure's time among its runs.
    #[must_use]
    pub fn new(figure: Duration, runs: u32) -> Self {
        let runs = runs.max(1);
        Self {
            runs,
            run: figure / runs,
        }
    }

    /// Repeats `work` on this thread until a run's time is over; each repetition says how much it did. A run does something at least once.
    ///
    /// # Errors
    /// The first of `work`.
    pub fn repeat<E>(&self, mut work: impl FnMut() -> Result<u64, E>) -> Result<Vec<Run>, E> {
        // Caches, branch predictors and the allocator get to know the work before it counts.
        work()?;
        (0..self.runs)
            .map(|_| {
                let watch = Stopwatch::start();
                let mut count = 0;
                loop {
                    count += work()?;
                    if watch.elapsed() >= self.run {
                        return Ok(watch.stop(count));
                    }
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_whole_and_survive_extremes() {
        assert_eq!(rate(1_000, 1_000_000_000), 1_000);
        assert_eq!(rate(2, 3_000_000_000), 0);
        assert_eq!(rate(5, 2_000_000_000), 2);
        assert_eq!(rate(7, 0), 7_000_000_000);
        assert_eq!(rate(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn a_rate_per_core_counts_the_core_only() {
        let run = Run {
            count: 100,
            wall_ns: 2_000_000_000,
            core_ns: Some(500_000_000),
        };
        assert_eq!(
            (run.per_second(Clock::Core), run.per_second(Clock::Wall)),
            (200, 50)
        );
        let threads = Run::of_wall(100, Duration::from_secs(2));
        assert_eq!(threads.per_second(Clock::Core), 50);
    }

    #[test]
    fn spread_names_measured_values() {
        assert_eq!(Spread::of([]), Spread::default());
        assert_eq!(
            Spread::of([7]),
            Spread {
                min: 7,
                median: 7,
                max: 7
            }
        );
        assert_eq!(
            Spread::of([9, 1, 4]),
            Spread {
                min: 1,
                median: 4,
                max: 9
            }
        );
        assert_eq!(
            Spread::of([9, 1, 4, 5]),
            Spread {
                min: 1,
                median: 4,
                max: 9
            }
        );
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let latency = Latency::of((1..=200).rev().collect());
        assert_eq!(
            latency,
            Latency {
                count: 200,
                p50: 100,
                p90: 180,
                p99: 198,
                max: 200
            }
        );
        assert_eq!(
            Latency::of(vec![5]),
            Latency {
                count: 1,
                p50: 5,
                p90: 5,
                p99: 5,
                max: 5
            }
        );
        let three = Latency::of(vec![3, 1, 2]);
        assert_eq!((three.p50, three.p90, three.p99), (2, 3, 3));
        assert_eq!(Latency::of(Vec::new()), Latency::default());
    }

    #[test]
    fn work_is_done_once_more_than_it_counts_in_each_run() {
        let schedule = Schedule::new(Duration::ZERO, 3);
        let mut calls = 0;
        let runs = schedule
            .repeat(|| {
                calls += 1;
                Ok::<_, ()>(10)
            })
            .expect("no failure");
        assert_eq!(calls, 4);
        assert_eq!(
            runs.iter().map(|run| run.count).collect::<Vec<_>>(),
            [10, 10, 10]
        );
        assert_eq!(schedule.repeat(|| Err::<u64, _>("broken")), Err("broken"));
    }
}
