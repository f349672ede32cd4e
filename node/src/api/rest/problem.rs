//! Problem details (RFC 9457): a permanent code, its fields, and what to do, in the reader's language.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use i18n::Locale;
use serde_json::json;
use tonic_types::StatusExt as _;

/// Codes of the REST border; those of the service behind it keep their own.
pub const CODES: &[&str] = &[
    NO_SUCH_PATH,
    METHOD_NOT_ALLOWED,
    NOT_JSON,
    UNKNOWN_FIELD,
    BAD_FIELD,
    INTERNAL,
];
const NO_SUCH_PATH: &str = "HT-API-040";
const METHOD_NOT_ALLOWED: &str = "HT-API-041";
const NOT_JSON: &str = "HT-API-042";
const UNKNOWN_FIELD: &str = "HT-API-043";
const BAD_FIELD: &str = "HT-API-044";
/// The node's own code, which the border gives too.
const TOO_LARGE: &str = "HT-API-004";
const INTERNAL: &str = "HT-API-045";

/// Why a request got no answer.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: String,
    fields: Vec<(String, String)>,
}

impl Problem {
    fn new(status: StatusCode, code: &str, fields: &[(&str, String)]) -> Self {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Self {
            status,
            code: code.to_owned(),
            fields,
        }
    }

    /// Its permanent code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The values that a sentence about it may name.
    #[must_use]
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// 404: nothing lives at this path.
    pub fn no_such_path(path: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            NO_SUCH_PATH,
            &[("path", shortened(path))],
        )
    }

    /// 405.
    pub fn method_not_allowed(method: &str, path: &str) -> Self {
        let fields = [("method", shortened(method)), ("path", shortened(path))];
        Self::new(StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED, &fields)
    }

    /// 400: the body is not JSON from this place on.
    pub fn not_json(line: usize, column: usize) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            NOT_JSON,
            &[("line", line.to_string()), ("column", column.to_string())],
        )
    }

    /// 400: no such field or parameter.
    pub fn unknown_field(field: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            UNKNOWN_FIELD,
            &[("field", field.to_owned())],
        )
    }

    /// 400: the value does not fit the field.
    pub fn bad_field(field: &str, value: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            BAD_FIELD,
            &[("field", field.to_owned()), ("value", shortened(value))],
        )
    }

    /// 413: the body is larger than the door takes, in bytes.
    pub fn too_large(found: Option<u64>, limit: usize) -> Self {
        let found = found.map_or_else(|| format!("> {limit}"), |found| found.to_string());
        let fields = [
            ("what", "body".to_owned()),
            ("found", found),
            ("limit", limit.to_string()),
        ];
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE, &fields)
    }

    /// 500: a broken promise of our own.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL, &[])
    }

    /// 503 with the code of what is missing.
    pub fn not_ready(code: String) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code,
            fields: Vec::new(),
        }
    }

    /// What the service said: code and fields are the details of its status.
    pub fn of_status(status: &tonic::Status) -> Self {
        let details = status.get_error_details();
        let (code, fields) = details.error_info().map_or_else(
            || (INTERNAL.to_owned(), Vec::new()),
            |info| {
                let mut fields: Vec<_> = info.metadata.clone().into_iter().collect();
                fields.sort();
                (info.reason.clone(), fields)
            },
        );
        // gRPC has one status for too large and too often.
        let status = if code == TOO_LARGE {
            StatusCode::PAYLOAD_TOO_LARGE
        } else {
            http_status(status.code())
        };
        Self {
            status,
            code,
            fields,
        }
    }

    /// The body `application/problem+json` with `Content-Language`.
    pub fn into_response(self, locale: Locale) -> Response {
        let fields: Vec<(&str, String)> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        let page = i18n::catalogue(locale).explain(&self.code, &fields);
        let members: serde_json::Map<_, _> = self
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let body = json!({
            "type": format!("/v1/errors/{}", self.code),
            "title": page.as_ref().map_or(self.code.as_str(), |page| page.what.as_str()),
            "status": self.status.as_u16(),
            "detail": page.as_ref().map(|page| page.cause.as_str()),
            "remedy": page.as_ref().map(|page| page.remedy.as_str()),
            "code": self.code,
            "fields": members,
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        mark_language(headers, locale);
        response
    }
}

/// What a stranger wrote, short enough to be said again.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

/// `Content-Language` and `Vary`.
pub fn mark_language(headers: &mut HeaderMap, locale: Locale) {
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(locale.tag()),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
}

/// HTTP status of a gRPC code, as google.rpc.Code documents it.
fn http_status(code: tonic::Code) -> StatusCode {
    match code {
        tonic::Code::Ok => StatusCode::OK,
        tonic::Code::InvalidArgument | tonic::Code::OutOfRange => StatusCode::BAD_REQUEST,
        tonic::Code::FailedPrecondition | tonic::Code::AlreadyExists | tonic::Code::Aborted => {
            StatusCode::CONFLICT
        }
        tonic::Code::NotFound => StatusCode::NOT_FOUND,
        tonic::Code::PermissionDenied => StatusCode::FORBIDDEN,
        tonic::Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        tonic::Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        tonic::Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        tonic::Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        tonic::Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
