//! TLS 1.3 with an SM suite: two ends in this thread. A rate counts what each end does, so that it is one side's.

use super::{Entrant, OURS};
use crate::bench::sample::failed;
use crate::error::Error;
use crypto_sm::certificate::{AlternativeName, Issuer, Validity, issue_authority};
use crypto_sm::sm2::SecretKey;
use crypto_sm::tls::rustls::pki_types::{ServerName, UnixTime};
use crypto_sm::tls::rustls::time_provider::TimeProvider;
use crypto_sm::tls::rustls::{ClientConnection, ConnectionCommon, ServerConnection, SideData};
use crypto_sm::tls::{
    Client, ClientAuthentication, ClientSettings, Identity, Profile, Server, ServerSettings, Trust,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

/// 2026-01-01T00:00:00Z, when both certificates are valid.
const NOW_MS: u64 = 1_767_225_600_000;
/// Bytes sent in one turn, in records of the largest size.
const SENT: usize = 1 << 20;

/// A clock that stands still, so that certificates of a fixed seed stay valid.
#[derive(Debug)]
struct Still;

impl TimeProvider for Still {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(NOW_MS)))
    }
}

/// Two ends that trust one authority.
pub(super) struct Ends {
    client: Client,
    server: Server,
}

impl Ends {
    /// Certificates of a fixed seed; nothing is resumed, so that each handshake is a full one.
    pub(super) fn new(seed: u64) -> Result<Self, Error> {
        let wrong = |error: crypto_sm::Error| failed("tls", &error);
        let mut rng = StdRng::seed_from_u64(seed);
        let validity = Validity {
            not_before_ms: NOW_MS - 86_400_000,
            not_after_ms: NOW_MS + 86_400_000,
        };
        let key = SecretKey::generate(&mut rng);
        let authority =
            issue_authority("bench", "bench CA", &key, validity, &mut rng).map_err(wrong)?;
        let issuer = Issuer::new(authority.clone(), key).map_err(wrong)?;
        let mut identity = |name: &str| {
            let key = SecretKey::generate(&mut rng);
            let names = [AlternativeName::Dns("localhost".to_owned())];
            let certificate = issuer
                .issue_node(name, &names, key.public_key(), validity, &mut rng)
                .map_err(wrong)?;
            Identity::new(&certificate, &[], key).map_err(wrong)
        };
        let (one, two) = (identity("node1")?, identity("node2")?);
        let trust = Trust::new([&authority]).map_err(wrong)?;
        let server = ServerSettings {
            identities: vec![one],
            clients: ClientAuthentication::Required(trust.clone()),
            sm_suites: Vec::new(),
            application_protocols: Vec::new(),
            resumption: false,
            time: Arc::new(Still),
        };
        let client = ClientSettings {
            servers: trust,
            identities: vec![two],
            sm_suites: Vec::new(),
            application_protocols: Vec::new(),
            resumption: false,
            time: Arc::new(Still),
        };
        Ok(Self {
            client: Client::new(Profile::Sm, &client).map_err(wrong)?,
            server: Server::new(Profile::Sm, &server).map_err(wrong)?,
        })
    }

    /// Full handshakes in which both ends show and check certificates.
    pub(super) fn handshakes(&self) -> Entrant<'_> {
        Entrant {
            implementation: OURS,
            work: Box::new(|| self.shake_hands().map(|_| 2)),
        }
    }

    /// Data from the client to the server, sealed and opened.
    pub(super) fn records(&self) -> Result<Entrant<'_>, Error> {
        let mut pair = self.shake_hands()?;
        let data = vec![7; SENT];
        let mut received = vec![0; SENT];
        Ok(Entrant {
            implementation: OURS,
            work: Box::new(move || {
                let wrong = |error: std::io::Error| failed("tls", &error);
                let (client, server) = &mut pair;
                // The sender holds back at most one turn's bytes.
                client.set_buffer_limit(None);
                client.writer().write_all(&data).map_err(wrong)?;
                let mut line = Vec::with_capacity(SENT + SENT / 64);
                while client.wants_write() {
                    client.write_tls(&mut line).map_err(wrong)?;
                }
                let (mut line, mut read) = (&line[..], 0);
                while !line.is_empty() {
                    server.read_tls(&mut line).map_err(wrong)?;
                    let state = server
                        .process_new_packets()
                        .map_err(|error| failed("tls", &error))?;
                    let plain = state.plaintext_bytes_to_read();
                    server
                        .reader()
                        .read_exact(&mut received[read..read + plain])
                        .map_err(wrong)?;
                    read += plain;
                }
                if received == data {
                    Ok(2 * SENT as u64)
                } else {
                    Err(failed("tls", &"other data than sent"))
                }
            }),
        })
    }

    fn shake_hands(&self) -> Result<(ClientConnection, ServerConnection), Error> {
        let wrong = |error: crypto_sm::tls::rustls::Error| failed("tls", &error);
        let name = ServerName::try_from("localhost").map_err(|error| failed("tls", &error))?;
        let mut client = ClientConnection::new(self.client.configuration(), name).map_err(wrong)?;
        let configuration = self
            .server
            .configuration_of(crypto_sm::tls::Family::Sm)
            .ok_or_else(|| failed("tls", &"no SM configuration"))?;
        let mut server = ServerConnection::new(configuration).map_err(wrong)?;
        while client.wants_write() || server.wants_write() {
            carry(&mut client, &mut server)?;
            carry(&mut server, &mut client)?;
        }
        if client.is_handshaking() || server.is_handshaking() {
            return Err(failed("tls", &"the handshake does not end"));
        }
        Ok((client, server))
    }
}

/// Takes what one end has to say to the other.
fn carry<A: SideData, B: SideData>(
    from: &mut ConnectionCommon<A>,
    to: &mut ConnectionCommon<B>,
) -> Result<(), Error> {
    let wrong = |error: std::io::Error| failed("tls", &error);
    let mut line = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut line).map_err(wrong)?;
    }
    let mut line = &line[..];
    while !line.is_empty() {
        to.read_tls(&mut line).map_err(wrong)?;
        to.process_new_packets()
            .map_err(|error| failed("tls", &error))?;
    }
    Ok(())
}
