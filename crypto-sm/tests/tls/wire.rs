//! Two ends in one process, and the bytes between them.

use crate::pki::{Certified, Key, NOW, Wish};
use crypto_sm::tls::{
    Client, ClientAuthentication, ClientSettings, Identity, Profile, Server, ServerSettings, Trust,
    rustls::{
        ClientConfig, ClientConnection, ConnectionCommon, Error, ServerConfig, ServerConnection,
        SideData,
        pki_types::{ServerName, UnixTime},
        server::Acceptor,
        time_provider::TimeProvider,
    },
};
use std::{
    io::{Read, Write},
    sync::Arc,
    time::Duration,
};

/// A clock that stands still.
#[derive(Debug)]
pub struct Clock(pub u64);

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

/// An authority with a server and a client below it.
pub struct Network {
    pub authority: Certified,
    pub server: Certified,
    pub client: Certified,
}

impl Network {
    /// Of SM2 keys.
    pub fn sm() -> Self {
        let authority = Certified::root(&Wish::authority("Steel CA"), Key::sm2(1));
        Self {
            server: authority.issue(&Wish::node("node1"), Key::sm2(2)),
            client: authority.issue(&Wish::node("node2"), Key::sm2(3)),
            authority,
        }
    }

    /// Of P-256 keys.
    pub fn international() -> Self {
        let authority = Certified::root(&Wish::authority("World CA"), Key::p256());
        Self {
            server: authority.issue(&Wish::node("gate1"), Key::p256()),
            client: authority.issue(&Wish::node("gate2"), Key::p256()),
            authority,
        }
    }

    /// A server that asks for certificates.
    pub fn server_settings(&self) -> ServerSettings {
        let clients = ClientAuthentication::Required(self.authority.trust());
        server_settings(vec![self.server.identity()], clients)
    }

    /// A client that shows one.
    pub fn client_settings(&self) -> ClientSettings {
        client_settings(self.authority.trust(), vec![self.client.identity()])
    }
}

pub fn server_settings(identities: Vec<Identity>, clients: ClientAuthentication) -> ServerSettings {
    ServerSettings {
        identities,
        clients,
        sm_suites: Vec::new(),
        application_protocols: Vec::new(),
        resumption: true,
        time: Arc::new(Clock(NOW)),
    }
}

pub fn client_settings(servers: Trust, identities: Vec<Identity>) -> ClientSettings {
    ClientSettings {
        servers,
        identities,
        sm_suites: Vec::new(),
        application_protocols: Vec::new(),
        resumption: true,
        time: Arc::new(Clock(NOW)),
    }
}

pub fn server(settings: &ServerSettings) -> Server {
    Server::new(Profile::Sm, settings).unwrap()
}

pub fn client(settings: &ClientSettings) -> Client {
    Client::new(Profile::Sm, settings).unwrap()
}

/// Which end refused, and why.
#[derive(Debug)]
pub enum Refusal {
    Client(Error),
    Server(Error),
    /// Nobody has anything to say, and the handshake has not ended.
    Silence,
}

impl Refusal {
    /// The code that a person would see, with the end.
    pub fn code(&self) -> String {
        match self {
            Self::Client(error) => format!("client {}", crypto_sm::tls::explain(error).code()),
            Self::Server(error) => format!("server {}", crypto_sm::tls::explain(error).code()),
            Self::Silence => "silence".to_owned(),
        }
    }
}

/// Both ends of a connection.
#[derive(Debug)]
pub struct Connection {
    pub client: ClientConnection,
    pub server: ServerConnection,
}

/// Changes bytes on their way; gets the flight's number.
pub type Tamper<'a> = &'a mut dyn FnMut(usize, &mut Vec<u8>);

impl Connection {
    /// Shakes hands over an untouched line.
    pub fn open(client: &Client, server: &Server) -> Result<Self, Refusal> {
        Self::open_to(client.configuration(), server, "localhost")
    }

