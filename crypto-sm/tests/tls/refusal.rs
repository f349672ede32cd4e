//! Connections and settings that are refused, and for which reason.

use crate::{
    pki::{CODE_SIGNING, Certified, DAY, Key, NOW, SERVER_AUTHENTICATION, Wish},
    wire::{Clock, Connection, Network, client, client_settings, server, server_settings},
};
use crypto_sm::{
    Error,
    tls::{ClientAuthentication, Identity, Trust, USER_ID},
};
use std::sync::Arc;
use x509_cert::ext::pkix::KeyUsages;

/// Who refuses a server with this certificate, and with which code.
fn server_with(network: &Network, certified: &Certified) -> String {
    let mut settings = network.server_settings();
    settings.identities = vec![certified.identity()];
    outcome(Connection::open(
        &client(&network.client_settings()),
        &server(&settings),
    ))
}

/// Who refuses a client with this certificate, and with which code.
fn client_with(network: &Network, certified: &Certified) -> String {
    let mut settings = network.client_settings();
    settings.identities = vec![certified.identity()];
    outcome(Connection::open(
        &client(&settings),
        &server(&network.server_settings()),
    ))
}

fn outcome(result: Result<Connection, crate::wire::Refusal>) -> String {
    result.map_or_else(|refusal| refusal.code(), |_| "accepted".to_owned())
}

#[test]
fn wrong_certificates_are_refused_on_both_sides() {
    let network = Network::sm();
    let issue = |change: &dyn Fn(&mut Wish)| {
        let mut wish = Wish::node("node7");
        change(&mut wish);
        network.authority.issue(&wish, Key::sm2(70))
    };
    let both = |certified: &Certified, code: &str| {
        assert_eq!(server_with(&network, certified), format!("client {code}"));
        assert_eq!(client_with(&network, certified), format!("server {code}"));
    };
    let right = issue(&|_| {});
    assert_eq!(server_with(&network, &right), "accepted");
    assert_eq!(client_with(&network, &right), "accepted");

    both(&issue(&|wish| wish.not_after = NOW - 1), "HT-CRY-095");
    both(&issue(&|wish| wish.not_before = NOW + 1), "HT-CRY-095");
    both(
        &issue(&|wish| wish.purposes = vec![CODE_SIGNING]),
        "HT-CRY-021",
    );
    // The handshake's user id is none for certificates.
    both(&issue(&|wish| wish.user_id = USER_ID), "HT-CRY-094");
    both(&issue(&|wish| wish.user_id = b""), "HT-CRY-094");

    let server_only = issue(&|wish| wish.purposes = vec![SERVER_AUTHENTICATION]);
    assert_eq!(server_with(&network, &server_only), "accepted");
    assert_eq!(client_with(&network, &server_only), "server HT-CRY-021");

    let other_name = issue(&|wish| wish.dns_names = vec!["evil.example.org"]);
    assert_eq!(server_with(&network, &other_name), "client HT-CRY-096");
    assert_eq!(client_with(&network, &other_name), "accepted");
    let no_name = issue(&|wish| wish.dns_names = Vec::new());
    assert_eq!(server_with(&network, &no_name), "client HT-CRY-096");
}

#[test]
fn a_stranger_s_authority_of_the_same_name_is_refused_on_both_sides() {
    let network = Network::sm();
    let rogue = Certified::root(&Wish::authority("Steel CA"), Key::sm2(666));
    let leaf = rogue.issue(&Wish::node("node1"), Key::sm2(2));
    assert_eq!(server_with(&network, &leaf), "client HT-CRY-094");
    assert_eq!(client_with(&network, &leaf), "server HT-CRY-094");
    let other = Certified::root(&Wish::authority("Other CA"), Key::sm2(667));
    let leaf = other.issue(&Wish::node("node1"), Key::sm2(2));
    assert_eq!(server_with(&network, &leaf), "client HT-CRY-094");
    assert_eq!(client_with(&network, &leaf), "server HT-CRY-094");
    let itself = Certified::root(&Wish::node("node1"), Key::sm2(2));
    assert_eq!(server_with(&network, &itself), "client HT-CRY-094");
}

#[test]
fn a_client_without_certificate_is_refused_where_one_is_required() {
    let network = Network::sm();
    let anonymous = client(&client_settings(network.authority.trust(), Vec::new()));
    let refusal = Connection::open(&anonymous, &server(&network.server_settings())).unwrap_err();
    assert_eq!(refusal.code(), "server HT-CRY-094");
}

/// An identity of a certificate whose key may not sign: our own side will not make one, so the usage is checked there and,
/// for peers that do not care, in the verifiers.
fn careless(certified: &Certified) -> Arc<crypto_sm::tls::rustls::sign::CertifiedKey> {
    use crypto_sm::tls::{Profile, provider, rustls};
    use x509_cert::der::Encode;
    let key = rustls::pki_types::pem::PemObject::from_pem_slice(certified.key.pem().as_bytes());
    let certified = rustls::sign::CertifiedKey::from_der(
        vec![certified.certificate.to_der().unwrap().into()],
        key.unwrap(),
        &provider(Profile::Sm),
    );
    Arc::new(certified.unwrap())
}

