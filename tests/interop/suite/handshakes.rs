//! TLS 1.3 with SM suites (RFC 8998) over loopback: each side as server and as client, alone and mutual.

use crate::strangers::{Source, offering};
use crypto_sm::{
    certificate::{Issuer, Validity, issue_root},
    sm2::SecretKey,
    tls::{
        self, Client, ClientAuthentication, ClientSettings, Identity, Profile, Server,
        ServerSettings, Trust,
        rustls::{
            CipherSuite, ClientConnection, ConnectionCommon, HandshakeKind, ServerConnection,
            SideData, pki_types::ServerName, server::Acceptor, time_provider::DefaultTimeProvider,
        },
    },
};
use hengtan_interop::{Answer, Stranger, tally::Tally};
use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

/// How long a silent peer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// 2020-01-01 till 2049-12-31.
const BEGIN: u64 = 1_577_836_800_000;
const END: u64 = 2_524_521_600_000;

const SUITES: [(&str, CipherSuite); 2] = [
    ("TLS_SM4_GCM_SM3", tls::TLS_SM4_GCM_SM3),
    ("TLS_SM4_CCM_SM3", tls::TLS_SM4_CCM_SM3),
];

/// A node's key and certificates below one root.
struct Node {
    key: SecretKey,
    /// The leaf first, then the authority below the root.
    chain: [Vec<u8>; 2],
    pem: String,
    /// The root.
    authority: Vec<u8>,
    authority_pem: String,
}

impl Node {
    fn new(source: &mut Source) -> Self {
        let validity = Validity::new(BEGIN, END).unwrap();
        let [top, middle, key]: [SecretKey; 3] =
            std::array::from_fn(|_| SecretKey::generate(&mut source.0));
        let root = issue_root("steel", "Root CA", 1, &top, validity, &mut source.0).unwrap();
        let root = Issuer::new(root, top).unwrap();
        let between = root
            .issue_intermediate("East CA", 0, middle.public_key(), validity, &mut source.0)
            .unwrap();
        let between = Issuer::new(between, middle).unwrap();
        let names = ["localhost".parse().unwrap()];
        let leaf = between
            .issue_node("node-1", &names, key.public_key(), validity, &mut source.0)
            .unwrap();
        Self {
            key,
            chain: [
                leaf.to_der().to_vec(),
                between.certificate().to_der().to_vec(),
            ],
            pem: leaf.to_pem() + &between.certificate().to_pem(),
            authority: root.certificate().to_der().to_vec(),
            authority_pem: root.certificate().to_pem(),
        }
    }

    fn identity(&self) -> Identity {
        Identity::from_pem(&self.pem, &self.key.to_pkcs8_pem()).unwrap()
    }

    fn trust(&self) -> Trust {
        Trust::from_pem(&self.authority_pem, "").unwrap()
    }
}

fn code(suite: CipherSuite) -> Vec<u8> {
    u16::from(suite).to_be_bytes().to_vec()
}

/// Completes the handshake and checks what came of it.
fn shake<D: SideData>(
    connection: &mut ConnectionCommon<D>,
    stream: &mut TcpStream,
    suite: CipherSuite,
) -> io::Result<()> {
    while connection.is_handshaking() {
        connection.complete_io(stream)?;
    }
    tls::check_negotiated(connection).unwrap();
    assert_eq!(
        connection
            .negotiated_cipher_suite()
            .map(|chosen| chosen.suite()),
        Some(suite)
    );
    Ok(())
}

/// The next bytes that arrive.
fn receive<D: SideData>(
    connection: &mut ConnectionCommon<D>,
    stream: &mut TcpStream,
) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match connection.reader().read(&mut buffer) {
            Ok(count) => {
                buffer.truncate(count);
                return Ok(buffer);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        connection.complete_io(stream)?;
    }
}

/// Our client against their server; what it sent comes back, and how the handshake went.
fn connect_how(
    client: &Client,
    port: u16,
    suite: CipherSuite,
    message: &[u8],
) -> io::Result<(Vec<u8>, Option<HandshakeKind>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = ClientConnection::new(client.configuration(), name).unwrap();
    shake(&mut connection, &mut stream, suite)?;
    connection.writer().write_all(message)?;
    connection.complete_io(&mut stream)?;
    let mut echo = Vec::new();
    while echo.len() < message.len() {
        let more = receive(&mut connection, &mut stream)?;
        if more.is_empty() {
            break;
        }
        echo.extend(more);
    }
    connection.send_close_notify();
    connection.complete_io(&mut stream)?;
    Ok((echo, connection.handshake_kind()))
}

/// The same without how.
fn connect(client: &Client, port: u16, suite: CipherSuite, message: &[u8]) -> io::Result<Vec<u8>> {
    connect_how(client, port, suite, message).map(|(echo, _)| echo)
}

