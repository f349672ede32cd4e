//! The gRPC service, its health and its reflection.

use super::governance;
use super::problem::{grpc_status, locale};
use crate::error::Error;
use crate::service::query::{self, Activity, ActivityFilter, FactorUse, PageRequest, Record};
use crate::service::{End, RequestLabels, Seen, Service, Subject, Submission, Watch, blocking};
use crate::snapshot::Stream;
use crate::store::Reading;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_server::{Ledger, LedgerServer};
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::receipt::state_proof;
use hengtan_ledger::state::{Stored, key};
use hengtan_ledger::{export, log, v1};
use i18n::Locale;
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

/// Entries that an export reads at once.
const EXPORT_CHUNK: usize = 64;

/// Pieces that wait for a slow reader of a backup.
const BACKUP_AHEAD: usize = 4;
/// Records that wait for a slow reader of an export.
const EXPORT_AHEAD: usize = 16;

/// Routes of the gRPC services, and the task that keeps health up to date.
pub(super) async fn routes(service: Service) -> (axum::Router, tokio::task::JoinHandle<()>) {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<LedgerServer<Door>>().await;
    let mut broken = service.broken();
    let watch = tokio::spawn(async move {
        let _ = broken.wait_for(Option::is_some).await;
        reporter.set_not_serving::<LedgerServer<Door>>().await;
    });
    let bytes_max = service.limits().request_bytes_max;
    let door = LedgerServer::new(Door::new(service))
        .max_decoding_message_size(bytes_max)
        .max_encoding_message_size(usize::MAX)
        .accept_compressed(tonic::codec::CompressionEncoding::Gzip);
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(hengtan_api::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .expect("the descriptors are those that the code was generated from");
    let mut builder = tonic::service::Routes::builder();
    builder
        .add_service(door)
        .add_service(health)
        .add_service(reflection);
    // Its fallback would answer REST's unknown paths with a gRPC status.
    let router = builder
        .routes()
        .prepare()
        .into_axum_router()
        .reset_fallback();
    (router, watch)
}

/// The service.
pub struct Door {
    service: Service,
}

impl Door {
    /// A door of its own name in logs and metrics.
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self { service }
    }
}

type Answer<T> = Result<Response<T>, Status>;

/// Metadata of a request: `linearizable` (what holds without it) or `local`.
pub const CONSISTENCY: &str = "consistency";

/// Metadata of an answer: index of the newest entry that it has seen.
pub const INDEX: &str = "hengtan-index";

/// How a request wants to be answered.
#[derive(Clone, Copy)]
struct Asked {
    locale: Locale,
    /// Whether what this node has suffices; nothing = the request says something that is neither.
    local: Option<bool>,
}

fn language<T>(request: &Request<T>) -> Asked {
    let consistency = request.metadata().get(CONSISTENCY);
    Asked {
        locale: locale(&request.metadata().clone().into_headers()),
        local: match consistency.map(tonic::metadata::MetadataValue::as_bytes) {
            None | Some(b"" | b"linearizable") => Some(false),
            Some(b"local") => Some(true),
            Some(_) => None,
        },
    }
}

impl Door {
    /// Answers, counts, and translates an error.
    fn answer<T>(&self, route: &str, asked: Asked, result: Result<T, Error>) -> Answer<T> {
        let answer = result.map(Response::new).map_err(|error| {
            if matches!(
                error.class(),
                crate::error::Class::Internal | crate::error::Class::Integrity
            ) {
                tracing::error!(code = error.code(), cause = %error, route, "request failed");
            }
            grpc_status(&error, asked.locale)
        });
        let status = answer
            .as_ref()
            .map_or_else(|status| status.code() as i32, |_| 0);
        let status = u32::try_from(status).unwrap_or_default();
        self.service.metrics().request(&RequestLabels {
            api: "grpc",
            route: route.to_owned(),
            status,
        });
        answer
    }

