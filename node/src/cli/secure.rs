//! Connections to `https` endpoints: TLS 1.3 with SM suites, the server's certificate checked against the organisation's
//! CA that the context names.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crypto_sm::tls::rustls::{self, pki_types::ServerName, time_provider::DefaultTimeProvider};
use crypto_sm::tls::{self, Client, ClientSettings, Profile, Trust};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint, Uri};

use super::failure::Failure;
use crate::error::Error;

/// Why the last handshake failed, for the message: tonic keeps no errors of connectors.
pub type Refusal = Arc<Mutex<Option<crypto_sm::Error>>>;

/// A channel that connects with its first request.
pub fn connect(
    endpoint: &Endpoint,
    authority: &Path,
    refusal: &Refusal,
) -> Result<Channel, Failure> {
    let text = std::fs::read_to_string(authority).map_err(|error| Error::FileUnreadable {
        path: authority.display().to_string(),
        detail: error.to_string(),
    })?;
    let settings = ClientSettings {
        servers: Trust::from_pem(&text, "").map_err(Error::from)?,
        identities: Vec::new(),
        sm_suites: Vec::new(),
        application_protocols: vec![b"h2".to_vec()],
        resumption: true,
        time: Arc::new(DefaultTimeProvider),
    };
    let client = Arc::new(Client::new(Profile::Sm, &settings).map_err(Error::from)?);
    let refusal = Arc::clone(refusal);
    let connector = tower::service_fn(move |uri: Uri| {
        let (client, refusal) = (Arc::clone(&client), Arc::clone(&refusal));
        async move {
            let result = open(&client, &uri).await;
            let reason = result.as_ref().err().and_then(|error| {
                let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
                Some(tls::explain(inner))
            });
            *refusal.lock().unwrap_or_else(PoisonError::into_inner) = reason;
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
