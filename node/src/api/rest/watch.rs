//! Watching as server-sent events: the id of an event is the index of its entry, so that a browser's `Last-Event-ID` goes on behind it.

use super::problem::Problem;
use super::transcode;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_server::Ledger;
use prost::Message as _;

const LAST_EVENT_ID: &str = "last-event-id";

/// Events as long as the reader reads.
pub(super) async fn answer<S: Ledger>(
    service: std::sync::Arc<S>,
    request: &[u8],
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let mut request = api::EntryWatchRequest::decode(request).map_err(|_| Problem::internal())?;
    if let Some(last) = headers.get(LAST_EVENT_ID) {
        let text = last.to_str().unwrap_or_default();
        let last: Option<u64> = text.parse().ok();
        // The address says where it began once; this says how far it came.
        request.from = last
            .and_then(|last| last.checked_add(1))
            .ok_or_else(|| Problem::bad_field(LAST_EVENT_ID, text))?;
    }
    let mut request = tonic::Request::new(request);
    if let Some(language) = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok()?.parse().ok())
    {
        request.metadata_mut().insert("accept-language", language);
    }
    let stream = service
        .entry_watch(request)
        .await
        .map_err(|status| Problem::of_status(&status))?
        .into_inner();
    let events = stream.map(|item| match item {
        Ok(response) => Ok(event(&response)),
        // The reader begins again behind the last event that it got.
        Err(status) => Err(std::io::Error::other(status.code().to_string())),
    });
    Ok((
        [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Body::from_stream(events),
    )
        .into_response())
}

/// An event with its entry; or, without one, a comment and an id, which moves the reader's place and shows it nothing.
fn event(response: &api::EntryWatchResponse) -> String {
    let id = response
        .next
        .checked_sub(1)
        .map(|last| format!("id: {last}\n"))
        .unwrap_or_default();
    if response.summary.is_none() {
        return format!(": {}\n{id}\n", response.final_size);
    }
    let json = transcode::response("EntryWatch", &response.encode_to_vec());
    format!("{id}data: {json}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_carries_its_index_and_a_sign_of_life_no_data() {
        let mut response = api::EntryWatchResponse {
            summary: Some(api::EntrySummary {
                index: 7,
                kind: "facility.register".to_owned(),
                ..Default::default()
            }),
            next: 8,
            final_size: 9,
            ..Default::default()
        };
        let text = event(&response);
        assert!(text.starts_with("id: 7\ndata: {"), "{text}");
        assert!(text.ends_with("}\n\n"), "{text}");
        assert_eq!(text.trim_end().lines().count(), 2, "{text}");
        response.summary = None;
        assert_eq!(event(&response), ": 9\nid: 7\n\n");
        response.next = 0;
        assert_eq!(event(&response), ": 9\n\n");
    }
}
