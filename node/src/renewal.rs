//! Files that may be replaced while the node runs: looked at every so often, and when the process gets SIGHUP.

use crate::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// How often files are looked at that may have been renewed.
const LOOK: Duration = Duration::from_secs(30);

/// Calls `renew` every so often with `false`, at SIGHUP with `true`, until it is dropped. It may block; whether it renewed something, and
/// what is wrong, is logged.
pub(crate) async fn keep_current(
    what: &'static str,
    renew: impl Fn(bool) -> Result<bool, Error> + Send + Sync + 'static,
) {
    let renew = Arc::new(renew);
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut hangups = hangups();
    loop {
        let asked = tokio::select! {
            _ = looks.tick() => false,
            () = hangups.next() => true,
        };
        let renew = Arc::clone(&renew);
        match tokio::task::spawn_blocking(move || renew(asked)).await {
            Ok(Ok(true)) => tracing::info!(what, "certificates read again"),
            Ok(Err(error)) => {
                tracing::error!(code = error.code(), cause = %error, what, "certificates not renewed");
            }
            Ok(Ok(false)) | Err(_) => {}
        }
    }
}

/// SIGHUP, where there is one.
struct Hangups {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

fn hangups() -> Hangups {
    Hangups {
        #[cfg(unix)]
        signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
    }
}

impl Hangups {
    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