    /// Answers a query.
    async fn query<T: Send + 'static>(
        &self,
        route: &str,
        asked: Asked,
        query: impl FnOnce(&Reading<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Answer<T> {
        let result = match self.current(asked).await {
            Ok(()) => {
                self.service
                    .read(|reading| Ok((query(reading)?, reading.size()?)))
                    .await
            }
            Err(error) => Err(error),
        };
        let size = result.as_ref().map_or(0, |(_, size)| *size);
        let mut answer = self.answer(route, asked, result.map(|(value, _)| value));
        if let Ok(answer) = &mut answer {
            let index = size.saturating_sub(1).into();
            answer.metadata_mut().insert(INDEX, index);
        }
        answer
    }

    /// Waits until this node is current, unless what it has suffices.
    async fn current(&self, asked: Asked) -> Result<(), Error> {
        match asked.local {
            Some(true) => Ok(()),
            Some(false) => self.service.linearize().await,
            None => Err(Error::Field {
                field: CONSISTENCY.to_owned(),
                value: String::new(),
            }),
        }
    }

    fn page(&self, size: u32, token: String) -> PageRequest {
        let limits = self.service.limits();
        let size = if size == 0 {
            limits.page_default
        } else {
            size.min(limits.page_max)
        };
        PageRequest {
            size: size as usize,
            token,
        }
    }
}

/// Where a state value stands.
pub(super) fn standing<T>(record: &Record<T>) -> Option<api::Standing> {
    Some(api::Standing {
        key: record.key.clone(),
        version: record.version,
        index: record.index,
        time_ms: record.time_ms,
    })
}

fn factor_set(record: Record<v1::FactorSetState>) -> api::FactorSetRecord {
    api::FactorSetRecord {
        standing: standing(&record),
        factor_set: Some(record.value),
    }
}

fn activity(found: Activity) -> api::ActivityRecord {
    api::ActivityRecord {
        organisation: found.organisation,
        import_id: found.import_id,
        number: found.number,
        row: Some(found.row),
        result: found.result,
        status: found.status,
        change: found.change,
        index: found.index,
        position: found.position,
        row_bytes: found.row_bytes,
        result_bytes: found.result_bytes,
        profile: found.profile,
        sender: found.sender,
        member: found.member,
        time_ms: found.time_ms,
    }
}

fn summary(found: query::EntrySummary) -> api::EntrySummary {
    api::EntrySummary {
        index: found.index,
        what: found.what.to_owned(),
        leaf: found.leaf.to_vec(),
        time_ms: found.time_ms,
        id: found.id,
        kind: found.kind,
        organisation: found.organisation,
        member: found.member,
        sender: found.sender,
        code: found.code,
        row_count: found.row_count,
        r#final: found.is_final,
    }
}

fn seen(found: Seen) -> api::EntryWatchResponse {
    let (summarised, entry) = found.entry.unzip();
    api::EntryWatchResponse {
        summary: summarised.map(summary),
        entry: entry.unwrap_or_default(),
        next: found.next,
        final_size: found.final_size,
    }
}

fn missing(field: &str) -> Error {
    Error::Field {
        field: field.to_owned(),
        value: String::new(),
    }
}

/// Prefix of the records of one organisation, or of all.
fn prefix(all: &str, organisation: &str) -> String {
    if organisation.is_empty() {
        format!("{all}/")
    } else {
        format!("{all}/{organisation}/")
    }
}

pub(super) fn all<T: Stored>(
    reading: &Reading<'_>,
    prefix: &str,
    page: &PageRequest,
) -> Result<query::Page<Record<T>>, Error> {
    query::list(reading, prefix, "", page, |_: &T| true)
}

#[tonic::async_trait]
impl Ledger for Door {
    async fn submit(&self, request: Request<api::SubmitRequest>) -> Answer<api::SubmitResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let submission = Submission {
            envelope: request.envelope,
            rows: request.rows.map(|rows| rows.rows).unwrap_or_default(),
            wait_ms: (request.wait_ms > 0).then_some(request.wait_ms),
            receipt: !request.without_receipt,
        };
        let result = self.service.submit(submission).await.map(|done| {
            let base = api::SubmitResponse {
                id: done.id.to_vec(),
                duplicate: done.duplicate,
                ..Default::default()
            };
            match done.end {
                End::Final {
                    outcome,
                    results,
                    receipt,
                } => api::SubmitResponse {
                    r#final: true,
                    outcome: Some(*outcome),
                    results,
                    receipt: receipt.map(|receipt| *receipt),
                    ..base
                },
                End::Waiting(ticket) => api::SubmitResponse {
                    ticket: Some(ticket),
                    ..base
                },
            }
        });
        self.answer("Submit", locale, result)
    }

