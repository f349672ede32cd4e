//! One end of a TLS 1.3 connection with SM suites (RFC 8998), to try other implementations against. Loopback only.
//!
//! ```text
//! tls_peer server --listen 127.0.0.1:PORT --certificate CHAIN.pem --key KEY.pem
//!                 [--ca CA.pem [--crl CRL.pem] [--optional]]     ask clients for certificates (mutual)
//!                 [--second CHAIN.pem --second-key KEY.pem]      an international certificate beside
//!                 [--connections N]                              end after N connections (default: never)
//! tls_peer client --connect 127.0.0.1:PORT --ca CA.pem
//!                 [--name NAME]                                  name in the server's certificate (localhost)
//!                 [--crl CRL.pem] [--certificate CHAIN.pem --key KEY.pem]
//!                 [--send TEXT]                                  what to send; \n and \r are read (hello\n)
//!                 [--connections N]                              so many, one after the other: sessions resume
//! both            [--profile sm | sm+international]              (sm)
//!                 [--suite gcm | ccm]                            only that SM suite (both, gcm first)
//!                 [--no-resumption] [--key-update]
//! ```
//!
//! Certificates and keys are PEM: the leaf first, then authorities below the root; keys in PKCS #8 or SEC 1, not
//! encrypted. Certificates need version 3, subjectAltName (servers), and key usage digitalSignature; authorities need
//! basicConstraints and keyCertSign.
//!
//! The server prints `ready ADDRESS`, then echoes what it receives. For each connection both print one line:
//! `connected suite=0x00c6 group=41 version=TLSv1_3 kind=Full certificates=1` (those that the peer showed), then `received N bytes: TEXT`; or
//! `failed CODE fields` for a handshake that was refused. The client's exit status is 0 if all connections succeeded.

use crypto_sm::tls::{
    self, Client, ClientAuthentication, ClientSettings, Identity, Profile, Server, ServerSettings,
    Trust,
    rustls::{
        CipherSuite, ClientConnection, ConnectionCommon, ServerConnection, SideData,
        pki_types::ServerName, server::Acceptor, time_provider::DefaultTimeProvider,
    },
};
use std::{
    collections::HashMap,
    env, fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

type Failure = Box<dyn std::error::Error>;

/// How long a silent peer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let side = arguments.next().unwrap_or_default();
    let result = Options::read(arguments).and_then(|options| match side.as_str() {
        "server" => serve(&options),
        "client" => connect(&options),
        _ => Err("server or client? See the comment at the head of examples/tls_peer.rs".into()),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("failed {failure}");
            ExitCode::FAILURE
        }
    }
}

/// `--name value` and `--flag`.
struct Options(HashMap<String, String>);

const FLAGS: &[&str] = &["optional", "no-resumption", "key-update"];

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = HashMap::new();
        while let Some(argument) = arguments.next() {
            let name = argument
                .strip_prefix("--")
                .ok_or_else(|| format!("unexpected {argument}"))?;
            let value = if FLAGS.contains(&name) {
                String::new()
            } else {
                arguments
                    .next()
                    .ok_or_else(|| format!("{argument} needs a value"))?
            };
            options.insert(name.to_owned(), value);
        }
        Ok(Self(options))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn flag(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn needed(&self, name: &str) -> Result<&str, Failure> {
        self.text(name)
            .ok_or_else(|| format!("--{name} is missing").into())
    }

    fn number(&self, name: &str) -> Result<Option<usize>, Failure> {
        Ok(self.text(name).map(str::parse).transpose()?)
    }

    fn file(&self, name: &str) -> Result<String, Failure> {
        let path = self.needed(name)?;
        fs::read_to_string(path).map_err(|error| format!("{path}: {error}").into())
    }

    fn address(&self, name: &str) -> Result<SocketAddr, Failure> {
        let address: SocketAddr = self.needed(name)?.parse()?;
        if address.ip().is_loopback() {
            Ok(address)
        } else {
            Err("loopback addresses only".into())
        }
    }

    fn identity(&self, certificate: &str, key: &str) -> Result<Identity, Failure> {
        Ok(Identity::from_pem(
            &self.file(certificate)?,
            &self.file(key)?,
        )?)
    }

    fn trust(&self) -> Result<Trust, Failure> {
        let lists = match self.text("crl") {
            Some(_) => self.file("crl")?,
            None => String::new(),
        };
        Ok(Trust::from_pem(&self.file("ca")?, &lists)?)
    }

    fn profile(&self) -> Result<Profile, Failure> {
        Profile::from_word(self.text("profile").unwrap_or("sm"))
            .ok_or_else(|| "--profile is sm or sm+international".into())
    }

    fn suites(&self) -> Result<Vec<CipherSuite>, Failure> {
        match self.text("suite") {
            None => Ok(Vec::new()),
            Some("gcm") => Ok(vec![tls::TLS_SM4_GCM_SM3]),
            Some("ccm") => Ok(vec![tls::TLS_SM4_CCM_SM3]),
            Some(_) => Err("--suite is gcm or ccm".into()),
        }
    }
}

