//! TLS 1.3 with SM suites (RFC 8998) in front of both APIs.

use crate::error::Error;
use crate::service::Service;
use crypto_sm::tls::rustls::{self, server::Acceptor, time_provider::DefaultTimeProvider};
use crypto_sm::tls::{self, ClientAuthentication, Identity, Profile, ServerSettings};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Finished handshakes that wait to be served.
const WAITING_MAX: usize = 64;

/// Reads the node's transport certificate and key, and prepares to serve with them.
///
/// # Errors
/// [`Error::FileUnreadable`], [`Error::KeyExposed`], [`Error::KeyInvalid`], or those of [`Identity::from_pem`].
pub fn prepare(certificate: &Path, key: &Path) -> Result<tls::Server, Error> {
    let text = std::fs::read_to_string(certificate).map_err(|error| Error::FileUnreadable {
        path: certificate.display().to_string(),
        detail: error.to_string(),
    })?;
    let key = crate::config::read_key(key)?.to_pkcs8_pem();
    let settings = ServerSettings {
        identities: vec![Identity::from_pem(&text, &key)?],
        clients: ClientAuthentication::None,
        sm_suites: Vec::new(),
        application_protocols: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        resumption: true,
        time: Arc::new(DefaultTimeProvider),
    };
    Ok(tls::Server::new(Profile::Sm, &settings)?)
}

/// Hands out connections whose handshake has succeeded. Handshakes run side by side, so that a slow client delays nobody.
pub struct Listener {
    connections: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener {
    /// Begins to accept; ends when dropped.
    pub fn new(
        listener: TcpListener,
        address: SocketAddr,
        server: Arc<tls::Server>,
        service: Service,
    ) -> Self {
        let (sender, connections) = mpsc::channel(WAITING_MAX);
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = sender.closed() => return,
                };
                let Ok((stream, peer)) = accepted else {
                    // Out of descriptors, most likely: let others end first.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                let (server, service, sender) =
                    (Arc::clone(&server), service.clone(), sender.clone());
                tokio::spawn(async move {
                    match tokio::time::timeout(HANDSHAKE, shake(&server, stream)).await {
                        Ok(Ok(stream)) => drop(sender.send((stream, peer)).await),
                        Ok(Err(code)) => service.metrics().handshake(code),
                        Err(_) => service.metrics().handshake("timeout"),
                    }
                });
            }
        });
        Self {
            connections,
            address,
        }
    }
}

/// One handshake; the code of what went wrong.
async fn shake(
    server: &tls::Server,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, &'static str> {
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream)
        .await
        .map_err(|error| code(&error))?;
    let configuration = server.configuration(&start.client_hello());
    start
        .into_stream(configuration)
        .await
        .map_err(|error| code(&error))
}

/// The permanent code where TLS refused something; `connection` where the line broke.
fn code(error: &std::io::Error) -> &'static str {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .map_or("connection", |refusal| tls::explain(refusal).code())
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            // The accepting task ends after this listener only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}