    async fn receipt_get(
        &self,
        request: Request<api::ReceiptGetRequest>,
    ) -> Answer<api::ReceiptGetResponse> {
        use api::receipt_get_request::Subject as Wanted;
        let locale = language(&request);
        let request = request.into_inner();
        let (rows, every) = (request.rows, request.all_rows);
        let subject = match request.subject {
            Some(Wanted::Index(index)) => Ok(Subject::Index {
                index,
                rows,
                all: every,
            }),
            Some(Wanted::Id(id)) => match id.as_slice().try_into() {
                Ok(id) => Ok(Subject::Id {
                    id,
                    rows,
                    all: every,
                }),
                Err(_) => Err(Error::Field {
                    field: "id".to_owned(),
                    value: hex::encode(id),
                }),
            },
            Some(Wanted::Import(name)) => Ok(Subject::Import {
                organisation: name.organisation,
                import_id: name.import_id,
            }),
            Some(Wanted::Inventory(name)) => Ok(Subject::Inventory {
                organisation: name.organisation,
                name: name.name,
            }),
            Some(Wanted::Row(name)) => Ok(Subject::Row {
                organisation: name.organisation,
                import_id: name.import_id,
                number: name.number,
            }),
            None => Err(missing("subject")),
        };
        let result = match (subject, self.current(locale).await) {
            (Ok(subject), Ok(())) => self.service.receipt(subject).await,
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        self.answer(
            "ReceiptGet",
            locale,
            result.map(|receipt| api::ReceiptGetResponse {
                receipt: Some(receipt),
            }),
        )
    }

    async fn network_show(
        &self,
        request: Request<api::NetworkShowRequest>,
    ) -> Answer<api::NetworkShowResponse> {
        let founded = self.service.founded().clone();
        self.query("NetworkShow", language(&request), move |reading| {
            let network: v1::NetworkState = reading.require(key::NETWORK)?;
            Ok(api::NetworkShowResponse {
                network_id: network.network_id,
                name: network.name,
                display_name: network.display_name,
                created_at_ms: network.created_at_ms,
                signed_genesis: founded.bytes().to_vec(),
                limits: Some(reading.require(key::LIMITS)?),
                voting_set: Some(reading.require(key::VOTING_SET)?),
                feature_level: reading
                    .require::<v1::FeatureLevel>(key::FEATURE_LEVEL)?
                    .level,
            })
        })
        .await
    }

    async fn status_show(
        &self,
        request: Request<api::StatusShowRequest>,
    ) -> Answer<api::StatusShowResponse> {
        let result = self.service.status().await.map(|status| {
            let raft = &status.raft;
            let index =
                |position: Option<consensus::LogPosition>| position.map(|position| position.index);
            api::StatusShowResponse {
                network_id: status.network_id.to_vec(),
                network_name: status.network_name.clone(),
                version: status.version.to_owned(),
                node: status.node.name.clone(),
                node_number: status.node.number,
                organisation: status.node.organisation.clone(),
                statement_key_id: status.statement_key_id.to_vec(),
                started_at_ms: status.started_at_ms,
                ready: status.ready,
                notices: status
                    .notices
                    .iter()
                    .map(|notice| api::Notice {
                        code: notice.code().to_owned(),
                        fields: notice
                            .fields()
                            .into_iter()
                            .map(|(name, value)| api::NoticeField {
                                name: name.to_owned(),
                                value,
                            })
                            .collect(),
                    })
                    .collect(),
                raft: Some(api::RaftStatus {
                    role: raft.role.name().to_owned(),
                    term: raft.term,
                    leader: raft.leader.unwrap_or(0),
                    last_log_index: raft.last_log_index,
                    committed_index: index(raft.committed),
                    applied_index: index(raft.applied),
                    snapshot_index: index(raft.snapshot),
                    voters: raft.membership.voters().into_iter().collect(),
                    learners: raft.membership.learners().into_iter().collect(),
                }),
                size: status.size,
                log_root: status.log_root.to_vec(),
                state_root: status.state_root.to_vec(),
                time_ms: status.time_ms,
                final_size: status.final_size,
                queued: status.queued as u64,
                voting_organisations: u32::try_from(status.voting_organisations)
                    .unwrap_or(u32::MAX),
                disk_bytes: status.disk_bytes,
                clock_ms: status.clock_ms,
                witnessed_size: status.witnessed_size,
                scrubbed_at_ms: status.scrubbed.map_or(0, |walk| walk.at_ms),
                scrubbed_records: status.scrubbed.map_or(0, |walk| walk.records),
            }
        });
        self.answer("StatusShow", language(&request), result)
    }

    async fn cluster_show(
        &self,
        request: Request<api::ClusterShowRequest>,
    ) -> Answer<api::ClusterShowResponse> {
        let nodes = self.service.cluster().await;
        let answer = nodes.map(|nodes| api::ClusterShowResponse { nodes });
        self.answer("ClusterShow", language(&request), answer)
    }

    async fn checkpoint_show(
        &self,
        request: Request<api::CheckpointShowRequest>,
    ) -> Answer<api::CheckpointShowResponse> {
        self.query("CheckpointShow", language(&request), |reading| {
            let note = reading.final_note()?.ok_or(Error::NotFinal { index: 0 })?;
            let checkpoint = note.checkpoint();
            Ok(api::CheckpointShowResponse {
                checkpoint: note.to_text(),
                size: checkpoint.size,
                log_root: checkpoint.root.to_vec(),
                state_root: checkpoint.state_root.to_vec(),
                time_ms: checkpoint.time_ms,
            })
        })
        .await
    }

    async fn consistency_show(
        &self,
        request: Request<api::ConsistencyShowRequest>,
    ) -> Answer<api::ConsistencyShowResponse> {
        let locale = language(&request);
        let api::ConsistencyShowRequest { from_size, to_size } = request.into_inner();
        self.query("ConsistencyShow", locale, move |reading| {
            let last = reading
                .final_note()?
                .map_or(0, |note| note.checkpoint().size);
            let to_size = if to_size == 0 { last } else { to_size };
            if to_size > last {
                return Err(Error::NotFinal { index: to_size - 1 });
            }
            let proof = log::consistency(reading, from_size, to_size)?;
            Ok(api::ConsistencyShowResponse {
                from_size,
                to_size,
                proof: proof.into_iter().map(|digest| digest.to_vec()).collect(),
            })
        })
        .await
    }

    async fn entry_list(
        &self,
        request: Request<api::EntryListRequest>,
    ) -> Answer<api::EntryListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("EntryList", locale, move |reading| {
            let found = query::entries(reading, request.from, request.newest_first, &page)?;
            Ok(api::EntryListResponse {
                entries: found.items.into_iter().map(summary).collect(),
                next_page_token: found.next,
                size: reading.size()?,
            })
        })
        .await
    }