    pub fn open_to(
        client: Arc<ClientConfig>,
        server: &Server,
        name: &str,
    ) -> Result<Self, Refusal> {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let mut client = ClientConnection::new(client, name).unwrap();
        let mut hello = Vec::new();
        client.write_tls(&mut hello).unwrap();
        let mut acceptor = Acceptor::default();
        acceptor.read_tls(&mut &hello[..]).unwrap();
        let accepted = acceptor
            .accept()
            .map_err(|(error, _)| Refusal::Server(error))?;
        let accepted = accepted.ok_or(Refusal::Silence)?;
        let configuration = server.configuration(&accepted.client_hello());
        let server = match accepted.into_connection(configuration) {
            Ok(server) => server,
            Err((error, mut alert)) => {
                // The client must hear of it, and does so by an alert.
                let mut bytes = Vec::new();
                alert.write_all(&mut bytes).unwrap();
                let heard = deliver(&mut client, &bytes).unwrap_err();
                assert!(matches!(heard, Error::AlertReceived(_)), "{heard:?}");
                return Err(Refusal::Server(error));
            }
        };
        let mut connection = Self { client, server };
        connection.flow(&mut |_, _| {})?;
        connection.finished()
    }

    /// With rustls' own configurations, and somebody on the line.
    pub fn open_raw(
        client: Arc<ClientConfig>,
        server: Arc<ServerConfig>,
        tamper: Tamper<'_>,
    ) -> Result<Self, Refusal> {
        let name = ServerName::try_from("localhost").unwrap();
        let mut connection = Self {
            client: ClientConnection::new(client, name).unwrap(),
            server: ServerConnection::new(server).unwrap(),
        };
        connection.flow(tamper)?;
        connection.finished()
    }

    fn finished(self) -> Result<Self, Refusal> {
        if self.client.is_handshaking() || self.server.is_handshaking() {
            Err(Refusal::Silence)
        } else {
            Ok(self)
        }
    }

    /// Carries bytes until neither end has any to send.
    pub fn flow(&mut self, tamper: Tamper<'_>) -> Result<(), Refusal> {
        let mut flight = 0;
        while self.client.wants_write() || self.server.wants_write() {
            let mut bytes = drain(&mut self.client);
            if !bytes.is_empty() {
                tamper(flight, &mut bytes);
                flight += 1;
            }
            deliver(&mut self.server, &bytes).map_err(Refusal::Server)?;
            let mut bytes = drain(&mut self.server);
            if !bytes.is_empty() {
                tamper(flight, &mut bytes);
                flight += 1;
            }
            deliver(&mut self.client, &bytes).map_err(Refusal::Client)?;
        }
        Ok(())
    }

    /// What the server receives when the client sends this.
    pub fn upload(&mut self, data: &[u8]) -> Vec<u8> {
        transfer(&mut self.client, &mut self.server, data)
    }

    /// What the client receives when the server sends this.
    pub fn download(&mut self, data: &[u8]) -> Vec<u8> {
        transfer(&mut self.server, &mut self.client, data)
    }
}

/// Carries data in pieces that fit the ends' buffers.
fn transfer<A: SideData, B: SideData>(
    from: &mut ConnectionCommon<A>,
    to: &mut ConnectionCommon<B>,
    data: &[u8],
) -> Vec<u8> {
    let mut received = Vec::new();
    for piece in data.chunks(1 << 14) {
        from.writer().write_all(piece).unwrap();
        let bytes = drain(from);
        deliver(to, &bytes).unwrap();
        received.extend(read(to));
    }
    received
}

/// Everything that has arrived.
pub fn read<D: SideData>(connection: &mut ConnectionCommon<D>) -> Vec<u8> {
    let mut received = Vec::new();
    // The end is not the connection's end: there is just no more.
    let _ = connection.reader().read_to_end(&mut received);
    received
}

/// Everything that is to be sent.
pub fn drain<D: SideData>(connection: &mut ConnectionCommon<D>) -> Vec<u8> {
    let mut bytes = Vec::new();
    while connection.wants_write() {
        connection.write_tls(&mut bytes).unwrap();
    }
    bytes
}

/// Hands bytes over and has them worked on.
pub fn deliver<D: SideData>(
    connection: &mut ConnectionCommon<D>,
    mut bytes: &[u8],
) -> Result<(), Error> {
    while !bytes.is_empty() {
        if connection.read_tls(&mut bytes).unwrap() == 0 {
            break;
        }
        connection.process_new_packets()?;
    }
    Ok(())
}
