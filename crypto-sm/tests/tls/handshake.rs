//! Connections that succeed.

use crate::{
    pki::{Key, Wish},
    wire::{Connection, Network, client, client_settings, server, server_settings},
};
use crypto_sm::tls::{
    self, CURVE_SM2, ClientAuthentication, Family, TLS_SM4_CCM_SM3, TLS_SM4_GCM_SM3,
    rustls::{CipherSuite, HandshakeKind, ProtocolVersion},
};

fn suite(connection: &Connection) -> CipherSuite {
    connection.client.negotiated_cipher_suite().unwrap().suite()
}

#[test]
fn both_sides_show_certificates_and_agree_on_sm4_gcm() {
    let network = Network::sm();
    let (client, server) = (
        client(&network.client_settings()),
        server(&network.server_settings()),
    );
    let mut connection = Connection::open(&client, &server).unwrap();
    assert_eq!(suite(&connection), TLS_SM4_GCM_SM3);
    let group = connection.client.negotiated_key_exchange_group().unwrap();
    assert_eq!(group.name(), CURVE_SM2);
    assert_eq!(
        connection.client.protocol_version(),
        Some(ProtocolVersion::TLSv1_3)
    );
    assert_eq!(
        connection.client.handshake_kind(),
        Some(HandshakeKind::Full)
    );
    assert_eq!(tls::check_negotiated(&connection.client), Ok(Family::Sm));
    assert_eq!(tls::check_negotiated(&connection.server), Ok(Family::Sm));
    for peer in [
        connection.client.peer_certificates(),
        connection.server.peer_certificates(),
    ] {
        assert_eq!(peer.unwrap().len(), 1);
    }
    assert_eq!(connection.upload(b"coal 12.5 t"), b"coal 12.5 t");
    assert_eq!(connection.download(b"accepted"), b"accepted");
}

#[test]
fn sm4_ccm_works_alone_on_either_side() {
    let network = Network::sm();
    let mut only = network.client_settings();
    only.sm_suites = vec![TLS_SM4_CCM_SM3];
    let both = server(&network.server_settings());
    let mut connection = Connection::open(&client(&only), &both).unwrap();
    assert_eq!(suite(&connection), TLS_SM4_CCM_SM3);
    let long: Vec<u8> = (0..70_000u32).map(|index| index as u8).collect();
    assert_eq!(connection.upload(&long), long);
    assert_eq!(connection.download(&long), long);

    let mut only = network.server_settings();
    only.sm_suites = vec![TLS_SM4_CCM_SM3];
    let both = client(&network.client_settings());
    let connection = Connection::open(&both, &server(&only)).unwrap();
    assert_eq!(suite(&connection), TLS_SM4_CCM_SM3);
}

#[test]
fn an_intermediate_authority_and_null_parameters_are_accepted() {
    let network = Network::sm();
    let mut wish = Wish::authority("Works CA");
    wish.null_parameters = true;
    let works = network.authority.issue(&wish, Key::sm2(20));
    let mut wish = Wish::node("node9");
    wish.null_parameters = true;
    let leaf = works.issue(&wish, Key::sm2(21));
    let identity = leaf.identity_below(&[&works]);
    let trust = network.authority.trust();
    let server = server(&server_settings(
        vec![identity.clone()],
        ClientAuthentication::Required(trust.clone()),
    ));
    let client = client(&client_settings(trust, vec![identity]));
    let connection = Connection::open(&client, &server).unwrap();
    assert_eq!(connection.client.peer_certificates().unwrap().len(), 2);
}

#[test]
fn clients_may_stay_anonymous_where_that_is_allowed() {
    let network = Network::sm();
    let trust = network.authority.trust();
    let anonymous = client(&client_settings(trust.clone(), Vec::new()));
    let known = client(&network.client_settings());
    let with = |clients| server(&server_settings(vec![network.server.identity()], clients));
    let shown = |client: &_, server: &_| {
        let connection = Connection::open(client, server).unwrap();
        connection.server.peer_certificates().is_some()
    };
    let optional = with(ClientAuthentication::Optional(trust));
    assert!(!shown(&anonymous, &optional));
    assert!(shown(&known, &optional));
    let none = with(ClientAuthentication::None);
    assert!(!shown(&anonymous, &none));
    assert!(!shown(&known, &none));
}

#[test]
fn sessions_resume_with_a_new_agreement_until_the_settings_change() {
    let network = Network::sm();
    let (client, server) = (
        client(&network.client_settings()),
        server(&network.server_settings()),
    );
    let kind = || {
        let mut connection = Connection::open(&client, &server).unwrap();
        let group = connection.client.negotiated_key_exchange_group();
        assert_eq!(group.map(|group| group.name()), Some(CURVE_SM2));
        assert_eq!(connection.upload(b"again"), b"again");
        assert_eq!(tls::check_negotiated(&connection.server), Ok(Family::Sm));
        connection.server.handshake_kind().unwrap()
    };
    assert_eq!(kind(), HandshakeKind::Full);
    assert_eq!(kind(), HandshakeKind::Resumed);
    assert_eq!(kind(), HandshakeKind::Resumed);
    server.replace(&network.server_settings()).unwrap();
    assert_eq!(kind(), HandshakeKind::Full);
    assert_eq!(kind(), HandshakeKind::Resumed);
    client.replace(&network.client_settings()).unwrap();
    assert_eq!(kind(), HandshakeKind::Full);
}

#[test]
fn nothing_resumes_where_resumption_is_off() {
    let network = Network::sm();
    let mut settings = network.server_settings();
    settings.resumption = false;
    let (client, server) = (client(&network.client_settings()), server(&settings));
    for _ in 0..2 {
        let connection = Connection::open(&client, &server).unwrap();
        assert_eq!(
            connection.client.handshake_kind(),
            Some(HandshakeKind::Full)
        );
    }
}

