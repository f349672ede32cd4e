//! The OpenAPI 3.1 document, made from the route table and the service's descriptors.

use std::collections::BTreeSet;

use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value as Json, json};

use super::route::{ROUTES, Route, Verb};
use super::transcode::{enum_name, method};

/// The whole document.
pub fn document() -> Json {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Json> = Map::new();
    for route in ROUTES {
        let path = route.path.replace("{*", "{");
        let verb = match route.verb {
            Verb::Get => "get",
            Verb::Post => "post",
        };
        let operation = schemas.operation(route);
        paths.entry(path).or_insert_with(|| json!({}))[verb] = operation;
    }
    for (path, media, operation) in [
        ("/livez", "text/plain", "Live"),
        ("/readyz", "text/plain", "Ready"),
        ("/metrics", "application/openmetrics-text", "Metrics"),
        ("/openapi.json", "application/json", "OpenApi"),
        ("/v1/errors/{code}", "application/json", "ErrorShow"),
    ] {
        let parameters: Vec<Json> = path
            .contains("{code}")
            .then(|| json!({"name": "code", "in": "path", "required": true, "schema": {"type": "string"}}))
            .into_iter()
            .collect();
        paths.insert(
            path.to_owned(),
            json!({"get": {"operationId": operation, "parameters": parameters,
                "responses": {"200": {"description": "OK", "content": {media: {}}}, "default": problem_response()}}}),
        );
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hengtan",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": schemas.finish()},
    })
}

fn problem_response() -> Json {
    json!({"description": "RFC 9457", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}})
}

/// Message schemas that some operation refers to.
#[derive(Default)]
struct Schemas {
    done: Map<String, Json>,
    named: BTreeSet<String>,
}

impl Schemas {
    fn operation(&mut self, route: &Route) -> Json {
        let method = method(route.rpc);
        let input = method.input();
        let in_path: Vec<&str> = route.parameters().collect();
        let mut parameters: Vec<Json> = in_path
            .iter()
            .map(|name| {
                let schema = self.schema_at(&input, &route.field(name));
                json!({"name": name, "in": "path", "required": true, "schema": schema})
            })
            .collect();
        let mut operation = Map::new();
        operation.insert("operationId".to_owned(), json!(operation_id(route)));
        if route.verb == Verb::Post {
            let reference = self.reference(&input);
            operation.insert(
                "requestBody".to_owned(),
                json!({"required": true, "content": {"application/json": {"schema": reference}, "application/x-protobuf": {}}}),
            );
        } else {
            for field in input.fields() {
                let filled = in_path
                    .iter()
                    .any(|name| route.field(name).split('.').next() == Some(field.name()));
                if filled
                    || matches!(field.kind(), Kind::Message(_))
                    || field
                        .containing_oneof()
                        .is_some_and(|group| !group.is_synthetic())
                {
                    continue;
                }
                let schema = self.field(&field);
                parameters.push(json!({"name": field.name(), "in": "query", "required": false, "schema": schema, "style": "form", "explode": false}));
            }
        }
        if route.verb == Verb::Get {
            parameters.push(json!({"name": crate::api::grpc::CONSISTENCY, "in": "query", "required": false, "schema": {"type": "string", "enum": ["linearizable", "local"]}}));
        }
        operation.insert("parameters".to_owned(), Json::Array(parameters));
        let media = match route.rpc {
            "Export" => "application/x-ndjson",
            "Backup" => "application/octet-stream",
            "EntryWatch" => "text/event-stream",
            _ => "application/json",
        };
        // A receipt is the file that the verifier reads; docs/formats describe it.
        let schema = if route.rpc == "ReceiptGet" {
            json!({"type": "object"})
        } else if route.rpc == "Backup" {
            json!({"type": "string", "format": "binary"})
        } else {
            self.reference(&method.output())
        };
        operation.insert(
            "responses".to_owned(),
            json!({"200": {"description": "OK", "content": {media: {"schema": schema}}}, "default": problem_response()}),
        );
        Json::Object(operation)
    }

    fn schema_at(&mut self, message: &MessageDescriptor, path: &str) -> Json {
        let (name, rest) = path
            .split_once('.')
            .map_or((path, None), |(name, rest)| (name, Some(rest)));
        let Some(field) = message.get_field_by_name(name) else {
            return json!({});
        };
        match (rest, field.kind()) {
            (Some(rest), Kind::Message(inner)) => self.schema_at(&inner, rest),
            _ => self.field(&field),
        }
    }

    fn reference(&mut self, message: &MessageDescriptor) -> Json {
        let name = message.name().to_owned();
        if self.named.insert(name.clone()) {
            let mut properties = Map::new();
            for field in message.fields() {
                let schema = self.field(&field);
                properties.insert(field.name().to_owned(), schema);
            }
            self.done.insert(
                name.clone(),
                json!({"type": "object", "properties": properties, "additionalProperties": false}),
            );
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn field(&mut self, field: &FieldDescriptor) -> Json {
        let single = match field.kind() {
            Kind::Message(message) => self.reference(&message),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Bytes => json!({"type": "string", "description": "hex (digests, ids) or base64"}),
            Kind::String => json!({"type": "string"}),
            Kind::Enum(kind) => {
                let names: Vec<String> = kind
                    .values()
                    .map(|value| enum_name(&kind, value.number()))
                    .collect();
                json!({"type": "string", "enum": names})
            }
            Kind::Uint64 | Kind::Int64 | Kind::Fixed64 | Kind::Sint64 | Kind::Sfixed64 => {
                json!({"type": ["integer", "string"], "format": "int64"})
            }
            _ => json!({"type": "integer", "format": "int32"}),
        };
        if field.cardinality() == Cardinality::Repeated {
            json!({"type": "array", "items": single})
        } else {
            single
        }
    }

    fn finish(mut self) -> Json {
        self.done.insert(
            "Problem".to_owned(),
            json!({"type": "object", "required": ["type", "title", "status", "code"], "properties": {
                "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                "detail": {"type": ["string", "null"]}, "remedy": {"type": ["string", "null"]},
                "code": {"type": "string"}, "fields": {"type": "object"}}}),
        );
        Json::Object(self.done)
    }
}

/// Unique: methods that answer at several paths carry what distinguishes the path.
fn operation_id(route: &Route) -> String {
    let twins = ROUTES.iter().filter(|other| other.rpc == route.rpc).count();
    if twins == 1 {
        return route.rpc.to_owned();
    }
    let noun = route.path.split('/').nth(2).unwrap_or_default();
    let mut name = route.rpc.to_owned();
    for part in noun.split('-') {
        let mut letters = part.chars();
        if let Some(first) = letters.next() {
            name.push(first.to_ascii_uppercase());
            name.push_str(letters.as_str());
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_documented_with_unique_operation_ids_and_no_dangling_reference() {
        let document = document();
        let mut ids = BTreeSet::new();
        for route in ROUTES {
            let verb = if route.verb == Verb::Get {
                "get"
            } else {
                "post"
            };
            let operation = &document["paths"][route.path.replace("{*", "{")][verb];
            let id = operation["operationId"]
                .as_str()
                .expect("operation id")
                .to_owned();
            assert!(ids.insert(id.clone()), "{id} twice");
            for parameter in route.parameters() {
                let listed = operation["parameters"]
                    .as_array()
                    .expect("list")
                    .iter()
                    .any(|entry| entry["name"] == parameter);
                assert!(listed, "{} {parameter}", route.path);
            }
        }
        let text = document.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().expect("name");
            assert!(
                document["components"]["schemas"].get(name).is_some(),
                "{name}"
            );
        }
    }
}