#[test]
fn the_certificate_for_encryption_of_a_pair_is_refused_for_signing() {
    use crypto_sm::tls::{Profile, provider, rustls};
    let network = Network::sm();
    let usages = [
        Some(KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment | KeyUsages::KeyAgreement),
        Some(KeyUsages::NonRepudiation.into()),
        // GB/T 20518 wants the extension.
        None,
    ];
    for usage in usages {
        let mut wish = Wish::node("node7");
        wish.usage = usage;
        let certified = network.authority.issue(&wish, Key::sm2(70));
        let refused = Identity::from_pem(&certified.pem(), &certified.key.pem()).unwrap_err();
        let expected = Error::CertificateKeyUsage {
            name: "node7".to_owned(),
            usage: "digitalSignature",
        };
        assert_eq!(refused, expected);

        let resolver = Arc::new(rustls::sign::SingleCertAndKey::from(
            rustls::sign::CertifiedKey::clone(&careless(&certified)),
        ));
        let careless_server =
            rustls::ServerConfig::builder_with_details(provider(Profile::Sm), Arc::new(Clock(NOW)))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .unwrap()
                .with_no_client_auth()
                .with_cert_resolver(resolver.clone());
        let refusal = Connection::open_raw(
            client(&network.client_settings()).configuration(),
            Arc::new(careless_server),
            &mut |_, _| {},
        )
        .unwrap_err();
        assert_eq!(refusal.code(), "client HT-CRY-021");

        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(
                x509_cert::der::Encode::to_der(&network.authority.certificate)
                    .unwrap()
                    .into(),
            )
            .unwrap();
        let careless_client =
            rustls::ClientConfig::builder_with_details(provider(Profile::Sm), Arc::new(Clock(NOW)))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .unwrap()
                .with_root_certificates(roots)
                .with_client_cert_resolver(resolver);
        let refusal = Connection::open_to(
            Arc::new(careless_client),
            &server(&network.server_settings()),
            "localhost",
        )
        .unwrap_err();
        assert_eq!(refusal.code(), "server HT-CRY-021");
    }
}

#[test]
fn authorities_that_may_not_issue_are_refused() {
    let network = Network::sm();
    let mut wish = Wish::authority("Works CA");
    wish.usage = Some(KeyUsages::CRLSign.into());
    let works = network.authority.issue(&wish, Key::sm2(20));
    let leaf = works.issue(&Wish::node("node9"), Key::sm2(21));
    let mut settings = network.server_settings();
    settings.identities = vec![leaf.identity_below(&[&works])];
    let result = Connection::open(&client(&network.client_settings()), &server(&settings));
    assert_eq!(outcome(result), "client HT-CRY-021");

    // A node's certificate issues nothing, even if its key is used so.
    let node = &network.server;
    let leaf = node.issue(&Wish::node("node9"), Key::sm2(21));
    settings.identities = vec![leaf.identity_below(&[node])];
    let result = Connection::open(&client(&network.client_settings()), &server(&settings));
    assert_eq!(outcome(result), "client HT-CRY-094");

    assert_eq!(
        Trust::from_pem(&works.pem(), "").unwrap_err(),
        Error::CertificateKeyUsage {
            name: "Works CA".to_owned(),
            usage: "keyCertSign"
        }
    );
    assert_eq!(
        Trust::from_pem(&node.pem(), "").unwrap_err(),
        Error::CertificateNotAuthority {
            name: "node1".to_owned()
        }
    );
}

#[test]
fn families_do_not_mix_in_a_chain() {
    let sm = Network::sm();
    let world = Network::international();
    let leaf = world.authority.issue(&Wish::node("node1"), Key::sm2(2));
    // Trusting both authorities does not help: an SM2 key below a P-256 authority belongs to no family.
    let trust = Trust::from_pem(&(sm.authority.pem() + &world.authority.pem()), "").unwrap();
    let mut settings = sm.server_settings();
    settings.identities = vec![leaf.identity()];
    settings.clients = ClientAuthentication::None;
    for profile in [
        crypto_sm::tls::Profile::Sm,
        crypto_sm::tls::Profile::SmAndInternational,
    ] {
        let client =
            crypto_sm::tls::Client::new(profile, &client_settings(trust.clone(), Vec::new()))
                .unwrap();
        let result = Connection::open(&client, &server(&settings));
        assert_eq!(outcome(result), "client HT-CRY-094", "{profile:?}");
    }
}

