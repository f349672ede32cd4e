//! REST: the gRPC service behind paths and JSON, translated by its own descriptors, so that the two cannot drift apart.
//!
//! A request travels `route` → `transcode` (path, query and body into the request message) → `dispatch` (the same handler
//! that gRPC calls) → `transcode` (response message into JSON), or becomes a `problem` (RFC 9457).

mod dispatch;
mod openapi;
mod problem;
mod route;
mod transcode;
mod watch;

use std::sync::Arc;

use super::grpc;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, RawPathParams, RawQuery};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use futures_util::StreamExt as _;
use hengtan_api::v1::ledger_server::Ledger;
use i18n::Locale;
use prost::Message as _;

pub use problem::{CODES, Problem};
use route::{ROUTES, Route, Verb};
pub use transcode::{head, json_of};

/// What the process around the API tells about itself.
#[derive(Clone)]
pub struct Probes {
    /// Codes of what keeps the node from serving; empty = ready.
    pub not_ready: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    /// Metrics in the OpenMetrics text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// Language of the reader, from `Accept-Language`.
fn locale_of(headers: &HeaderMap) -> Locale {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Locale::from_accept_language(wanted)
}

/// All REST routes over `service`; bodies above `body_bytes_max` are refused.
pub fn router<S: Ledger>(service: Arc<S>, probes: Probes, body_bytes_max: usize) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let service = service.clone();
        let filter = match route.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        let handler = move |parameters: RawPathParams,
                            RawQuery(query): RawQuery,
                            headers: HeaderMap,
                            body: Result<Bytes, BytesRejection>| {
            let service = service.clone();
            async move {
                let locale = locale_of(&headers);
                let parameters: Vec<(String, String)> = parameters
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                let answered = match body {
                    Ok(body) => {
                        answer(
                            service,
                            route,
                            &parameters,
                            query.as_deref(),
                            &headers,
                            body,
                        )
                        .await
                    }
                    Err(_) => {
                        let length = headers
                            .get(header::CONTENT_LENGTH)
                            .and_then(|length| length.to_str().ok()?.parse().ok());
                        Err(Problem::too_large(length, body_bytes_max))
                    }
                };
                answered.unwrap_or_else(|problem| problem.into_response(locale))
            }
        };
        router = router.route(route.path, on(filter, handler));
    }
    let metrics = probes.metrics.clone();
    router
        .route(
            "/openapi.json",
            get(|| async { json(StatusCode::OK, &openapi::document()) }),
        )
        .route("/v1/errors/{code}", get(error_page))
        .route("/livez", get(|| async { "ok\n" }))
        .route(
            "/readyz",
            get(move |headers: HeaderMap| async move { readiness(&probes, &headers) }),
        )
        .route(
            "/metrics",
            get(move || async move { openmetrics(metrics()) }),
        )
        .fallback(|uri: Uri, headers: HeaderMap| async move {
            Problem::no_such_path(uri.path()).into_response(locale_of(&headers))
        })
        .method_not_allowed_fallback(|method: Method, uri: Uri, headers: HeaderMap| async move {
            Problem::method_not_allowed(method.as_str(), uri.path())
                .into_response(locale_of(&headers))
        })
        .layer(DefaultBodyLimit::max(body_bytes_max))
}

async fn answer<S: Ledger>(
    service: Arc<S>,
    route: &'static Route,
    parameters: &[(String, String)],
    query: Option<&str>,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let (query, headers) = take_consistency(query, headers);
    let (query, headers) = (query.as_deref(), &headers);
    let request = if route.verb == Verb::Post
        && media_type(headers, header::CONTENT_TYPE) == "application/x-protobuf"
    {
        body.to_vec()
    } else {
        transcode::request(route, parameters, query, &body)?
    };
    if route.rpc == "Export" {
        return export(service, &request).await;
    }
    if route.rpc == "Backup" {
        return backup(service).await;
    }
    if route.rpc == "EntryWatch" {
        return watch::answer(service, &request, headers).await;
    }
    let dispatch::Called {
        message: response,
        index,
    } = dispatch::call(&*service, route.rpc, &request, headers)
        .await
        .map_err(|status| Problem::of_status(&status))?;
    let mut answered = form(route, headers, &response)?;
    if let Some(index) = index.and_then(|index| index.parse().ok()) {
        answered.headers_mut().insert(grpc::INDEX, index);
    }
    Ok(answered)
}