/// Our server for one connection of theirs: sends back what it receives; gives the client's first certificate.
fn serve(server: &Server, listener: &TcpListener, suite: CipherSuite) -> io::Result<Vec<u8>> {
    let (mut stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut acceptor = Acceptor::default();
    let accepted = loop {
        if acceptor.read_tls(&mut stream)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match acceptor.accept() {
            Ok(Some(accepted)) => break accepted,
            Ok(None) => {}
            Err((error, _)) => return Err(io::Error::other(error)),
        }
    };
    let configuration = server.configuration(&accepted.client_hello());
    let mut connection: ServerConnection = accepted
        .into_connection(configuration)
        .map_err(|(error, _)| io::Error::other(error))?;
    shake(&mut connection, &mut stream, suite)?;
    let shown = connection
        .peer_certificates()
        .map_or(Vec::new(), |certificates| certificates[0].to_vec());
    loop {
        let data = receive(&mut connection, &mut stream)?;
        if data.is_empty() {
            break;
        }
        connection.writer().write_all(&data)?;
        connection.complete_io(&mut stream)?;
    }
    connection.send_close_notify();
    // They may have closed the connection already.
    let _ = connection.complete_io(&mut stream);
    Ok(shown)
}

fn our_client(servers: Trust, identity: Option<Identity>, suite: CipherSuite) -> Client {
    let settings = ClientSettings {
        servers,
        identities: identity.into_iter().collect(),
        sm_suites: vec![suite],
        application_protocols: Vec::new(),
        resumption: true,
        time: Arc::new(DefaultTimeProvider),
    };
    Client::new(Profile::Sm, &settings).unwrap()
}

fn our_server(identity: Identity, clients: ClientAuthentication, suite: CipherSuite) -> Server {
    let settings = ServerSettings {
        identities: vec![identity],
        clients,
        sm_suites: vec![suite],
        application_protocols: Vec::new(),
        resumption: true,
        time: Arc::new(DefaultTimeProvider),
    };
    Server::new(Profile::Sm, &settings).unwrap()
}

/// Their server on a port; `clients` is the root of the clients, empty if none are asked for.
fn listen(stranger: &Stranger, node: &Node, clients: &[u8], suite: CipherSuite) -> u16 {
    listen_by(stranger, "tls-listen", node, clients, suite)
}

fn listen_by(
    stranger: &Stranger,
    operation: &str,
    node: &Node,
    clients: &[u8],
    suite: CipherSuite,
) -> u16 {
    let (suite, secret) = (code(suite), node.key.to_bytes());
    let arguments = [
        &suite[..],
        &*secret,
        clients,
        &node.chain[0],
        &node.chain[1],
    ];
    let port = stranger.result(operation, &arguments);
    u16::from_be_bytes(port.try_into().unwrap())
}

#[test]
fn our_client_is_served_by_them() {
    let mut tally = Tally::new("TLS 1.3, RFC 8998");
    for stranger in offering(&["tls-listen"]) {
        let source = &mut Source::new(50);
        let (server, client, impostor) = (Node::new(source), Node::new(source), Node::new(source));
        for (name, suite) in SUITES {
            for mutual in [false, true] {
                let message = source.bytes(20_000);
                let clients = if mutual { &client.authority[..] } else { &[] };
                let port = listen(stranger, &server, clients, suite);
                let ours = our_client(server.trust(), mutual.then(|| client.identity()), suite);
                let echo = connect(&ours, port, suite, &message);
                let served = stranger.ask("tls-served", &[&port.to_be_bytes()]);
                assert_eq!(echo.unwrap(), message);
                let shown = if mutual {
                    client.chain[0].clone()
                } else {
                    Vec::new()
                };
                assert_eq!(served, Answer::Given(vec![code(suite), shown]));
                let kind = if mutual { "mutual" } else { "server only" };
                tally.count(stranger.name, format!("our client, {name}, {kind}"));
            }
            // A server below another root is refused here, a client below another root there.
            let port = listen(stranger, &impostor, &[], suite);
            let ours = our_client(server.trust(), None, suite);
            assert!(connect(&ours, port, suite, b"hello").is_err());
            assert_eq!(
                stranger.ask("tls-served", &[&port.to_be_bytes()]),
                Answer::Refused
            );
            tally.count(
                stranger.name,
                format!("our client, {name}, impostor refused here"),
            );
            let port = listen(stranger, &server, &client.authority, suite);
            let ours = our_client(server.trust(), Some(impostor.identity()), suite);
            assert!(connect(&ours, port, suite, b"hello").is_err());
            assert_eq!(
                stranger.ask("tls-served", &[&port.to_be_bytes()]),
                Answer::Refused
            );
            tally.count(
                stranger.name,
                format!("our client, {name}, impostor refused there"),
            );
        }
    }
}

#[test]
fn our_server_serves_them() {
    let mut tally = Tally::new("TLS 1.3, RFC 8998");
    for stranger in offering(&["tls-connect"]) {
        let source = &mut Source::new(51);
        let (server, client, impostor) = (Node::new(source), Node::new(source), Node::new(source));
        for (name, suite) in SUITES {
            // Who serves, who connects if certificates are asked for, and who refuses.
            let cases: [(&Node, Option<&Node>, Option<&str>); 5] = [
                (&server, None, None),
                (&server, Some(&client), None),
                (&server, Some(&impostor), Some("impostor refused here")),
                (&impostor, None, Some("impostor refused there")),
                (&server, Some(&client), None),
            ];
            for (serving, connecting, refusal) in cases {
                let clients = match connecting {
                    Some(_) => ClientAuthentication::Required(client.trust()),
                    None => ClientAuthentication::None,
                };
                let ours = our_server(serving.identity(), clients, suite);
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let port = listener.local_addr().unwrap().port().to_be_bytes();
                let serving = thread::spawn(move || serve(&ours, &listener, suite));
                let message = source.bytes(20_000);
                let secret = connecting.map_or(Vec::new(), |node| node.key.to_bytes().to_vec());
                let (suite, nothing) = (code(suite), [Vec::new(), Vec::new()]);
                let chain = connecting.map_or(&nothing, |node| &node.chain);
                let mut arguments = vec![&suite[..], &port, &server.authority, &secret, &message];
                if connecting.is_some() {
                    arguments.extend(chain.iter().map(|certificate| &certificate[..]));
                }
                let answer = stranger.ask("tls-connect", &arguments);
                let served = serving.join().unwrap();
                let what = refusal.unwrap_or(if connecting.is_some() {
                    "mutual"
                } else {
                    "server only"
                });
                if refusal.is_some() {
                    assert_eq!(answer, Answer::Refused, "{name} {what}");
                    assert!(served.is_err(), "{name} {what}");
                } else {
                    assert_eq!(served.unwrap(), chain[0], "{name} {what}");
                    assert_eq!(answer, Answer::Given(vec![suite, message]), "{name} {what}");
                }
                tally.count(stranger.name, format!("their client, {name}, {what}"));
            }
        }
    }
}

#[test]
fn their_server_resumes_our_session() {
    let mut tally = Tally::new("TLS 1.3, RFC 8998, resumption");
    for stranger in offering(&["tls-listen-twice"]) {
        let source = &mut Source::new(52);
        let (server, client) = (Node::new(source), Node::new(source));
        for (name, suite) in SUITES {
            for mutual in [false, true] {
                let clients = if mutual { &client.authority[..] } else { &[] };
                let port = listen_by(stranger, "tls-listen-twice", &server, clients, suite);
                let ours = our_client(server.trust(), mutual.then(|| client.identity()), suite);
                let kinds = [HandshakeKind::Full, HandshakeKind::Resumed];
                for kind in kinds {
                    let message = source.bytes(5_000);
                    let (echo, how) = connect_how(&ours, port, suite, &message).unwrap();
                    assert_eq!((echo, how), (message, Some(kind)), "{name} {mutual}");
                }
                let shown = if mutual {
                    client.chain[0].clone()
                } else {
                    Vec::new()
                };
                let result = |resumed: u8| [code(suite), shown.clone(), vec![resumed]];
                let expected = [result(0), result(1)].concat();
                assert_eq!(
                    stranger.ask("tls-served", &[&port.to_be_bytes()]),
                    Answer::Given(expected)
                );
                let kind = if mutual { "mutual" } else { "server only" };
                tally.count(stranger.name, format!("our client, {name}, {kind}"));
            }
        }
    }
}

#[test]
fn our_server_resumes_their_session() {
    let mut tally = Tally::new("TLS 1.3, RFC 8998, resumption");
    for stranger in offering(&["tls-connect-twice"]) {
        let source = &mut Source::new(53);
        let (server, client) = (Node::new(source), Node::new(source));
        for (name, suite) in SUITES {
            for mutual in [false, true] {
                let clients = match mutual {
                    true => ClientAuthentication::Required(client.trust()),
                    false => ClientAuthentication::None,
                };
                let ours = our_server(server.identity(), clients, suite);
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let port = listener.local_addr().unwrap().port().to_be_bytes();
                let serving = thread::spawn(move || {
                    [(); 2].map(|()| serve(&ours, &listener, suite).unwrap())
                });
                let (message, suite) = (source.bytes(5_000), code(suite));
                let secret = if mutual {
                    client.key.to_bytes().to_vec()
                } else {
                    Vec::new()
                };
                let mut arguments = vec![&suite[..], &port, &server.authority, &secret, &message];
                if mutual {
                    arguments.extend(client.chain.iter().map(|certificate| &certificate[..]));
                }
                let answer = stranger.ask("tls-connect-twice", &arguments);
                let result = |resumed: u8| [suite.clone(), message.clone(), vec![resumed]];
                let expected = [result(0), result(1)].concat();
                assert_eq!(answer, Answer::Given(expected), "{name} {mutual}");
                let shown = if mutual {
                    client.chain[0].clone()
                } else {
                    Vec::new()
                };
                assert_eq!(serving.join().unwrap(), [shown.clone(), shown]);
                let kind = if mutual { "mutual" } else { "server only" };
                tally.count(stranger.name, format!("their client, {name}, {kind}"));
            }
        }
    }
}
