//! The socket, and when it closes.

use super::{grpc, rest, tls};
use crate::error::Error;
use crate::service::Service;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Without TLS only this machine may speak to the node.
///
/// # Errors
/// [`Error::ListenAddress`].
pub fn check_address(address: SocketAddr, encrypted: bool) -> Result<(), Error> {
    if encrypted || address.ip().is_loopback() {
        Ok(())
    } else {
        Err(Error::ListenAddress {
            address: address.to_string(),
        })
    }
}

/// An answer leaves as soon as it is written. Held back until the client has acknowledged what came before, it would wait for the client's
/// delayed acknowledgement, 40 ms.
pub(super) fn at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(cause = %error, "answers may be held back");
    }
}

/// A bound socket.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    encryption: Option<Arc<tls::Encryption>>,
}

impl Server {
    /// Binds; port 0 = any free one. With a certificate it speaks TLS only.
    ///
    /// # Errors
    /// [`Error::ListenAddress`], [`Error::ListenRefused`].
    pub async fn bind(
        address: SocketAddr,
        encryption: Option<tls::Encryption>,
    ) -> Result<Self, Error> {
        check_address(address, encryption.is_some())?;
        let refused = |error: std::io::Error| Error::ListenRefused {
            address: address.to_string(),
            detail: error.to_string(),
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self {
            listener,
            address,
            encryption: encryption.map(Arc::new),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is ready, then finishes the requests that it has begun.
    ///
    /// # Errors
    /// [`Error::ListenRefused`] if the socket fails.
    pub async fn serve(
        self,
        service: Service,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        let (router, health) = grpc::routes(service.clone()).await;
        let probed = service.clone();
        let counted = service.clone();
        let probes = rest::Probes {
            not_ready: Arc::new(move || {
                probed
                    .ready()
                    .err()
                    .map(|error| error.code().to_owned())
                    .into_iter()
                    .collect()
            }),
            metrics: Arc::new(move || counted.metrics_text().unwrap_or_default()),
        };
        let door = Arc::new(grpc::Door::new(service.clone()));
        let router = rest::router(door, probes, service.limits().request_bytes_max).merge(router);
        let permits = Arc::new(Semaphore::new(service.limits().requests_max));
        let router = router.layer(middleware::from_fn(move |request, next| {
            limited(Arc::clone(&permits), request, next)
        }));
        let address = self.address;
        let stop = async move {
            stop.await;
            // Watches of the health service never end by themselves.
            health.abort();
        };
        let served = match self.encryption {
            None => {
                axum::serve(self.listener.tap_io(|stream| at_once(stream)), router)
                    .with_graceful_shutdown(stop)
                    .await
            }
            Some(encryption) => {
                let listener = tls::Listener::new(self.listener, address, encryption, service);
                axum::serve(listener, router)
                    .with_graceful_shutdown(stop)
                    .await
            }
        };
        served.map_err(|error| Error::ListenRefused {
            address: address.to_string(),
            detail: error.to_string(),
        })
    }
}

/// What must be answered also while everything else waits.
const PROBES: &[&str] = &["/livez", "/readyz", "/metrics"];

/// Works on so many requests at once; further ones wait. Probes never do.
async fn limited(permits: Arc<Semaphore>, request: Request, next: Next) -> Response {
    let permit = if PROBES.contains(&request.uri().path()) {
        None
    } else {
        permits.acquire_owned().await.ok()
    };
    let response = next.run(request).await;
    drop(permit);
    response
}