    async fn entry_show(
        &self,
        request: Request<api::EntryShowRequest>,
    ) -> Answer<api::EntryShowResponse> {
        use api::entry_show_request::Subject as Wanted;
        let locale = language(&request);
        let subject = request.into_inner().subject;
        self.query("EntryShow", locale, move |reading| {
            let index = match subject {
                Some(Wanted::Index(index)) => index,
                Some(Wanted::Id(id)) => query::index_of(reading, &id)?,
                None => return Err(missing("subject")),
            };
            let found = query::entry(reading, index)?;
            Ok(api::EntryShowResponse {
                summary: Some(summary(found.summary)),
                entry: found.entry,
                rows: found.rows.map(|rows| v1::RowSet { rows }),
                results: found.results.map(|rows| v1::RowSet { rows }),
            })
        })
        .await
    }

    type EntryWatchStream = BoxStream<'static, Result<api::EntryWatchResponse, Status>>;

    async fn entry_watch(
        &self,
        request: Request<api::EntryWatchRequest>,
    ) -> Answer<Self::EntryWatchStream> {
        let asked = language(&request);
        let request = request.into_inner();
        let watch = Watch {
            from: request.from,
            kinds: request.kind,
            organisation: request.organisation,
            count: request.count,
            bytes: request.with_bytes,
        };
        let stream = self.service.watch(watch).map(|receiver| {
            ReceiverStream::new(receiver)
                .map(move |item| {
                    item.map(seen)
                        .map_err(|error| grpc_status(&error, asked.locale))
                })
                .boxed()
        });
        self.answer("EntryWatch", asked, stream)
    }

