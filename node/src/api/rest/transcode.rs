//! JSON to protobuf and back, by descriptor. Digests are hex, other bytes base64; names are snake_case; enum values lose
//! their prefix; 64-bit integers are numbers up to 2^53 and strings above.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use prost::Message as _;
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind,
    MessageDescriptor, MethodDescriptor, ReflectMessage as _, Value,
};
use serde_json::{Map, Number, Value as Json};

use super::problem::Problem;
use super::route::Route;

/// Largest integer that every JSON reader keeps.
const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;

/// Byte fields that hold digests or ids.
const DIGESTS: [&str; 26] = [
    "authors",
    "consistency",
    "digest",
    "envelopes_digest",
    "id",
    "import_id",
    "imports",
    "inclusion",
    "key_hash",
    "key_id",
    "leader",
    "leaf",
    "log_root",
    "network_id",
    "previous",
    "proof",
    "results_root",
    "reviewers",
    "root",
    "row_leaf",
    "rows_root",
    "sender",
    "siblings",
    "state_root",
    "statement_key_id",
    "value_hash",
];

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(hengtan_api::DESCRIPTORS)
        .expect("descriptors were checked at build time")
});

/// A method of the service by its name in the route table.
pub fn method(rpc: &str) -> MethodDescriptor {
    let service = POOL
        .get_service_by_name(hengtan_api::SERVICE)
        .expect("the service is in its own descriptors");
    service
        .methods()
        .find(|method| method.name() == rpc)
        .expect("the route table names methods of the service")
}

/// The request message of a route, encoded, from path, query and JSON body.
pub fn request(
    route: &Route,
    parameters: &[(String, String)],
    query: Option<&str>,
    body: &[u8],
) -> Result<Vec<u8>, Problem> {
    let descriptor = method(route.rpc).input();
    let mut message = if body.is_empty() {
        DynamicMessage::new(descriptor)
    } else {
        let body: Json = serde_json::from_slice(body)
            .map_err(|error| Problem::not_json(error.line(), error.column()))?;
        message_of(&descriptor, &body, "")?
    };
    for (name, value) in parameters {
        set_text(&mut message, &route.field(name), value, name)?;
    }
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        set_text(&mut message, &name, &value, &name)?;
    }
    Ok(message.encode_to_vec())
}

/// The JSON of an encoded response of `rpc`.
pub fn response(rpc: &str, bytes: &[u8]) -> Json {
    let message =
        DynamicMessage::decode(method(rpc).output(), bytes).expect("our own encoding decodes");
    json_of_message(&message)
}

/// The head of a command of this kind, encoded, from JSON of its fields.
pub fn head(kind: &str, json: &Json) -> Result<Vec<u8>, Problem> {
    let descriptor = head_descriptor(kind).ok_or_else(|| Problem::unknown_field(kind))?;
    Ok(message_of(&descriptor, json, "")?.encode_to_vec())
}

/// The JSON of a command's head; nothing if kind or bytes are unknown.
pub fn json_of(kind: &str, head: &[u8]) -> Option<Json> {
    let message = DynamicMessage::decode(head_descriptor(kind)?, head).ok()?;
    Some(json_of_message(&message))
}

/// `organisation.change_duties` has the head `OrganisationChangeDuties`.
fn head_descriptor(kind: &str) -> Option<MessageDescriptor> {
    let mut name = "hengtan.ledger.v1.".to_owned();
    let mut upper = true;
    for letter in kind.chars() {
        if matches!(letter, '.' | '_') {
            upper = true;
        } else if std::mem::take(&mut upper) {
            name.push(letter.to_ascii_uppercase());
        } else {
            name.push(letter);
        }
    }
    POOL.get_message_by_name(&name)
}

/// Sets the scalar at a dotted path from the text of a path or query parameter.
fn set_text(
    message: &mut DynamicMessage,
    path: &str,
    text: &str,
    parameter: &str,
) -> Result<(), Problem> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = message
        .descriptor()
        .get_field_by_name(name)
        .ok_or_else(|| Problem::unknown_field(parameter))?;
    match (rest, field.kind()) {
        (Some(rest), Kind::Message(_)) => {
            let Value::Message(inner) = message.get_field_mut(&field) else {
                return Err(Problem::unknown_field(parameter));
            };
            set_text(inner, rest, text, parameter)
        }
        (None, kind)
            if !matches!(kind, Kind::Message(_))
                && field.cardinality() != Cardinality::Repeated =>
        {
            message.set_field(
                &field,
                scalar_of_text(&field, text).ok_or_else(|| Problem::bad_field(parameter, text))?,
            );
            Ok(())
        }
        (None, kind) if !matches!(kind, Kind::Message(_)) => {
            let mut list = Vec::new();
            for part in text.split(',') {
                list.push(
                    scalar_of_text(&field, part)
                        .ok_or_else(|| Problem::bad_field(parameter, text))?,
                );
            }
            message.set_field(&field, Value::List(list));
            Ok(())
        }
        _ => Err(Problem::unknown_field(parameter)),
    }
}