#[test]
fn revoked_certificates_are_refused_on_both_sides() {
    let network = Network::sm();
    let mut wish = Wish::node("node7");
    wish.serial = 7;
    let seventh = network.authority.issue(&wish, Key::sm2(70));
    let with_list = |list: &str| {
        let trust = Trust::from_pem(&network.authority.pem(), list).unwrap();
        let server = server(&server_settings(
            vec![seventh.identity()],
            ClientAuthentication::Required(trust.clone()),
        ));
        let client = client(&client_settings(trust, vec![seventh.identity()]));
        // Each end judges the other; the end that hears nothing of lists accepts.
        let trusting_client = self::client(&client_settings(
            network.authority.trust(),
            vec![seventh.identity()],
        ));
        let trusting_server = self::server(&server_settings(
            vec![seventh.identity()],
            ClientAuthentication::Required(network.authority.trust()),
        ));
        [
            outcome(Connection::open(&client, &trusting_server)),
            outcome(Connection::open(&trusting_client, &server)),
        ]
    };
    let list = |serials: &[u32]| network.authority.revocation_list(serials, NOW + DAY);
    assert_eq!(with_list(&list(&[])), ["accepted", "accepted"]);
    assert_eq!(with_list(&list(&[6, 8])), ["accepted", "accepted"]);
    assert_eq!(
        with_list(&list(&[6, 7])),
        ["client HT-CRY-097", "server HT-CRY-097"]
    );
    // A list past its next update says nothing any more, and nobody may hide behind it.
    let old = network.authority.revocation_list(&[], NOW - 1);
    assert_eq!(with_list(&old), ["client HT-CRY-093", "server HT-CRY-093"]);
    // A list of somebody else under the authority's name.
    let rogue = Certified::root(&Wish::authority("Steel CA"), Key::sm2(666));
    let forged = rogue.revocation_list(&[7], NOW + DAY);
    assert_eq!(
        with_list(&forged),
        ["client HT-CRY-093", "server HT-CRY-093"]
    );
    // The list of another authority does not concern this one.
    let other = Certified::root(&Wish::authority("Other CA"), Key::sm2(667));
    let foreign = other.revocation_list(&[7], NOW + DAY);
    assert_eq!(with_list(&foreign), ["accepted", "accepted"]);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let network = Network::sm();
    let (pem, key) = (network.server.pem(), network.server.key.pem());
    assert_eq!(
        Identity::from_pem(&pem, &network.client.key.pem()).unwrap_err(),
        Error::CertificateKey {
            name: "node1".to_owned()
        }
    );
    assert_eq!(
        Identity::from_pem("", &key).unwrap_err(),
        Error::TlsCertificates
    );
    assert_eq!(
        Identity::from_pem(&key, &key).unwrap_err(),
        Error::TlsCertificates
    );
    assert_eq!(Identity::from_pem(&pem, &pem).unwrap_err(), Error::TlsKey);
    let other = Key::p256();
    assert_eq!(
        Identity::from_pem(&pem, &other.pem()).unwrap_err(),
        Error::TlsKey
    );
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(
        Identity::from_pem(&pem, &encrypted).unwrap_err(),
        Error::TlsKey
    );
    assert_eq!(Trust::from_pem("", "").unwrap_err(), Error::TlsCertificates);
    for list in ["nonsense", &pem, &pem.replace("CERTIFICATE", "X509 CRL")] {
        assert_eq!(
            Trust::from_pem(&network.authority.pem(), list).unwrap_err(),
            Error::TlsRevocationList
        );
    }
    let world = Network::international();
    let mut settings = network.server_settings();
    settings.identities = vec![world.server.identity()];
    use crypto_sm::tls::{Client, Profile, Server};
    for profile in [Profile::Sm, Profile::SmAndInternational] {
        // An SM identity is needed in any case, and just one.
        assert_eq!(
            Server::new(profile, &settings).unwrap_err(),
            Error::TlsCertificates
        );
    }
    settings.identities = vec![network.server.identity(), network.client.identity()];
    assert_eq!(
        Server::new(Profile::Sm, &settings).unwrap_err(),
        Error::TlsCertificates
    );
    settings.identities = vec![network.server.identity()];
    settings.sm_suites = vec![crypto_sm::tls::rustls::CipherSuite::TLS13_AES_128_GCM_SHA256];
    assert!(Server::new(Profile::Sm, &settings).is_err());
    // An SM client that trusts international authorities only could reach nobody.
    assert_eq!(
        Client::new(
            Profile::Sm,
            &client_settings(world.authority.trust(), Vec::new())
        )
        .unwrap_err(),
        Error::TlsCertificates
    );
}

#[test]
fn plain_text_at_a_tls_port_is_refused_with_an_alert() {
    use crypto_sm::tls::rustls::server::Acceptor;
    for request in [
        &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut acceptor = Acceptor::default();
        acceptor.read_tls(&mut &request[..]).unwrap();
        let (error, _) = acceptor.accept().err().unwrap();
        assert_eq!(crypto_sm::tls::explain(&error).code(), "HT-CRY-102");
    }
}