/// The parameter `consistency` stands beside every query; in gRPC it is metadata.
fn take_consistency(query: Option<&str>, headers: &HeaderMap) -> (Option<String>, HeaderMap) {
    let mut headers = headers.clone();
    let Some(query) = query else {
        return (None, headers);
    };
    let mut left = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == grpc::CONSISTENCY {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(grpc::CONSISTENCY, value);
            }
        } else {
            left.append_pair(&name, &value);
        }
    }
    (Some(left.finish()), headers)
}

/// The response in the form that the reader wants.
fn form(route: &Route, headers: &HeaderMap, response: &[u8]) -> Result<Response, Problem> {
    if media_type(headers, header::ACCEPT) == "application/x-protobuf" {
        return Ok((
            [(header::CONTENT_TYPE, "application/x-protobuf")],
            response.to_vec(),
        )
            .into_response());
    }
    if route.rpc == "ReceiptGet" {
        return receipt(response);
    }
    Ok(json(
        StatusCode::OK,
        &transcode::response(route.rpc, response),
    ))
}

/// A receipt leaves as the very file that `hengtan verify` reads.
fn receipt(response: &[u8]) -> Result<Response, Problem> {
    let response =
        hengtan_api::v1::ReceiptGetResponse::decode(response).map_err(|_| Problem::internal())?;
    let receipt = response.receipt.ok_or_else(Problem::internal)?;
    let file = hengtan_ledger::receipt::to_json(&receipt).map_err(|_| Problem::internal())?;
    Ok(([(header::CONTENT_TYPE, "application/json")], file).into_response())
}

/// Newline-delimited JSON, one record a line, as long as the reader reads.
async fn export<S: Ledger>(service: Arc<S>, request: &[u8]) -> Result<Response, Problem> {
    let request =
        hengtan_api::v1::ExportRequest::decode(request).map_err(|_| Problem::internal())?;
    let stream = service
        .export(tonic::Request::new(request))
        .await
        .map_err(|status| Problem::of_status(&status))?
        .into_inner();
    let lines = stream.map(|item| {
        item.map(|response| {
            let mut line = transcode::response("Export", &response.encode_to_vec()).to_string();
            line.push('\n');
            line
        })
        .map_err(|status| std::io::Error::other(status.code().to_string()))
    });
    Ok((
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    )
        .into_response())
}

/// The very bytes of the file, as long as the reader reads.
async fn backup<S: Ledger>(service: Arc<S>) -> Result<Response, Problem> {
    let stream = service
        .backup(tonic::Request::new(hengtan_api::v1::BackupRequest {}))
        .await
        .map_err(|status| Problem::of_status(&status))?
        .into_inner();
    let pieces = stream.map(|item| {
        item.map(|response| response.bytes)
            .map_err(|status| std::io::Error::other(status.code().to_string()))
    });
    Ok((
        [(header::CONTENT_TYPE, "application/octet-stream")],
        Body::from_stream(pieces),
    )
        .into_response())
}

fn media_type(headers: &HeaderMap, name: header::HeaderName) -> &str {
    let value = headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    (
        status,
        [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )],
        value.to_string(),
    )
        .into_response()
}

fn openmetrics(text: String) -> Response {
    (
        [(
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        text,
    )
        .into_response()
}

fn readiness(probes: &Probes, headers: &HeaderMap) -> Response {
    let codes = (probes.not_ready)();
    match codes.first() {
        None => "ok\n".into_response(),
        Some(code) => Problem::not_ready(code.clone()).into_response(locale_of(headers)),
    }
}

/// What a code means, in the reader's language: the page that `type` of a problem points to.
async fn error_page(
    axum::extract::Path(code): axum::extract::Path<String>,
    headers: HeaderMap,
) -> Response {
    let locale = locale_of(&headers);
    let code = code.to_ascii_uppercase();
    match i18n::catalogue(locale).explain(&code, &[]) {
        Some(page) => {
            let value = serde_json::json!({"code": code, "what": page.what, "cause": page.cause, "remedy": page.remedy});
            let mut response = json(StatusCode::OK, &value);
            problem::mark_language(response.headers_mut(), locale);
            response
        }
        None => Problem::no_such_path(&format!("/v1/errors/{code}")).into_response(locale),
    }
}
