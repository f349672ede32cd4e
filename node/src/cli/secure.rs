//! Connections to `https` endpoints: TLS 1.3 with SM suites, the server's certificate checked against the organisation's
//! CA that the context names.

use std::io::{Read as _, Write as _};
use std::net::ToSocketAddrs as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crypto_sm::certificate::Certificate;
use crypto_sm::tls::rustls::{self, pki_types::ServerName, time_provider::DefaultTimeProvider};
use crypto_sm::tls::{self, Client, ClientSettings, Identity, Profile, Trust};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint, Uri};

use super::failure::Failure;
use crate::error::Error;

/// First byte of an alert (RFC 8446 clause 5.1).
const ALERT_RECORD: u8 = 21;

/// How long somebody may take to say what he speaks.
const PROBE: Duration = Duration::from_secs(2);

/// What became of the last handshake: tonic keeps no errors of connectors.
#[derive(Clone, Debug, Default)]
pub struct Handshake(Arc<Mutex<Found>>);

#[derive(Clone, Debug, Default)]
struct Found {
    refusal: Option<crypto_sm::Error>,
    valid_to_ms: Option<u64>,
}

impl Handshake {
    /// Why it failed.
    pub fn refusal(&self) -> Option<crypto_sm::Error> {
        self.found().refusal.clone()
    }

    /// When the node's certificate ends, milliseconds since 1970.
    pub fn valid_to_ms(&self) -> Option<u64> {
        self.found().valid_to_ms
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A channel that connects with its first request.
pub fn connect(
    endpoint: &Endpoint,
    authority: &Path,
    identities: Vec<Identity>,
    handshake: &Handshake,
) -> Result<Channel, Failure> {
    let text = std::fs::read_to_string(authority).map_err(|error| Error::FileUnreadable {
        path: authority.display().to_string(),
        detail: error.to_string(),
    })?;
    let settings = ClientSettings {
        servers: Trust::from_pem(&text, "").map_err(Error::from)?,
        identities,
        sm_suites: Vec::new(),
        application_protocols: vec![b"h2".to_vec()],
        resumption: true,
        time: Arc::new(DefaultTimeProvider),
    };
    let client = Arc::new(Client::new(Profile::Sm, &settings).map_err(Error::from)?);
    let handshake = handshake.clone();
    let connector = tower::service_fn(move |uri: Uri| {
        let (client, handshake) = (Arc::clone(&client), handshake.clone());
        async move {
            let result = open(&client, &uri).await;
            let refusal = result.as_ref().err().and_then(|error| {
                let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
                Some(tls::explain(inner))
            });
            let valid_to_ms = result.as_ref().ok().and_then(|stream| {
                let shown = stream.get_ref().1.peer_certificates()?.first()?;
                Some(Certificate::from_der(shown).ok()?.validity().not_after_ms)
            });
            *handshake.found() = Found {
                refusal,
                valid_to_ms,
            };
            result.map(TokioIo::new)
        }
    });
    Ok(endpoint.connect_with_connector_lazy(connector))
}

async fn open(
    client: &Client,
    uri: &Uri,
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let invalid = || std::io::Error::from(std::io::ErrorKind::InvalidInput);
    let host = uri.host().ok_or_else(invalid)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned()).map_err(|_| invalid())?;
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(443))).await?;
    stream.set_nodelay(true)?;
    TlsConnector::from(client.configuration())
        .connect(name, stream)
        .await
}

/// Whether TLS is spoken where somebody spoke plain text: asked in plain text, TLS answers with an alert (RFC 8446
/// clause 6), and a node with its code for that.
pub fn speaks_tls(endpoint: &str) -> bool {
    let asked = || -> Option<Vec<u8>> {
        let uri: Uri = endpoint.parse().ok()?;
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(80);
        let address = (host, port).to_socket_addrs().ok()?.next()?;
        let mut stream = std::net::TcpStream::connect_timeout(&address, PROBE).ok()?;
        stream.set_read_timeout(Some(PROBE)).ok()?;
        let request = format!("GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        let _ = stream.take(4096).read_to_end(&mut answer);
        Some(answer)
    };
    let code = Error::PlainText.code().as_bytes();
    asked().is_some_and(|answer| {
        answer.starts_with(&[ALERT_RECORD, 3])
            || answer.windows(code.len()).any(|part| part == code)
    })
}