#[test]
fn a_session_of_one_server_does_not_resume_at_another() {
    let network = Network::sm();
    let client = client(&network.client_settings());
    let first = server(&network.server_settings());
    Connection::open(&client, &first).unwrap();
    let other = server(&network.server_settings());
    let connection = Connection::open(&client, &other).unwrap();
    assert_eq!(
        connection.client.handshake_kind(),
        Some(HandshakeKind::Full)
    );
}

#[test]
fn keys_are_updated_and_exported() {
    let network = Network::sm();
    let (client, server) = (
        client(&network.client_settings()),
        server(&network.server_settings()),
    );
    let mut connection = Connection::open(&client, &server).unwrap();
    for round in 0..3u8 {
        connection.client.refresh_traffic_keys().unwrap();
        assert_eq!(connection.upload(&[round; 100]), [round; 100]);
        connection.server.refresh_traffic_keys().unwrap();
        assert_eq!(connection.download(&[round; 99]), [round; 99]);
    }
    let export = |label: &[u8], context| {
        let ours = connection
            .client
            .export_keying_material([0; 32], label, context)
            .unwrap();
        let theirs = connection
            .server
            .export_keying_material([0; 32], label, context)
            .unwrap();
        assert_eq!(ours, theirs);
        ours
    };
    let first = export(b"EXPORTER-hengtan", None);
    assert_ne!(first, [0; 32]);
    assert_ne!(first, export(b"EXPORTER-other", None));
    assert_ne!(first, export(b"EXPORTER-hengtan", Some(b"context")));
}

#[test]
fn a_mebibyte_passes_both_ways() {
    let network = Network::sm();
    let (client, server) = (
        client(&network.client_settings()),
        server(&network.server_settings()),
    );
    let mut connection = Connection::open(&client, &server).unwrap();
    let data: Vec<u8> = (0..1u32 << 20)
        .map(|index| ((index * 31) >> 3) as u8)
        .collect();
    assert!(connection.upload(&data) == data);
    assert!(connection.download(&data) == data);
}

#[test]
fn application_protocols_are_agreed_on() {
    let network = Network::sm();
    let (mut ours, mut theirs) = (network.client_settings(), network.server_settings());
    theirs.application_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    for protocol in [&b"h2"[..], b"http/1.1"] {
        ours.application_protocols = vec![protocol.to_vec()];
        let connection = Connection::open(&client(&ours), &server(&theirs)).unwrap();
        assert_eq!(connection.server.alpn_protocol(), Some(protocol));
    }
}

#[test]
fn a_new_certificate_is_served_without_a_restart() {
    let network = Network::sm();
    let (client, server) = (
        client(&network.client_settings()),
        server(&network.server_settings()),
    );
    let shown = || {
        let connection = Connection::open(&client, &server).unwrap();
        connection.client.peer_certificates().unwrap()[0].to_vec()
    };
    let first = shown();
    let renewed = network.authority.issue(&Wish::node("node1"), Key::sm2(40));
    let mut settings = network.server_settings();
    settings.identities = vec![renewed.identity()];
    server.replace(&settings).unwrap();
    let second = shown();
    assert_ne!(first, second);
    // Settings that are refused leave everything as it was.
    settings.identities.clear();
    assert_eq!(
        server.replace(&settings),
        Err(crypto_sm::Error::TlsCertificates)
    );
    assert_eq!(shown(), second);
}

#[test]
fn certificates_of_this_crate_serve() {
    use crypto_sm::{
        certificate::{AlternativeName, Issuer, Validity, issue_authority},
        sm2::SecretKey,
        tls::{Identity, Trust},
    };
    use rand::{SeedableRng, rngs::StdRng};
    let mut rng = StdRng::seed_from_u64(5);
    let validity =
        Validity::new((crate::pki::NOW - 10) * 1000, (crate::pki::NOW + 10) * 1000).unwrap();
    let key = SecretKey::generate(&mut rng);
    let root = issue_authority("steel", "Root CA", &key, validity, &mut rng).unwrap();
    let issuer = Issuer::new(root, key).unwrap();
    let key = SecretKey::generate(&mut rng);
    let names: [AlternativeName; 2] =
        ["node1.example.org", "127.0.0.1"].map(|name| name.parse().unwrap());
    let node = issuer
        .issue_node("node1", &names, key.public_key(), validity, &mut rng)
        .unwrap();
    let identity = Identity::new(&node, &[], key).unwrap();
    let trust = Trust::new([issuer.certificate()]).unwrap();
    let server = server(&server_settings(
        vec![identity.clone()],
        ClientAuthentication::Required(trust.clone()),
    ));
    let client = client(&client_settings(trust, vec![identity]));
    for name in ["node1.example.org", "127.0.0.1"] {
        Connection::open_to(client.configuration(), &server, name).unwrap();
    }
    assert!(Connection::open_to(client.configuration(), &server, "127.0.0.2").is_err());
}

#[test]
fn keys_in_sec_1_are_read() {
    let network = Network::sm();
    let Key::Sm2(key) = &network.server.key else {
        unreachable!()
    };
    let secret = sm2::SecretKey::from_slice(&*key.to_bytes()).unwrap();
    let der = secret.to_sec1_der().unwrap();
    let pem = x509_cert::der::pem::encode_string(
        "EC PRIVATE KEY",
        x509_cert::der::pem::LineEnding::LF,
        &der,
    );
    let text = network.server.pem();
    let identity = tls::Identity::from_pem(&text, &pem.unwrap()).unwrap();
    assert_eq!(identity.family(), Family::Sm);
    assert_eq!(identity.name(), "node1");
}