    type ExportStream = ReceiverStream<Result<api::ExportResponse, Status>>;

    async fn export(&self, request: Request<api::ExportRequest>) -> Answer<Self::ExportStream> {
        let locale = language(&request);
        let api::ExportRequest { from, to } = request.into_inner();
        let (sender, receiver) = mpsc::channel(EXPORT_AHEAD);
        if let Err(error) = self.current(locale).await {
            return self.answer("Export", locale, Err(error));
        }
        let service = self.service.clone();
        tokio::spawn(async move {
            let ended = send_export(&service, from, to, &sender).await;
            if let Err(error) = ended {
                let _ = sender.send(Err(grpc_status(&error, locale.locale))).await;
            }
        });
        self.answer("Export", locale, Ok(ReceiverStream::new(receiver)))
    }

    type BackupStream = ReceiverStream<Result<api::BackupResponse, Status>>;

    async fn backup(&self, request: Request<api::BackupRequest>) -> Answer<Self::BackupStream> {
        let locale = language(&request);
        let (sender, receiver) = mpsc::channel(BACKUP_AHEAD);
        let service = self.service.clone();
        tokio::spawn(async move {
            let ended = match service.stream().await {
                Ok(stream) => {
                    let sender = sender.clone();
                    blocking(move || send_backup(&stream, &sender)).await
                }
                Err(error) => Err(error),
            };
            if let Err(error) = ended {
                let _ = sender.send(Err(grpc_status(&error, locale.locale))).await;
            }
        });
        self.answer("Backup", locale, Ok(ReceiverStream::new(receiver)))
    }

    async fn state_show(
        &self,
        request: Request<api::StateShowRequest>,
    ) -> Answer<api::StateShowResponse> {
        let locale = language(&request);
        let wanted = request.into_inner().key;
        self.query("StateShow", locale, move |reading| {
            // The pages are those of the present: they prove only against a checkpoint of the present.
            let size = reading.size()?;
            let note = reading
                .final_note()?
                .filter(|note| note.checkpoint().size == size);
            let value = reading.state_value(&wanted)?;
            let proof = note
                .as_ref()
                .map(|_| state_proof(reading, reading, &wanted))
                .transpose()?;
            Ok(api::StateShowResponse {
                value,
                proof,
                checkpoint: note.map(|note| note.to_text()).unwrap_or_default(),
            })
        })
        .await
    }