fn serve(options: &Options) -> Result<(), Failure> {
    let mut identities = vec![options.identity("certificate", "key")?];
    if options.flag("second") {
        identities.push(options.identity("second", "second-key")?);
    }
    let clients = match (options.flag("ca"), options.flag("optional")) {
        (false, _) => ClientAuthentication::None,
        (true, false) => ClientAuthentication::Required(options.trust()?),
        (true, true) => ClientAuthentication::Optional(options.trust()?),
    };
    let settings = ServerSettings {
        identities,
        clients,
        sm_suites: options.suites()?,
        application_protocols: Vec::new(),
        resumption: !options.flag("no-resumption"),
        time: Arc::new(DefaultTimeProvider),
    };
    let server = Server::new(options.profile()?, &settings)?;
    let listener = TcpListener::bind(options.address("listen")?)?;
    say(&format!("ready {}", listener.local_addr()?));
    let most = options.number("connections")?.unwrap_or(usize::MAX);
    for stream in listener.incoming().take(most) {
        if let Err(failure) = echo(&server, stream?, options) {
            say(&format!("failed {failure}"));
        }
    }
    Ok(())
}

fn echo(server: &Server, mut stream: TcpStream, options: &Options) -> Result<(), Failure> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut acceptor = Acceptor::default();
    let accepted = loop {
        if acceptor.read_tls(&mut stream)? == 0 {
            return Err("closed before the hello".into());
        }
        match acceptor.accept() {
            Ok(Some(accepted)) => break accepted,
            Ok(None) => {}
            Err((error, mut alert)) => {
                alert.write_all(&mut stream)?;
                return Err(tls::explain(&error).into());
            }
        }
    };
    let configuration = server.configuration(&accepted.client_hello());
    let mut connection: ServerConnection = match accepted.into_connection(configuration) {
        Ok(connection) => connection,
        Err((error, mut alert)) => {
            alert.write_all(&mut stream)?;
            return Err(tls::explain(&error).into());
        }
    };
    shake(&mut connection, &mut stream)?;
    if options.flag("key-update") {
        connection.refresh_traffic_keys()?;
    }
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = receive(&mut connection, &mut stream, &mut buffer)?;
        if count == 0 {
            break;
        }
        connection.writer().write_all(&buffer[..count])?;
        connection.complete_io(&mut stream)?;
    }
    connection.send_close_notify();
    connection.complete_io(&mut stream)?;
    Ok(())
}

fn connect(options: &Options) -> Result<(), Failure> {
    let identities = if options.flag("certificate") {
        vec![options.identity("certificate", "key")?]
    } else {
        Vec::new()
    };
    let settings = ClientSettings {
        servers: options.trust()?,
        identities,
        sm_suites: options.suites()?,
        application_protocols: Vec::new(),
        resumption: !options.flag("no-resumption"),
        time: Arc::new(DefaultTimeProvider),
    };
    let client = Client::new(options.profile()?, &settings)?;
    let name = ServerName::try_from(options.text("name").unwrap_or("localhost").to_owned())?;
    let text = options.text("send").unwrap_or("hello\\n");
    let text = text.replace("\\r", "\r").replace("\\n", "\n");
    for _ in 0..options.number("connections")?.unwrap_or(1) {
        let mut stream = TcpStream::connect(options.address("connect")?)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut connection = ClientConnection::new(client.configuration(), name.clone())?;
        shake(&mut connection, &mut stream)?;
        if options.flag("key-update") {
            connection.refresh_traffic_keys()?;
        }
        connection.writer().write_all(text.as_bytes())?;
        connection.complete_io(&mut stream)?;
        let mut buffer = vec![0; 1 << 16];
        if receive(&mut connection, &mut stream, &mut buffer)? == 0 {
            return Err("closed without an answer".into());
        }
        connection.send_close_notify();
        connection.complete_io(&mut stream)?;
    }
    Ok(())
}

/// Completes the handshake and says what came out.
fn shake<D: SideData>(
    connection: &mut ConnectionCommon<D>,
    stream: &mut TcpStream,
) -> Result<(), Failure> {
    while connection.is_handshaking() {
        connection.complete_io(stream).map_err(explain)?;
    }
    tls::check_negotiated(connection)?;
    let suite = connection
        .negotiated_cipher_suite()
        .map_or(0, |suite| u16::from(suite.suite()));
    let group = connection
        .negotiated_key_exchange_group()
        .map_or(0, |group| u16::from(group.name()));
    let version = connection.protocol_version();
    let kind = connection.handshake_kind();
    let peer = connection.peer_certificates().map_or(0, <[_]>::len);
    say(&format!(
        "connected suite=0x{suite:04x} group={group} version={} kind={} certificates={peer}",
        version.map_or_else(String::new, |version| format!("{version:?}")),
        kind.map_or_else(String::new, |kind| format!("{kind:?}")),
    ));
    Ok(())
}

/// The next bytes; 0 at the end.
fn receive<D: SideData>(
    connection: &mut ConnectionCommon<D>,
    stream: &mut TcpStream,
    buffer: &mut [u8],
) -> Result<usize, Failure> {
    loop {
        match connection.reader().read(buffer) {
            Ok(0) => return Ok(0),
            Ok(count) => {
                let text = String::from_utf8_lossy(&buffer[..count.min(60)]).into_owned();
                say(&format!("received {count} bytes: {text:?}"));
                return Ok(count);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        connection.complete_io(stream).map_err(explain)?;
    }
}

/// Our code where rustls refused something, else the system's word.
fn explain(error: io::Error) -> Failure {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<tls::rustls::Error>())
    {
        Some(refusal) => tls::explain(refusal).into(),
        None => error.into(),
    }
}

/// One line at once, also where the output is a pipe.
fn say(line: &str) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
}
