//! Outgoing: one kept connection for each peer, made when it is needed and made again after a pause when it breaks.

use super::{
    Acquaintances, CONNECTION_WINDOW, Credentials, HANDSHAKE, KEEP_ALIVE, MESSAGE_BYTES_MAX,
    Roster, STREAM_WINDOW,
};
use crate::error::Error;
use crate::service::Metrics;
use bytes::Bytes;
use consensus::transport::Answer;
use consensus::{Peer, Procedure, Transport, Unreachable};
use crypto_sm::certificate::Certificate;
use crypto_sm::tls::rustls::{self, pki_types::ServerName};
use crypto_sm::tls::{self, Client, Family, Server};
use hengtan_api::peer as wire;
use hengtan_api::peer::peer_client::PeerClient;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::v1;
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_types::StatusExt as _;

/// Pauses before a broken connection is made again: doubling between these.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Code of a peer that cannot be reached for whatever reason.
const UNREACHABLE: &str = "HT-CON-060";

/// Code of a refusal by somebody behind the peer that was asked.
const HANDED_ON: &str = "HT-NOD-035";

/// The ways to other nodes. Clones share them.
#[derive(Clone)]
pub struct Links {
    shared: Arc<Shared>,
}

struct Shared {
    network: NetworkId,
    own: u64,
    credentials: Mutex<Credentials>,
    server: Server,
    client: Client,
    roster: RwLock<Arc<Roster>>,
    acquaintances: Acquaintances,
    metrics: Arc<Metrics>,
    pool: Mutex<BTreeMap<u64, Link>>,
}

/// The way to one node.
#[derive(Clone)]
struct Link {
    client: PeerClient<Channel>,
    attempt: Arc<Mutex<Attempt>>,
}

/// How the last attempt to connect went.
#[derive(Default)]
struct Attempt {
    failures: u32,
    not_before: Option<Instant>,
    reason: Option<Error>,
}

impl Attempt {
    fn failed(&mut self, reason: Error) {
        let pause = PAUSE_MIN
            .saturating_mul(1 << self.failures.min(8))
            .min(PAUSE_MAX);
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(Instant::now() + pause);
        self.reason = Some(reason);
    }
}

