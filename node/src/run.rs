//! A node from start to stop: what `hengtan start` does.

use crate::api::{Server, tls::Encryption};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::error::Error;
use crate::peer::Listener;
use crate::service::Service;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Starts the node, calls `ready` with the address once it serves, and stops it cleanly when `stop` is ready or the node breaks.
///
/// # Errors
/// What kept it from starting, or why it broke.
pub async fn run(
    config: &Config,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    // The address first: it fails at once if it is taken, before a store is opened.
    let encryption = config.tls.as_ref().map(Encryption::new).transpose()?;
    let server = Server::bind(config.listen, encryption).await?;
    let peers = match &config.peer {
        Some(peer) => Some(Listener::bind(peer.listen).await?),
        None => None,
    };
    let service = Service::start(config, Arc::new(SystemClock::default())).await?;
    let mut broken = service.broken();
    let mut watched = broken.clone();
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let ending = async move {
        tokio::select! {
            () = stop => {}
            _ = watched.wait_for(Option::is_some) => {}
        }
        stopping.send_replace(true);
    };
    let listening = peers.zip(service.links().cloned()).map(|(peers, links)| {
        // Peers are answered until consensus has stopped: leadership is handed over through them.
        tokio::spawn(peers.serve(service.clone(), links, std::future::pending()))
    });
    ready(server.address());
    let serving = tokio::spawn(server.serve(service.clone(), ending));
    let mut stopped = stopped;
    let _ = stopped.wait_for(|stopped| *stopped).await;
    // Those who wait for finality get their answers while the door closes.
    service.drain().await;
    let closed = service.shutdown().await;
    if let Some(listening) = listening {
        listening.abort();
    }
    let grace = Duration::from_millis(config.shutdown_ms.max(1));
    let served = tokio::time::timeout(grace, serving).await;
    if let Some(error) = broken.borrow_and_update().clone() {
        return Err(error);
    }
    closed?;
    match served {
        Ok(Ok(result)) => result,
        // A client that keeps its connection open does not keep the node alive.
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}

/// Ready when the process is asked to end: SIGTERM or SIGINT.
///
/// # Errors
/// The system refuses signal handlers.
pub fn signals() -> Result<impl Future<Output = ()> + Send + 'static, Error> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error: std::io::Error| Error::Internal {
            detail: error.to_string(),
        };
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