    async fn organisation_list(
        &self,
        request: Request<api::OrganisationListRequest>,
    ) -> Answer<api::OrganisationListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("OrganisationList", locale, move |reading| {
            let found = all(reading, key::ORGANISATIONS, &page)?;
            Ok(api::OrganisationListResponse {
                organisations: found
                    .items
                    .into_iter()
                    .map(|record| api::OrganisationRecord {
                        standing: standing(&record),
                        organisation: Some(record.value),
                    })
                    .collect(),
                next_page_token: found.next,
            })
        })
        .await
    }

    async fn organisation_show(
        &self,
        request: Request<api::OrganisationShowRequest>,
    ) -> Answer<api::OrganisationShowResponse> {
        let locale = language(&request);
        let name = request.into_inner().name;
        self.query("OrganisationShow", locale, move |reading| {
            let record = query::show(reading, &key::organisation(&name), "organisation", &name)?;
            let organisation = api::OrganisationRecord {
                standing: standing(&record),
                organisation: Some(record.value),
            };
            Ok(api::OrganisationShowResponse {
                organisation: Some(organisation),
            })
        })
        .await
    }

    async fn member_list(
        &self,
        request: Request<api::MemberListRequest>,
    ) -> Answer<api::MemberListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("MemberList", locale, move |reading| {
            let wanted = request.organisation;
            let found = query::list(
                reading,
                key::MEMBERS,
                &wanted,
                &page,
                |member: &v1::Member| wanted.is_empty() || member.organisation == wanted,
            )?;
            Ok(api::MemberListResponse {
                members: found
                    .items
                    .into_iter()
                    .map(|record| api::MemberRecord {
                        standing: standing(&record),
                        member: Some(record.value),
                    })
                    .collect(),
                next_page_token: found.next,
            })
        })
        .await
    }

    async fn member_show(
        &self,
        request: Request<api::MemberShowRequest>,
    ) -> Answer<api::MemberShowResponse> {
        use api::member_show_request::Subject as Wanted;
        let locale = language(&request);
        let subject = request.into_inner().subject;
        self.query("MemberShow", locale, move |reading| {
            let record = match subject {
                Some(Wanted::KeyId(id)) => {
                    query::show(reading, &key::member(&id), "member", &hex::encode(&id))?
                }
                Some(Wanted::Name(address)) => {
                    query::member_named(reading, &address.organisation, &address.name)?
                }
                None => return Err(missing("subject")),
            };
            let member = api::MemberRecord {
                standing: standing(&record),
                member: Some(record.value),
            };
            Ok(api::MemberShowResponse {
                member: Some(member),
            })
        })
        .await
    }

    async fn node_list(
        &self,
        request: Request<api::NodeListRequest>,
    ) -> Answer<api::NodeListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("NodeList", locale, move |reading| {
            governance::nodes(reading, &page)
        })
        .await
    }

    async fn policy_list(
        &self,
        request: Request<api::PolicyListRequest>,
    ) -> Answer<api::PolicyListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("PolicyList", locale, move |reading| {
            governance::policies(reading, &page)
        })
        .await
    }

    async fn proposal_list(
        &self,
        request: Request<api::ProposalListRequest>,
    ) -> Answer<api::ProposalListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("ProposalList", locale, move |reading| {
            governance::proposals(reading, &page)
        })
        .await
    }

    async fn proposal_show(
        &self,
        request: Request<api::ProposalShowRequest>,
    ) -> Answer<api::ProposalShowResponse> {
        let locale = language(&request);
        let number = request.into_inner().number;
        self.query("ProposalShow", locale, move |reading| {
            governance::proposal(reading, number)
        })
        .await
    }

    async fn facility_list(
        &self,
        request: Request<api::FacilityListRequest>,
    ) -> Answer<api::FacilityListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("FacilityList", locale, move |reading| {
            let found = all(reading, &prefix("facility", &request.organisation), &page)?;
            Ok(api::FacilityListResponse {
                facilities: found
                    .items
                    .into_iter()
                    .map(|record| api::FacilityRecord {
                        standing: standing(&record),
                        facility: Some(record.value),
                    })
                    .collect(),
                next_page_token: found.next,
            })
        })
        .await
    }

    async fn facility_show(
        &self,
        request: Request<api::FacilityShowRequest>,
    ) -> Answer<api::FacilityShowResponse> {
        let locale = language(&request);
        let api::FacilityShowRequest { organisation, name } = request.into_inner();
        self.query("FacilityShow", locale, move |reading| {
            let shown = format!("{organisation}/{name}");
            let record = query::show(
                reading,
                &key::facility(&organisation, &name),
                "facility",
                &shown,
            )?;
            let facility = api::FacilityRecord {
                standing: standing(&record),
                facility: Some(record.value),
            };
            Ok(api::FacilityShowResponse {
                facility: Some(facility),
            })
        })
        .await
    }

    async fn factor_set_list(
        &self,
        request: Request<api::FactorSetListRequest>,
    ) -> Answer<api::FactorSetListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("FactorSetList", locale, move |reading| {
            let only = request.in_force_only;
            let name = if only { "in force" } else { "" };
            let found = query::list(
                reading,
                key::FACTOR_SETS,
                name,
                &page,
                |set: &v1::FactorSetState| !only || set.superseded_by.is_empty(),
            )?;
            Ok(api::FactorSetListResponse {
                factor_sets: found.items.into_iter().map(factor_set).collect(),
                next_page_token: found.next,
            })
        })
        .await
    }

    async fn factor_set_show(
        &self,
        request: Request<api::FactorSetShowRequest>,
    ) -> Answer<api::FactorSetShowResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("FactorSetShow", locale, move |reading| {
            let set = query::factor_set(reading, &request.id, &request.version)?;
            let factors = query::factors(reading, &set, &page)?;
            Ok(api::FactorSetShowResponse {
                factor_set: Some(factor_set(set)),
                factors: factors.items,
                next_page_token: factors.next,
            })
        })
        .await
    }

    async fn import_list(
        &self,
        request: Request<api::ImportListRequest>,
    ) -> Answer<api::ImportListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("ImportList", locale, move |reading| {
            let found = all(reading, &prefix("import", &request.organisation), &page)?;
            Ok(api::ImportListResponse {
                imports: found
                    .items
                    .into_iter()
                    .map(|record| api::ImportRecord {
                        standing: standing(&record),
                        import: Some(record.value),
                    })
                    .collect(),
                next_page_token: found.next,
            })
        })
        .await
    }

    async fn import_show(
        &self,
        request: Request<api::ImportShowRequest>,
    ) -> Answer<api::ImportShowResponse> {
        let locale = language(&request);
        let api::ImportShowRequest {
            organisation,
            import_id,
        } = request.into_inner();
        self.query("ImportShow", locale, move |reading| {
            let (record, parts, changes) = query::import(reading, &organisation, &import_id)?;
            Ok(api::ImportShowResponse {
                import: Some(api::ImportRecord {
                    standing: standing(&record),
                    import: Some(record.value),
                }),
                parts,
                changes: changes
                    .into_iter()
                    .map(|(number, record)| api::RowChangeRecord {
                        standing: standing(&record),
                        number,
                        change: Some(record.value),
                    })
                    .collect(),
            })
        })
        .await
    }

    async fn activity_list(
        &self,
        request: Request<api::ActivityListRequest>,
    ) -> Answer<api::ActivityListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        let filter = ActivityFilter {
            organisation: request.organisation,
            import_id: request.import_id,
            facility: request.facility,
            category: request.category,
            from: request.from,
            to: request.to,
            scope: request.scope,
        };
        self.query("ActivityList", locale, move |reading| {
            let found = query::activities(reading, &filter, &page)?;
            Ok(api::ActivityListResponse {
                activities: found.items.into_iter().map(activity).collect(),
                next_page_token: found.next,
            })
        })
        .await
    }

    async fn activity_show(
        &self,
        request: Request<api::ActivityShowRequest>,
    ) -> Answer<api::ActivityShowResponse> {
        let locale = language(&request);
        let api::ActivityShowRequest {
            organisation,
            import_id,
            number,
        } = request.into_inner();
        self.query("ActivityShow", locale, move |reading| {
            let (found, uses) = query::activity(reading, &organisation, &import_id, number)?;
            let factors = uses
                .into_iter()
                .map(|FactorUse { set, factor, role }| api::FactorUse {
                    factor_set: Some(factor_set(set)),
                    factor: Some(factor),
                    role,
                })
                .collect();
            Ok(api::ActivityShowResponse {
                activity: Some(activity(found)),
                factors,
            })
        })
        .await
    }

    async fn inventory_list(
        &self,
        request: Request<api::InventoryListRequest>,
    ) -> Answer<api::InventoryListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("InventoryList", locale, move |reading| {
            let found = all(reading, &prefix("inventory", &request.organisation), &page)?;
            Ok(api::InventoryListResponse {
                inventories: found
                    .items
                    .into_iter()
                    .map(|record| api::InventoryRecord {
                        standing: standing(&record),
                        inventory: Some(record.value),
                    })
                    .collect(),
                next_page_token: found.next,
            })
        })
        .await
    }

    async fn inventory_show(
        &self,
        request: Request<api::InventoryShowRequest>,
    ) -> Answer<api::InventoryShowResponse> {
        let locale = language(&request);
        let api::InventoryShowRequest { organisation, name } = request.into_inner();
        self.query("InventoryShow", locale, move |reading| {
            let shown = format!("{organisation}/{name}");
            let record = query::show(
                reading,
                &key::inventory(&organisation, &name),
                "inventory",
                &shown,
            )?;
            let inventory = api::InventoryRecord {
                standing: standing(&record),
                inventory: Some(record.value),
            };
            Ok(api::InventoryShowResponse {
                inventory: Some(inventory),
            })
        })
        .await
    }

    async fn inventory_row_list(
        &self,
        request: Request<api::InventoryRowListRequest>,
    ) -> Answer<api::InventoryRowListResponse> {
        let locale = language(&request);
        let request = request.into_inner();
        let page = self.page(request.page_size, request.page_token);
        self.query("InventoryRowList", locale, move |reading| {
            let found =
                query::inventory_rows(reading, &request.organisation, &request.name, &page)?;
            Ok(api::InventoryRowListResponse {
                rows: found.items,
                next_page_token: found.next,
            })
        })
        .await
    }
}

