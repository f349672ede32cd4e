//! Which family comes out, for every pair of sides.

use crate::pki::NOW;
use crate::wire::{Clock, Connection, Network, client_settings, server_settings};
use crypto_sm::{
    Error,
    tls::{
        self, CURVE_SM2, Client, ClientAuthentication, Family, Profile, Server, Trust,
        rustls::{
            self, ClientConfig, HandshakeKind, ProtocolVersion, ServerConfig,
            crypto::{CryptoProvider, ring},
            server::WebPkiClientVerifier,
            version::{TLS12, TLS13},
        },
    },
};
use std::sync::Arc;

struct World {
    sm: Network,
    international: Network,
}

impl World {
    fn new() -> Self {
        Self {
            sm: Network::sm(),
            international: Network::international(),
        }
    }

    fn trust(&self) -> Trust {
        let both = self.sm.authority.pem() + &self.international.authority.pem();
        Trust::from_pem(&both, "").unwrap()
    }

    /// Asks for certificates of either family.
    fn server(&self, profile: Profile) -> Server {
        let identities = vec![
            self.international.server.identity(),
            self.sm.server.identity(),
        ];
        let clients = ClientAuthentication::Required(self.trust());
        Server::new(profile, &server_settings(identities, clients)).unwrap()
    }

    fn client(&self, profile: Profile) -> Client {
        let identities = vec![
            self.international.client.identity(),
            self.sm.client.identity(),
        ];
        Client::new(profile, &client_settings(self.trust(), identities)).unwrap()
    }

    /// One that has never heard of SM.
    fn international_client(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> Arc<ClientConfig> {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(certificate(&self.international.authority))
            .unwrap();
        let builder = ClientConfig::builder_with_details(
            Arc::new(ring::default_provider()),
            Arc::new(Clock(NOW)),
        );
        let identity = (
            vec![certificate(&self.international.client)],
            rustls::pki_types::pem::PemObject::from_pem_slice(
                self.international.client.key.pem().as_bytes(),
            )
            .unwrap(),
        );
        let configuration = builder
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(identity.0, identity.1)
            .unwrap();
        Arc::new(configuration)
    }
}

fn certificate(certified: &crate::pki::Certified) -> rustls::pki_types::CertificateDer<'static> {
    use x509_cert::der::Encode;
    certified.certificate.to_der().unwrap().into()
}

/// The family on both sides.
fn family(connection: &Connection) -> Family {
    let family = tls::check_negotiated(&connection.client).unwrap();
    assert_eq!(tls::check_negotiated(&connection.server), Ok(family));
    family
}

#[test]
fn sm_comes_first_wherever_both_sides_have_it() {
    let world = World::new();
    for client in [Profile::Sm, Profile::SmAndInternational] {
        for server in [Profile::Sm, Profile::SmAndInternational] {
            let connection =
                Connection::open(&world.client(client), &world.server(server)).unwrap();
            assert_eq!(family(&connection), Family::Sm, "{client:?} {server:?}");
            assert_eq!(
                connection.client.handshake_kind(),
                Some(HandshakeKind::Full)
            );
        }
    }
}

#[test]
fn international_clients_are_served_where_that_is_configured() {
    let world = World::new();
    let server = world.server(Profile::SmAndInternational);
    for (versions, expected) in [
        (&[&TLS13][..], ProtocolVersion::TLSv1_3),
        (&[&TLS12], ProtocolVersion::TLSv1_2),
        (&[&TLS13, &TLS12], ProtocolVersion::TLSv1_3),
    ] {
        let client = world.international_client(versions);
        let mut connection = Connection::open_to(client, &server, "localhost").unwrap();
        assert_eq!(family(&connection), Family::International);
        assert_eq!(connection.client.protocol_version(), Some(expected));
        assert_eq!(connection.upload(b"hello"), b"hello");
    }
}

#[test]
fn an_sm_server_refuses_international_clients_with_an_alert() {
    let world = World::new();
    for versions in [&[&TLS13][..], &[&TLS12], &[&TLS13, &TLS12]] {
        // A server without an international identity stays an SM server whatever the profile.
        let alone = Server::new(Profile::SmAndInternational, &world.sm.server_settings()).unwrap();
        for server in [&world.server(Profile::Sm), &alone] {
            let client = world.international_client(versions);
            // `open_to` asserts that the client receives the alert.
            let refusal = Connection::open_to(client, server, "localhost").unwrap_err();
            assert_eq!(refusal.code(), "server HT-CRY-098", "{versions:?}");
        }
    }
}

#[test]
fn an_sm_client_refuses_an_international_server() {
    let world = World::new();
    let server = world.server(Profile::SmAndInternational);
    let international = server.configuration_of(Family::International).unwrap();
    let client = world.client(Profile::Sm).configuration();
    let refusal = Connection::open_raw(client, international, &mut |_, _| {}).unwrap_err();
    assert_eq!(refusal.code(), "server HT-CRY-098");
}

