//! Incoming: handshakes side by side, and who is at the other end.

use super::link::{refusal, shown};
use super::{CONNECTION_WINDOW, HANDSHAKE, KEEP_ALIVE, Links, STREAM_WINDOW, answer};
use crate::error::Error;
use crate::renewal::keep_current;
use crate::service::Service;
use crypto_sm::certificate::Certificate;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::{Connected, Server};

/// Finished handshakes that wait to be served.
const WAITING_MAX: usize = 64;

/// A bound socket for peers.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

/// What the other end has proved.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub certificate: Arc<Certificate>,
}

/// A connection whose handshake has succeeded.
pub(super) struct Connection {
    stream: TlsStream<TcpStream>,
    shown: Shown,
}

impl Listener {
    /// Binds; port 0 = any free one.
    ///
    /// # Errors
    /// [`Error::ListenRefused`].
    pub async fn bind(address: SocketAddr) -> Result<Self, Error> {
        let refused = |error: io::Error| Error::ListenRefused {
            address: address.to_string(),
            detail: error.to_string(),
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves peers until `stop` is ready, then finishes the requests that it has begun.
    ///
    /// # Errors
    /// [`Error::ListenRefused`] if the socket fails.
    pub async fn serve(
        self,
        service: Service,
        links: Links,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let address = self.address;
        let (sender, connections) = mpsc::channel(WAITING_MAX);
        let accepting = tokio::spawn(accept(self.listener, links.clone(), sender));
        let renewed = links.clone();
        // Ends with this future, however that ends.
        let mut renewing = JoinSet::new();
        renewing.spawn(keep_current("peer", move |_| renewed.renew()));
        let served = Server::builder()
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .http2_keepalive_interval(Some(KEEP_ALIVE))
            .http2_keepalive_timeout(Some(KEEP_ALIVE))
            .add_service(answer::server(service, links))
            .serve_with_incoming_shutdown(ReceiverStream::new(connections), stop)
            .await;
        accepting.abort();
        served.map_err(|error| Error::ListenRefused {
            address: address.to_string(),
            detail: error.to_string(),
        })
    }
}

async fn accept(listener: TcpListener, links: Links, sender: mpsc::Sender<io::Result<Connection>>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = sender.closed() => return,
        };
        let Ok((stream, from)) = accepted else {
            // Out of descriptors, most likely: let others end first.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (links, sender) = (links.clone(), sender.clone());
        tokio::spawn(async move {
            let shaken = tokio::time::timeout(HANDSHAKE, shake(&links, stream)).await;
            match shaken.unwrap_or(Err("timeout")) {
                Ok(connection) => drop(sender.send(Ok(connection)).await),
                Err(code) => {
                    tracing::warn!(code, %from, "peer refused");
                    links.metrics().peer_refused(code);
                }
            }
        });
    }
}

/// One handshake; the code of what went wrong.
async fn shake(links: &Links, stream: TcpStream) -> Result<Connection, &'static str> {
    let broken = |_| "connection";
    stream.set_nodelay(true).map_err(broken)?;
    let configuration = links.acceptor().ok_or("connection")?;
    let stream = TlsAcceptor::from(configuration)
        .accept(stream)
        .await
        .map_err(|error| refusal(&error).map_or("connection", |error| error.code()))?;
    let certificate =
        shown(stream.get_ref().1.peer_certificates()).map_err(|error| error.code())?;
    Ok(Connection {
        stream,
        shown: Shown {
            certificate: Arc::new(certificate),
        },
    })
}

impl Connected for Connection {
    type ConnectInfo = Shown;

    fn connect_info(&self) -> Shown {
        self.shown.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