/// Sends final entries in order, the final checkpoint of each change of members in its place, then the checkpoint that covers everything. Ends
/// quietly when the reader has gone.
async fn send_export(
    service: &Service,
    from: u64,
    to: u64,
    sender: &mpsc::Sender<Result<api::ExportResponse, Status>>,
) -> Result<(), Error> {
    let note = service
        .read(|reading| reading.final_note())
        .await?
        .ok_or(Error::NotFinal { index: from })?;
    let size = note.checkpoint().size;
    if to > size {
        return Err(Error::NotFinal { index: to - 1 });
    }
    let end = if to == 0 { size } else { to };
    let changes: BTreeMap<u64, String> = service
        .read(|reading| {
            let changes = reading.changes()?.into_iter();
            let sized = changes.map(|change| {
                let size = Note::parse(&change.checkpoint)?.checkpoint().size;
                Ok((size, change.checkpoint))
            });
            sized.collect()
        })
        .await?;
    let mut next = from;
    while next < end {
        let count = usize::try_from(end - next)
            .unwrap_or(usize::MAX)
            .min(EXPORT_CHUNK);
        let records = service
            .read(move |reading| {
                let entries = reading.entries(next, count)?;
                entries
                    .into_iter()
                    .map(|(index, _)| {
                        let found = query::entry(reading, index)?;
                        Ok(unframed(export::entry(&found.entry, found.rows)))
                    })
                    .collect::<Result<Vec<_>, Error>>()
            })
            .await?;
        if records.is_empty() {
            return Err(Error::StoreDamaged {
                what: "entries".to_owned(),
            });
        }
        for record in records {
            next += 1;
            let change = changes.get(&next).filter(|_| next < size);
            let checkpoint = change.map(|note| unframed(export::checkpoint(note)));
            for record in [record].into_iter().chain(checkpoint) {
                let response = api::ExportResponse { record };
                if sender.send(Ok(response)).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
    let last = unframed(export::checkpoint(&note.to_text()));
    let _ = sender.send(Ok(api::ExportResponse { record: last })).await;
    Ok(())
}

/// Sends the pieces of a stream. Ends quietly when the reader has gone.
fn send_backup(
    stream: &Stream,
    sender: &mpsc::Sender<Result<api::BackupResponse, Status>>,
) -> Result<(), Error> {
    while let Some(bytes) = stream.next_piece()? {
        let response = api::BackupResponse { bytes };
        if sender.blocking_send(Ok(response)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// A record without the length that stands before it in a file: the stream has frames of its own.
fn unframed(mut record: Vec<u8>) -> Vec<u8> {
    record.split_off(4.min(record.len()))
}