#[test]
fn a_client_of_both_families_reaches_an_international_server_after_a_retry() {
    let world = World::new();
    let server = world.server(Profile::SmAndInternational);
    let international = server.configuration_of(Family::International).unwrap();
    let client = world.client(Profile::SmAndInternational).configuration();
    let connection = Connection::open_raw(client, international, &mut |_, _| {}).unwrap();
    assert_eq!(family(&connection), Family::International);
    // The client's first share is for curveSM2.
    assert_eq!(
        connection.client.handshake_kind(),
        Some(HandshakeKind::FullWithHelloRetryRequest)
    );
}

/// A provider of both families with other groups or suites.
fn changed(change: impl FnOnce(&mut CryptoProvider)) -> Arc<CryptoProvider> {
    let mut provider = CryptoProvider::clone(&tls::provider(Profile::SmAndInternational));
    change(&mut provider);
    Arc::new(provider)
}

#[test]
fn an_sm_server_asks_for_a_share_on_curve_sm2() {
    let world = World::new();
    let provider = changed(|provider| {
        provider
            .kx_groups
            .sort_by_key(|group| group.name() == CURVE_SM2);
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate(&world.sm.authority)).unwrap();
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(
        Arc::new(roots),
        tls::provider(Profile::Sm),
    )
    .build()
    .unwrap();
    let client = ClientConfig::builder_with_details(provider, Arc::new(Clock(NOW)))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_webpki_verifier(verifier)
        .with_no_client_auth();
    let server = Server::new(
        Profile::Sm,
        &server_settings(vec![world.sm.server.identity()], ClientAuthentication::None),
    )
    .unwrap();
    let mut connection = Connection::open_to(Arc::new(client), &server, "localhost").unwrap();
    assert_eq!(family(&connection), Family::Sm);
    assert_eq!(
        connection.client.handshake_kind(),
        Some(HandshakeKind::FullWithHelloRetryRequest)
    );
    assert_eq!(connection.upload(b"after a retry"), b"after a retry");
}

/// A server that does what RFC 8998 does not allow: these suites and groups with this certificate.
fn mixed_server(
    identity: &crate::pki::Certified,
    change: impl FnOnce(&mut CryptoProvider),
) -> Arc<ServerConfig> {
    let key = rustls::pki_types::pem::PemObject::from_pem_slice(identity.key.pem().as_bytes());
    let configuration = ServerConfig::builder_with_details(changed(change), Arc::new(Clock(NOW)))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_client_cert_verifier(WebPkiClientVerifier::no_client_auth())
        .with_single_cert(vec![certificate(identity)], key.unwrap())
        .unwrap();
    Arc::new(configuration)
}

#[test]
fn a_client_of_both_families_sees_through_servers_that_mix_them() {
    let world = World::new();
    let is_sm =
        |suite: &rustls::SupportedCipherSuite| Family::of_suite(suite.suite()) == Family::Sm;
    let outcome = |server| {
        // Each with a client of its own: a session of one server is no use at another.
        let client = world.client(Profile::SmAndInternational);
        let connection =
            Connection::open_raw(client.configuration(), server, &mut |_, _| {}).unwrap();
        tls::check_negotiated(&connection.client)
    };
    // Nothing changed: this is the control.
    assert_eq!(
        outcome(mixed_server(&world.sm.server, |_| {})),
        Ok(Family::Sm)
    );
    let international_suite = mixed_server(&world.sm.server, |provider| {
        provider.cipher_suites.retain(|suite| !is_sm(suite));
    });
    assert_eq!(outcome(international_suite), Err(Error::TlsMixed));
    let international_group = mixed_server(&world.sm.server, |provider| {
        provider.kx_groups.retain(|group| group.name() != CURVE_SM2);
    });
    assert_eq!(outcome(international_group), Err(Error::TlsMixed));
    let international_certificate = mixed_server(&world.international.server, |provider| {
        provider.cipher_suites.retain(is_sm);
    });
    assert_eq!(outcome(international_certificate), Err(Error::TlsMixed));
    let sm_group_only = mixed_server(&world.international.server, |provider| {
        provider.cipher_suites.retain(|suite| !is_sm(suite));
        provider.kx_groups.retain(|group| group.name() == CURVE_SM2);
    });
    assert_eq!(outcome(sm_group_only), Err(Error::TlsMixed));
}

#[test]
fn profiles_have_words() {
    for profile in [Profile::Sm, Profile::SmAndInternational] {
        assert_eq!(Profile::from_word(profile.word()), Some(profile));
    }
    assert_eq!(Profile::from_word("international"), None);
}
