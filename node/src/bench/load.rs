//! Clients that work at the same time, and how long each of their steps takes.

use super::measure::{Run, nanoseconds};
use super::sample::failed;
use crate::error::Error;
use std::future::Future;
use std::time::{Duration, Instant};

/// One client.
pub(super) trait Client: Send + 'static {
    /// What it does at a time.
    type Step: Send + Sync + 'static;

    /// Does a step and waits until it is acknowledged.
    fn take(&mut self, step: &Self::Step) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Lets every client do its steps until it has none left or the time is over. How much was done in what time (`counted` for each step), and
/// what each step took, in microseconds.
///
/// # Errors
/// One of those of the clients; the others finish first.
pub(super) async fn drive<C: Client>(
    work: Vec<(C, Vec<C::Step>)>,
    time: Duration,
    counted: u64,
) -> Result<(Run, Vec<u64>), Error> {
    let begun = Instant::now();
    let tasks: Vec<_> = work
        .into_iter()
        .map(|(mut client, steps)| {
            tokio::spawn(async move {
                let mut waited = Vec::with_capacity(steps.len());
                for step in &steps {
                    if begun.elapsed() >= time {
                        break;
                    }
                    let since = Instant::now();
                    client.take(step).await?;
                    waited.push(nanoseconds(since.elapsed()) / 1000);
                }
                Ok::<_, Error>(waited)
            })
        })
        .collect();
    let mut waited = Vec::new();
    let mut result = Ok(());
    for task in tasks {
        match task.await {
            Ok(Ok(times)) => waited.extend(times),
            Ok(Err(error)) => result = Err(error),
            Err(error) => result = Err(failed("client", &error)),
        }
    }
    result?;
    Ok((
        Run::of_wall(waited.len() as u64 * counted, begun.elapsed()),
        waited,
    ))
}

/// Steps that a run of this time needs, so that no client runs dry: half as many again as `per_second`, and some for each client.
pub(super) fn steps(time: Duration, per_second: u64, clients: usize) -> u64 {
    let steps = u128::from(nanoseconds(time)) * u128::from(per_second) * 3 / 2_000_000_000
        + 4 * clients as u128;
    u64::try_from(steps).unwrap_or(u64::MAX)
}

/// Deals steps out to clients, in turn.
pub(super) fn deal<S>(steps: impl IntoIterator<Item = S>, clients: usize) -> Vec<Vec<S>> {
    let mut hands: Vec<Vec<S>> = (0..clients).map(|_| Vec::new()).collect();
    for (position, step) in steps.into_iter().enumerate() {
        hands[position % clients].push(step);
    }
    hands
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u64);

    impl Client for Counter {
        type Step = u64;

        async fn take(&mut self, step: &u64) -> Result<(), Error> {
            self.0 += step;
            if self.0 > 100 {
                return Err(Error::Deadline);
            }
            Ok(())
        }
    }

    #[tokio::test]
    async fn every_step_counts_and_a_failed_one_fails_the_run() {
        let work = |each: u64| vec![(Counter(0), vec![each; 3]), (Counter(0), vec![each; 2])];
        let hour = Duration::from_secs(3600);
        let (run, waited) = drive(work(1), hour, 10).await.expect("counts");
        assert_eq!((run.count, waited.len()), (50, 5));
        assert!(drive(work(60), hour, 1).await.is_err());
        let (none, _) = drive(work(1), Duration::ZERO, 1).await.expect("no time");
        assert_eq!(none.count, 0);
    }

    #[test]
    fn steps_are_dealt_in_turn_and_suffice() {
        assert_eq!(deal(0..5, 2), [vec![0, 2, 4], vec![1, 3]]);
        assert_eq!(steps(Duration::from_secs(2), 100, 8), 300 + 32);
    }
}