impl Links {
    /// Ways of the node `own`. Nothing is connected yet.
    ///
    /// # Errors
    /// What TLS has against the credentials or the roster's authorities.
    pub fn new(
        network: NetworkId,
        own: u64,
        credentials: Credentials,
        roster: Roster,
        acquaintances: Acquaintances,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Error> {
        let (server, client) = credentials.prepare(&roster)?;
        Ok(Self {
            shared: Arc::new(Shared {
                network,
                own,
                credentials: Mutex::new(credentials),
                server,
                client,
                roster: RwLock::new(Arc::new(roster)),
                acquaintances,
                metrics,
                pool: Mutex::default(),
            }),
        })
    }

    /// Who may speak now.
    #[must_use]
    pub fn roster(&self) -> Arc<Roster> {
        Arc::clone(&self.shared.roster())
    }

    /// Puts another roster in place: it holds for the next request in either direction.
    ///
    /// # Errors
    /// What TLS has against the roster's authorities; the old roster stays.
    pub fn admit(&self, roster: Roster) -> Result<(), Error> {
        let shared = &self.shared;
        let before = shared.roster();
        if *before == roster {
            return Ok(());
        }
        if before.authorities() != roster.authorities() {
            shared.configure(&shared.credentials(), &roster)?;
        }
        // A connection to a node that is gone, has moved or has lost its key is not kept.
        self.pool().retain(|number, _| {
            let ends_at = |roster: &Roster| {
                roster.numbered(*number).map(|node| {
                    (
                        node.address.clone(),
                        node.transport_key.clone(),
                        node.transport_revoked_at_ms,
                    )
                })
            };
            ends_at(&before) == ends_at(&roster)
        });
        *shared
            .roster
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(roster);
        // The ledger may have taken up a key that waits in the files already.
        self.renew().map(drop)
    }

    /// Reads the transport certificate again; from then on connections are made with what the files hold, if it is the key that the ledger
    /// names. What cannot be used leaves everything as it was.
    ///
    /// # Errors
    /// [`Error::TransportKeyMismatch`] while the ledger names another key; those of [`Credentials::read`].
    pub fn renew(&self) -> Result<bool, Error> {
        let shared = &self.shared;
        let Some(fresh) = shared.credentials().renewed()? else {
            return Ok(false);
        };
        let roster = shared.roster();
        if let Some(own) = roster.numbered(shared.own)
            && own.transport_key != fresh.key()
        {
            return Err(Error::TransportKeyMismatch {
                path: fresh.file().display().to_string(),
                node: own.name.clone(),
            });
        }
        shared.configure(&fresh, &roster)?;
        *shared
            .credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fresh;
        // What was connected with the old certificate would be refused when that ends.
        self.pool().clear();
        Ok(true)
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> NetworkId {
        self.shared.network
    }

    /// Until when this node's transport certificate is valid, milliseconds.
    #[must_use]
    pub fn certificate_not_after_ms(&self) -> u64 {
        self.shared.credentials().not_after_ms()
    }

    /// TLS configuration of the next incoming connection.
    pub(super) fn acceptor(&self) -> Option<Arc<rustls::ServerConfig>> {
        self.shared.server.configuration_of(Family::Sm)
    }

    pub(super) fn acquaintances(&self) -> &Acquaintances {
        &self.shared.acquaintances
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// A client for one request to the node with this number.
    ///
    /// # Errors
    /// [`Error::PeerStranger`] if the ledger has no such node.
    pub fn client(&self, number: u64) -> Result<PeerClient<Channel>, Error> {
        Ok(self.link(number)?.client)
    }

    /// The failure of a request to a node: its own code, or why it cannot be reached.
    #[must_use]
    pub fn failed(&self, number: u64, status: &tonic::Status) -> Error {
        let node = self.name(number);
        if let Some(mut info) = status.get_details_error_info() {
            // Whom it was handed on to has the reason.
            let handed_on = (info.reason == HANDED_ON)
                .then(|| {
                    Some((
                        info.metadata.remove("node")?,
                        info.metadata.remove("cause")?,
                    ))
                })
                .flatten();
            let (node, cause) = handed_on.unwrap_or((node, info.reason));
            return Error::PeerRefused { node, cause };
        }
        let reason = self.pool().get(&number).and_then(|link| {
            let attempt = link.attempt.lock().unwrap_or_else(PoisonError::into_inner);
            attempt.reason.clone()
        });
        reason.unwrap_or_else(|| Error::PeerUnreachable {
            node,
            detail: status.message().to_owned(),
        })
    }

    fn name(&self, number: u64) -> String {
        self.roster()
            .numbered(number)
            .map_or_else(|| number.to_string(), |node| node.name.clone())
    }

    fn pool(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Link>> {
        self.shared
            .pool
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn link(&self, number: u64) -> Result<Link, Error> {
        if self.roster().numbered(number).is_none() || number == self.shared.own {
            return Err(Error::PeerStranger {
                name: number.to_string(),
            });
        }
        let mut pool = self.pool();
        let link = pool.entry(number).or_insert_with(|| self.prepare(number));
        Ok(link.clone())
    }

    fn prepare(&self, number: u64) -> Link {
        let attempt = Arc::new(Mutex::new(Attempt::default()));
        // The pool holds the channel, which holds this: it must not hold the pool, or nothing of it would ever end.
        let (shared, tries) = (Arc::downgrade(&self.shared), Arc::clone(&attempt));
        let connector = tower::service_fn(move |_: Uri| {
            let (shared, tries) = (shared.upgrade(), Arc::clone(&tries));
            async move {
                let shared = shared.ok_or(std::io::ErrorKind::NotConnected)?;
                connect(&shared, number, &tries).await.map(TokioIo::new)
            }
        });
        // The name is for the request line only; the connector looks the address up each time.
        let channel = Endpoint::from_static("http://peer.invalid")
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .keep_alive_while_idle(true)
            .connect_with_connector_lazy(connector);
        let client = PeerClient::new(channel)
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(MESSAGE_BYTES_MAX);
        Link { client, attempt }
    }
}

impl Shared {
    fn credentials(&self) -> Credentials {
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn configure(&self, credentials: &Credentials, roster: &Roster) -> Result<(), Error> {
        self.server.replace(&credentials.server(roster)?)?;
        Ok(self.client.replace(&credentials.client(roster)?)?)
    }

    fn roster(&self) -> Arc<Roster> {
        Arc::clone(&self.roster.read().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn connect(
    shared: &Shared,
    number: u64,
    attempt: &Mutex<Attempt>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let locked = || attempt.lock().unwrap_or_else(PoisonError::into_inner);
    if locked()
        .not_before
        .is_some_and(|moment| Instant::now() < moment)
    {
        return Err(std::io::ErrorKind::WouldBlock.into());
    }
    let dialled = match shared.roster().numbered(number) {
        Some(node) if node.transport_revoked_at_ms == 0 => {
            let dialled = tokio::time::timeout(HANDSHAKE, dial(shared, node)).await;
            dialled.unwrap_or_else(|_| Err(unreachable(node, &"timeout")))
        }
        _ => Err(Error::PeerStranger {
            name: number.to_string(),
        }),
    };
    match dialled {
        Ok(stream) => {
            *locked() = Attempt::default();
            shared.metrics.peer_connected();
            Ok(stream)
        }
        Err(error) => {
            shared.metrics.peer_failed(error.code());
            let mut attempt = locked();
            if attempt.reason.as_ref() != Some(&error) {
                tracing::warn!(code = error.code(), cause = %error, node = number, "peer not connected");
            }
            let kind = std::io::Error::other(error.to_string());
            attempt.failed(error);
            Err(kind)
        }
    }
}

/// Connects, and makes sure that it is this node that answers.
async fn dial(shared: &Shared, node: &v1::Node) -> Result<TlsStream<TcpStream>, Error> {
    let (host, port) = host_and_port(&node.address)
        .ok_or_else(|| unreachable(node, &format!("address {}", node.address)))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| unreachable(node, &error))?;
    let stream = TcpStream::connect((host, port))
        .await
        .map_err(|error| unreachable(node, &error))?;
    stream
        .set_nodelay(true)
        .map_err(|error| unreachable(node, &error))?;
    let stream = TlsConnector::from(shared.client.configuration())
        .connect(name, stream)
        .await
        .map_err(|error| refusal(&error).unwrap_or_else(|| unreachable(node, &error)))?;
    let shown = shown(stream.get_ref().1.peer_certificates())?;
    let key = shown.public_key().to_uncompressed();
    if key.as_slice() == node.transport_key {
        Ok(stream)
    } else {
        Err(Error::PeerOther {
            expected: node.name.clone(),
            found: shown.subject_name(),
        })
    }
}

/// The certificate that the other end has proved to hold the key of.
pub(super) fn shown(
    chain: Option<&[rustls::pki_types::CertificateDer<'_>]>,
) -> Result<Certificate, Error> {
    let first = chain.and_then(|chain| chain.first());
    let first = first.ok_or(crypto_sm::Error::TlsCertificates)?;
    Ok(Certificate::from_der(first)?)
}

/// TLS's own reason, if it is one.
pub(super) fn refusal(error: &std::io::Error) -> Option<Error> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(tls::explain(inner).into())
}

fn unreachable(node: &v1::Node, detail: &impl std::fmt::Display) -> Error {
    Error::PeerUnreachable {
        node: node.name.clone(),
        detail: detail.to_string(),
    }
}

/// Takes `host:port` apart; an IPv6 address stands in brackets.
pub(crate) fn host_and_port(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    Some((host, port.parse().ok()?))
}

impl Transport for Links {
    fn call<'a>(
        &'a self,
        peer: &'a Peer,
        procedure: Procedure,
        request: Bytes,
        timeout: Duration,
    ) -> Answer<'a> {
        Box::pin(async move {
            let number = peer.node_id;
            let unreachable = |error: &Error| Unreachable {
                code: error.relayed_code().unwrap_or(UNREACHABLE),
                detail: error.to_string(),
            };
            let mut client = self.client(number).map_err(|error| unreachable(&error))?;
            let message = wire::RaftRequest {
                network_id: self.shared.network.to_vec(),
                message: request,
                mark: self.shared.acquaintances.own().to_vec(),
            };
            let call = async {
                match procedure {
                    Procedure::Append => client.append(message).await,
                    Procedure::Election => client.election(message).await,
                    Procedure::Snapshot => client.snapshot(message).await,
                }
            };
            match tokio::time::timeout(timeout, call).await {
                Ok(Ok(answer)) => {
                    let answer = answer.into_inner();
                    let name = self.name(number);
                    let met = self.shared.acquaintances.meet(number, &name, &answer.mark);
                    met.await.map_err(|error| {
                        self.shared.metrics.peer_failed(error.code());
                        unreachable(&error)
                    })?;
                    Ok(answer.message)
                }
                Ok(Err(status)) => Err(unreachable(&self.failed(number, &status))),
                Err(_) => Err(Unreachable {
                    code: UNREACHABLE,
                    detail: "timeout".to_owned(),
                }),
            }
        })
    }
}
