//! What this node answers its peers.

use super::listener::Shown;
use super::{Links, MESSAGE_BYTES_MAX};
use crate::api::problem::grpc_status;
use crate::error::Error;
use crate::service::Service;
use consensus::Procedure;
use hengtan_api::peer as wire;
use hengtan_api::peer::peer_server::{Peer, PeerServer};
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::time::rfc3339;
use hengtan_ledger::v1;
use i18n::Locale;
use std::time::Duration;
use tonic::{Request, Response, Status};

type Answer<T> = Result<Response<T>, Status>;

/// The longest that a request for the next final checkpoint is held.
const HOLD_MAX: Duration = Duration::from_secs(30);

struct Answerer {
    service: Service,
    links: Links,
}

/// The gRPC service.
pub(super) fn server(service: Service, links: Links) -> PeerServer<impl Peer> {
    PeerServer::new(Answerer { service, links })
        .max_decoding_message_size(MESSAGE_BYTES_MAX)
        .max_encoding_message_size(MESSAGE_BYTES_MAX)
}

impl Answerer {
    /// The node that asks: its certificate is valid still, its key is on the ledger, and it means this network.
    fn asker<T>(&self, request: &Request<T>, network: &[u8]) -> Result<v1::Node, Status> {
        let judged = request
            .extensions()
            .get::<Shown>()
            .ok_or(Error::from(crypto_sm::Error::TlsCertificates))
            .and_then(|shown| self.judge(shown, network));
        judged.map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &Error) -> Status {
        tracing::warn!(code = error.code(), cause = %error, "peer refused");
        self.links.metrics().peer_refused(error.code());
        status(error)
    }

    fn judge(&self, shown: &Shown, network: &[u8]) -> Result<v1::Node, Error> {
        let certificate = &shown.certificate;
        let key = certificate.public_key().to_uncompressed();
        let roster = self.links.roster();
        let node = roster.with_key(&key).filter(|node| {
            certificate.subject_organisation() == Some(node.organisation.as_str())
                && certificate.subject_common_name() == Some(node.name.as_str())
        });
        let node = node.ok_or_else(|| Error::PeerStranger {
            name: certificate.subject_name(),
        })?;
        // The handshake has looked, but connections live long.
        let validity = certificate.validity();
        if !validity.contains(self.service.clock_ms()) {
            return Err(Error::PeerExpired {
                node: node.name.clone(),
                not_after: rfc3339(validity.not_after_ms),
            });
        }
        if network != self.links.network() {
            return Err(consensus::Error::WrongNetwork.into());
        }
        Ok(node.clone())
    }

    async fn raft(
        &self,
        procedure: Procedure,
        request: Request<wire::RaftRequest>,
    ) -> Answer<wire::RaftResponse> {
        let from = self.asker(&request, &request.get_ref().network_id)?;
        let request = request.into_inner();
        let acquaintances = self.links.acquaintances();
        let met = acquaintances.meet(from.number, &from.name, &request.mark);
        if let Err(error) = met.await {
            return Err(self.refused(&error));
        }
        let answered = self
            .service
            .raft(from.number, procedure, request.message)
            .await;
        answer(answered.map(|message| wire::RaftResponse {
            message,
            mark: acquaintances.own().to_vec(),
        }))
    }
}

fn status(error: &Error) -> Status {
    grpc_status(error, Locale::En)
}

fn note(text: &str) -> Result<Note, Status> {
    Note::parse(text).map_err(|error| status(&error.into()))
}

fn answer<T>(result: Result<T, Error>) -> Answer<T> {
    result.map(Response::new).map_err(|error| status(&error))
}

#[tonic::async_trait]
impl Peer for Answerer {
    async fn append(&self, request: Request<wire::RaftRequest>) -> Answer<wire::RaftResponse> {
        self.raft(Procedure::Append, request).await
    }

    async fn election(&self, request: Request<wire::RaftRequest>) -> Answer<wire::RaftResponse> {
        self.raft(Procedure::Election, request).await
    }

    async fn snapshot(&self, request: Request<wire::RaftRequest>) -> Answer<wire::RaftResponse> {
        self.raft(Procedure::Snapshot, request).await
    }

    async fn place(&self, request: Request<wire::PlaceRequest>) -> Answer<wire::PlaceResponse> {
        self.asker(&request, &request.get_ref().network_id)?;
        let request = request.into_inner();
        let rows = request.rows.map(|rows| rows.rows).unwrap_or_default();
        let wait = Duration::from_millis(request.wait_ms);
        let placed = self.service.place_here(request.envelope, rows, wait).await;
        answer(placed.map(|(index, duplicate)| wire::PlaceResponse { index, duplicate }))
    }

    async fn read_index(
        &self,
        request: Request<wire::ReadIndexRequest>,
    ) -> Answer<wire::ReadIndexResponse> {
        self.asker(&request, &request.get_ref().network_id)?;
        let index = self.service.read_index().await;
        answer(index.map(|index| wire::ReadIndexResponse { index }))
    }

    async fn cosign(&self, request: Request<wire::CosignRequest>) -> Answer<wire::CosignResponse> {
        let from = self.asker(&request, &request.get_ref().network_id)?;
        let asked = request.into_inner().note;
        let note = self.service.cosign(&from, &asked).await;
        answer(note.map(|note| wire::CosignResponse {
            note: note.to_text(),
        }))
    }

    async fn finality(
        &self,
        request: Request<wire::FinalityRequest>,
    ) -> Answer<wire::FinalityResponse> {
        self.asker(&request, &request.get_ref().network_id)?;
        let request = request.into_inner();
        let wait = Duration::from_millis(request.wait_ms).min(HOLD_MAX);
        let note = self.service.final_beyond(request.size, wait).await;
        answer(note.map(|note| wire::FinalityResponse {
            note: note.map(|note| note.to_text()).unwrap_or_default(),
        }))
    }

    async fn witness(
        &self,
        request: Request<wire::WitnessRequest>,
    ) -> Answer<wire::WitnessResponse> {
        self.asker(&request, &request.get_ref().network_id)?;
        let note = note(&request.into_inner().note)?;
        let signed = self.service.witness(note).await;
        answer(signed.map(|note| wire::WitnessResponse {
            note: note.to_text(),
        }))
    }

    async fn witnessed(
        &self,
        request: Request<wire::WitnessedRequest>,
    ) -> Answer<wire::WitnessedResponse> {
        self.asker(&request, &request.get_ref().network_id)?;
        let note = note(&request.into_inner().note)?;
        let heard = self.service.hear_witness(note).await;
        answer(heard.map(|()| wire::WitnessedResponse {}))
    }

    async fn status(&self, request: Request<wire::StatusRequest>) -> Answer<wire::StatusResponse> {
        self.asker(&request, &request.get_ref().network_id)?;
        answer(self.service.standing().await)
    }

    async fn transfer_leader(
        &self,
        request: Request<wire::TransferLeaderRequest>,
    ) -> Answer<wire::TransferLeaderResponse> {
        self.asker(&request, &request.get_ref().network_id)?;
        let to = request.into_inner().to;
        let term = self.service.transfer_leader(to).await;
        answer(term.map(|term| wire::TransferLeaderResponse { term }))
    }
}