fn scalar_of_text(field: &FieldDescriptor, text: &str) -> Option<Value> {
    Some(match field.kind() {
        Kind::String => Value::String(text.to_owned()),
        Kind::Bool => Value::Bool(text.parse().ok()?),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(text.parse().ok()?),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(text.parse().ok()?),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(text.parse().ok()?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(text.parse().ok()?),
        Kind::Bytes => Value::Bytes(bytes_of_text(field.name(), text)?.into()),
        Kind::Enum(kind) => Value::EnumNumber(enum_number(&kind, text)?),
        _ => return None,
    })
}

fn bytes_of_text(name: &str, text: &str) -> Option<Vec<u8>> {
    if DIGESTS.binary_search(&name).is_ok() {
        hex::decode(text).ok()
    } else {
        BASE64.decode(text).ok()
    }
}

fn message_of(
    descriptor: &MessageDescriptor,
    json: &Json,
    path: &str,
) -> Result<DynamicMessage, Problem> {
    let object = json
        .as_object()
        .ok_or_else(|| Problem::bad_field(path, &json.to_string()))?;
    let mut message = DynamicMessage::new(descriptor.clone());
    for (name, value) in object {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let field = descriptor
            .get_field_by_name(name)
            .ok_or_else(|| Problem::unknown_field(&path))?;
        if value.is_null() {
            continue;
        }
        let value = match (field.cardinality(), value) {
            (Cardinality::Repeated, Json::Array(items)) => Value::List(
                items
                    .iter()
                    .map(|item| value_of(&field, item, &path))
                    .collect::<Result<_, _>>()?,
            ),
            (Cardinality::Repeated, _) => {
                return Err(Problem::bad_field(&path, &value.to_string()));
            }
            (_, value) => value_of(&field, value, &path)?,
        };
        message.set_field(&field, value);
    }
    Ok(message)
}

fn value_of(field: &FieldDescriptor, json: &Json, path: &str) -> Result<Value, Problem> {
    if let Kind::Message(descriptor) = field.kind() {
        return Ok(Value::Message(message_of(&descriptor, json, path)?));
    }
    let text = match json {
        Json::String(text) => text.clone(),
        Json::Number(number) if number.is_u64() || number.is_i64() => number.to_string(),
        Json::Bool(flag) => flag.to_string(),
        _ => return Err(Problem::bad_field(path, &json.to_string())),
    };
    let is_text = matches!(json, Json::String(_));
    let wants_text = matches!(field.kind(), Kind::String | Kind::Bytes | Kind::Enum(_));
    // A 64-bit integer may come as a string; nothing else changes its JSON type.
    let wide = matches!(
        field.kind(),
        Kind::Uint64 | Kind::Int64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64
    );
    if is_text != wants_text && !(is_text && wide) {
        return Err(Problem::bad_field(path, &json.to_string()));
    }
    scalar_of_text(field, &text).ok_or_else(|| Problem::bad_field(path, &json.to_string()))
}

fn json_of_message(message: &DynamicMessage) -> Json {
    let mut object = Map::new();
    for field in message.descriptor().fields() {
        if field.supports_presence() && !message.has_field(&field) {
            continue;
        }
        let value = message.get_field(&field);
        let json = match value.as_ref() {
            Value::List(items) => Json::Array(
                items
                    .iter()
                    .map(|item| json_of_value(&field, item))
                    .collect(),
            ),
            single => json_of_value(&field, single),
        };
        object.insert(field.name().to_owned(), json);
    }
    Json::Object(object)
}

fn json_of_value(field: &FieldDescriptor, value: &Value) -> Json {
    match value {
        Value::Bool(flag) => Json::Bool(*flag),
        Value::I32(number) => Json::Number((*number).into()),
        Value::U32(number) => Json::Number((*number).into()),
        Value::I64(number) if number.unsigned_abs() <= SAFE_INTEGER_MAX => {
            Json::Number((*number).into())
        }
        Value::U64(number) if *number <= SAFE_INTEGER_MAX => Json::Number(Number::from(*number)),
        Value::I64(number) => Json::String(number.to_string()),
        Value::U64(number) => Json::String(number.to_string()),
        Value::String(text) => Json::String(text.clone()),
        Value::Bytes(bytes) if DIGESTS.binary_search(&field.name()).is_ok() => {
            Json::String(hex::encode(bytes))
        }
        Value::Bytes(bytes) => Json::String(BASE64.encode(bytes)),
        Value::EnumNumber(number) => match field.kind() {
            Kind::Enum(kind) => Json::String(enum_name(&kind, *number)),
            _ => Json::Number((*number).into()),
        },
        Value::Message(message) => json_of_message(message),
        // No floats and no maps exist in our messages; lists were unfolded by the caller.
        Value::F32(_) | Value::F64(_) | Value::List(_) | Value::Map(_) => Json::Null,
    }
}

/// `IMPORT_STATUS_COUNTING` of `ImportStatus` is `counting`.
pub fn enum_name(kind: &EnumDescriptor, number: i32) -> String {
    let Some(value) = kind.get_value(number) else {
        return number.to_string();
    };
    let prefix = enum_prefix(kind);
    value
        .name()
        .strip_prefix(prefix.as_str())
        .unwrap_or(value.name())
        .to_ascii_lowercase()
}

fn enum_number(kind: &EnumDescriptor, text: &str) -> Option<i32> {
    kind.values()
        .find(|value| enum_name(kind, value.number()) == text)
        .map(|value| value.number())
}

fn enum_prefix(kind: &EnumDescriptor) -> String {
    let mut prefix = String::new();
    for (position, letter) in kind.name().chars().enumerate() {
        if letter.is_ascii_uppercase() && position > 0 {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    prefix.push('_');
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::rest::route::ROUTES;

    #[test]
    fn heads_of_every_kind_are_known_by_its_name() {
        for kind in hengtan_ledger::command::KINDS {
            assert!(
                head(kind.name, &serde_json::json!({})).is_ok(),
                "{}",
                kind.name
            );
        }
        let json = serde_json::json!({"policy": {"kind": "factor_set.adopt", "rule": {"kind": "fraction", "n": 2, "m": 3}, "roles": ["governance"]}});
        let bytes = head("policy.set", &json).expect("a head");
        let message = <hengtan_ledger::v1::PolicySet as prost::Message>::decode(bytes.as_slice())
            .expect("decodes");
        let policy = message.policy.expect("a policy");
        assert_eq!(
            (policy.kind.as_str(), policy.roles),
            ("factor_set.adopt", vec![1])
        );
        assert!(head("policy.set", &serde_json::json!({"polcy": {}})).is_err());
    }

    #[test]
    fn digest_names_are_sorted_for_the_search() {
        assert!(DIGESTS.is_sorted());
    }

    #[test]
    fn each_route_names_a_method_and_each_path_parameter_a_field() {
        for route in ROUTES {
            let input = method(route.rpc).input();
            for parameter in route.parameters() {
                let mut message = DynamicMessage::new(input.clone());
                let text = if parameter.ends_with("id") { "00" } else { "1" };
                assert!(
                    set_text(&mut message, &route.field(parameter), text, parameter).is_ok(),
                    "{} {parameter}",
                    route.path
                );
            }
        }
    }

    #[test]
    fn each_method_of_the_service_has_a_path() {
        let service = POOL
            .get_service_by_name(hengtan_api::SERVICE)
            .expect("service");
        for method in service.methods() {
            assert!(
                ROUTES.iter().any(|route| route.rpc == method.name()),
                "{}",
                method.name()
            );
        }
    }

    #[test]
    fn query_text_is_decoded_and_typed() {
        let route = ROUTES
            .iter()
            .find(|route| route.rpc == "ActivityList")
            .expect("route");
        let bytes = request(
            route,
            &[],
            Some("organisation=a%20b&scope=2&import_id=0aff&page_size=10"),
            b"",
        )
        .expect("request");
        let message =
            hengtan_api::v1::ActivityListRequest::decode(bytes.as_slice()).expect("decodes");
        assert_eq!(
            (
                message.organisation.as_str(),
                message.scope,
                message.page_size
            ),
            ("a b", 2, 10)
        );
        assert_eq!(message.import_id, [0x0a, 0xff]);
        for wrong in [
            "scope=two",
            "scope=-1",
            "import_id=xyz",
            "colour=red",
            "page_size=99999999999",
        ] {
            assert!(request(route, &[], Some(wrong), b"").is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_body_with_an_unknown_or_mistyped_field_is_refused_by_name() {
        let route = ROUTES
            .iter()
            .find(|route| route.rpc == "Submit")
            .expect("route");
        assert!(request(route, &[], None, br#"{"envelope":"AAEC","wait_ms":5}"#).is_ok());
        for wrong in [
            &br#"{"envelop":"AAEC"}"#[..],
            br#"{"envelope":5}"#,
            br#"{"wait_ms":1.5}"#,
            br#"{"envelope":"AAEC""#,
            b"[]",
        ] {
            assert!(
                request(route, &[], None, wrong).is_err(),
                "{}",
                String::from_utf8_lossy(wrong)
            );
        }
    }

    #[test]
    fn messages_survive_json() {
        let original = hengtan_api::v1::SubmitResponse {
            id: vec![7; 32],
            r#final: true,
            results: vec![vec![1, 2]],
            ..Default::default()
        };
        let json = response("Submit", &original.encode_to_vec());
        assert_eq!(json["id"], "07".repeat(32));
        assert_eq!(json["results"][0], "AQI=");
        let back = message_of(&method("Submit").output(), &json, "")
            .map_err(|_| ())
            .expect("reads its own writing");
        assert_eq!(back.encode_to_vec(), original.encode_to_vec());
    }
}
