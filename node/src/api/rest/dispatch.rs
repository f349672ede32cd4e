//! From a method's name to the handler that gRPC calls too.

use crate::api::grpc::{CONSISTENCY, INDEX};
use axum::http::HeaderMap;
use hengtan_api::v1::ledger_server::Ledger;
use prost::Message;
use tonic::{Request, Response, Status};

/// An encoded response.
pub struct Called {
    /// The message.
    pub message: Vec<u8>,
    /// Index of the newest entry that it has seen, where it says so.
    pub index: Option<String>,
}

/// Calls the unary method `rpc` with an encoded request.
pub async fn call<S: Ledger>(
    service: &S,
    rpc: &str,
    request: &[u8],
    headers: &HeaderMap,
) -> Result<Called, Status> {
    match rpc {
        "Submit" => encoded(service.submit(decoded(request, headers)?).await),
        "ReceiptGet" => encoded(service.receipt_get(decoded(request, headers)?).await),
        "NetworkShow" => encoded(service.network_show(decoded(request, headers)?).await),
        "StatusShow" => encoded(service.status_show(decoded(request, headers)?).await),
        "ClusterShow" => encoded(service.cluster_show(decoded(request, headers)?).await),
        "CheckpointShow" => encoded(service.checkpoint_show(decoded(request, headers)?).await),
        "ConsistencyShow" => encoded(service.consistency_show(decoded(request, headers)?).await),
        "EntryList" => encoded(service.entry_list(decoded(request, headers)?).await),
        "EntryShow" => encoded(service.entry_show(decoded(request, headers)?).await),
        "StateShow" => encoded(service.state_show(decoded(request, headers)?).await),
        "OrganisationList" => encoded(service.organisation_list(decoded(request, headers)?).await),
        "OrganisationShow" => encoded(service.organisation_show(decoded(request, headers)?).await),
        "MemberList" => encoded(service.member_list(decoded(request, headers)?).await),
        "MemberShow" => encoded(service.member_show(decoded(request, headers)?).await),
        "NodeList" => encoded(service.node_list(decoded(request, headers)?).await),
        "PolicyList" => encoded(service.policy_list(decoded(request, headers)?).await),
        "ProposalList" => encoded(service.proposal_list(decoded(request, headers)?).await),
        "ProposalShow" => encoded(service.proposal_show(decoded(request, headers)?).await),
        "FacilityList" => encoded(service.facility_list(decoded(request, headers)?).await),
        "FacilityShow" => encoded(service.facility_show(decoded(request, headers)?).await),
        "FactorSetList" => encoded(service.factor_set_list(decoded(request, headers)?).await),
        "FactorSetShow" => encoded(service.factor_set_show(decoded(request, headers)?).await),
        "ImportList" => encoded(service.import_list(decoded(request, headers)?).await),
        "ImportShow" => encoded(service.import_show(decoded(request, headers)?).await),
        "ActivityList" => encoded(service.activity_list(decoded(request, headers)?).await),
        "ActivityShow" => encoded(service.activity_show(decoded(request, headers)?).await),
        "InventoryList" => encoded(service.inventory_list(decoded(request, headers)?).await),
        "InventoryShow" => encoded(service.inventory_show(decoded(request, headers)?).await),
        "InventoryRowList" => encoded(service.inventory_row_list(decoded(request, headers)?).await),
        _ => Err(Status::unimplemented("")),
    }
}

fn decoded<T: Message + Default>(bytes: &[u8], headers: &HeaderMap) -> Result<Request<T>, Status> {
    let message = T::decode(bytes).map_err(|_| Status::invalid_argument(""))?;
    let mut request = Request::new(message);
    for name in ["accept-language", CONSISTENCY] {
        if let Some(value) = headers
            .get(name)
            .and_then(|value| value.to_str().ok()?.parse().ok())
        {
            request.metadata_mut().insert(name, value);
        }
    }
    Ok(request)
}

fn encoded<T: Message>(answer: Result<Response<T>, Status>) -> Result<Called, Status> {
    let answer = answer?;
    let index = answer.metadata().get(INDEX);
    Ok(Called {
        index: index.and_then(|value| value.to_str().ok().map(str::to_owned)),
        message: answer.into_inner().encode_to_vec(),
    })
}
