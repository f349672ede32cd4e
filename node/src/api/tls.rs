//! TLS 1.3 with SM suites (RFC 8998) in front of both APIs.

use super::server::at_once;
use crate::config::Tls;
use crate::error::Error;
use crate::renewal::keep_current;
use crate::service::Service;
use crypto_sm::tls;
use crypto_sm::tls::rustls::{self, server::Acceptor};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// First byte of a TLS connection: a record of the handshake (RFC 8446 clause 5.1).
const HANDSHAKE_RECORD: u8 = 22;

/// Finished handshakes that wait to be served.
const WAITING_MAX: usize = 64;

/// The side of TLS that serves, and what it was read from.
#[derive(Debug)]
pub struct Encryption {
    settings: Tls,
    server: tls::Server,
    /// Sizes and times of change of the files, as they were read.
    read: Mutex<Vec<Option<(u64, SystemTime)>>>,
}

impl Encryption {
    /// Reads certificates and keys.
    ///
    /// # Errors
    /// Those of [`Tls::prepare`].
    pub fn new(settings: &Tls) -> Result<Self, Error> {
        let read = stamps(settings);
        Ok(Self {
            settings: settings.clone(),
            server: settings.prepare()?,
            read: Mutex::new(read),
        })
    }

    /// Reads the files again if one has changed, or in any case; connections to come are served with what they hold. What
    /// cannot be used leaves everything as it was.
    ///
    /// # Errors
    /// Those of [`Tls::settings`] and [`tls::Server::replace`].
    pub fn renew(&self, in_any_case: bool) -> Result<bool, Error> {
        let found = stamps(&self.settings);
        {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            if *read == found && !in_any_case {
                return Ok(false);
            }
            // What is wrong with the files is said once.
            *read = found;
        }
        self.server.replace(&self.settings.settings()?)?;
        Ok(true)
    }
}

fn stamps(settings: &Tls) -> Vec<Option<(u64, SystemTime)>> {
    let stamp = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.len(), found.modified().ok()?))
    };
    settings.files().map(stamp).collect()
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
        encryption: Arc<Encryption>,
        service: Service,
    ) -> Self {
        let (sender, connections) = mpsc::channel(WAITING_MAX);
        let renewed = Arc::clone(&encryption);
        let renewing = tokio::spawn(keep_current("api", move |asked| renewed.renew(asked)));
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = sender.closed() => {
                        renewing.abort();
                        return;
                    }
                };
                let Ok((stream, peer)) = accepted else {
                    // Out of descriptors, most likely: let others end first.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                at_once(&stream);
                let (encryption, service, sender) =
                    (Arc::clone(&encryption), service.clone(), sender.clone());
                tokio::spawn(async move {
                    match tokio::time::timeout(HANDSHAKE, shake(&encryption.server, stream)).await {
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
    mut stream: TcpStream,
) -> Result<TlsStream<TcpStream>, &'static str> {
    let mut first = [0];
    if stream.peek(&mut first).await.is_ok_and(|found| found == 1) && first[0] != HANDSHAKE_RECORD {
        answer_plain_text(&mut stream).await;
        return Err(crypto_sm::Error::TlsNotSpoken.code());
    }
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream)
        .await
        .map_err(|error| code(&error))?;
    let configuration = server.configuration(&start.client_hello());
    start
        .into_stream(configuration)
        .await
        .map_err(|error| code(&error))
}

/// Tells whoever speaks HTTP without TLS what is wrong, in a form that people and programs read.
async fn answer_plain_text(stream: &mut TcpStream) {
    let error = Error::PlainText;
    let said = i18n::catalogue(i18n::Locale::En).explain(error.code(), &[]);
    let body = serde_json::json!({
        "status": 400,
        "code": error.code(),
        "title": said.as_ref().map(|said| said.what.clone()),
        "detail": said.map(|said| said.remedy),
    })
    .to_string();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // What was asked is read away first: closing with unread bytes could take the answer with it.
    let mut asked = [0; 4096];
    let _ = stream.read(&mut asked).await;
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
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
