//! Both APIs over a real socket, in front of a real single voter.

use super::*;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, Folder, found, founding_plan, read_key};
use crate::service::Service;
use hengtan_api::v1 as wire;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::envelope::{Command, Signed, sign};
use hengtan_ledger::receipt::{NetworkPin, verify_receipt};
use hengtan_ledger::v1;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tonic_types::StatusExt as _;

struct Node {
    folder: tempfile::TempDir,
    address: std::net::SocketAddr,
    service: Service,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<Result<(), crate::error::Error>>,
}

async fn start() -> Node {
    start_with(Default::default()).await
}

/// A node with TLS, and a channel to it that trusts this authority's certificate.
async fn start_encrypted() -> Node {
    start_with([("tls.profile".to_owned(), "sm".to_owned())].into()).await
}

async fn start_with(flags: crate::config::Flags) -> Node {
    let folder = tempfile::tempdir().expect("temporary folder");
    let root = folder.path().join("network");
    let plan = founding_plan();
    let clock = Arc::new(SystemClock::default());
    found(&root, &plan, clock.now_ms(), &mut rand::rng()).expect("founded");
    let path = Folder::new(&root).config_file(None).expect("one node");
    let (config, _) = Config::load(&path, [], &flags).expect("valid");
    assert_eq!(config.check(), []);
    let encryption = config
        .tls
        .as_ref()
        .map(|tls| crate::api::tls::Encryption::new(tls).expect("prepared"));
    let server = Server::bind(config.listen, encryption)
        .await
        .expect("bound");
    let address = server.address();
    let service = Service::start(&config, clock).await.expect("started");
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(server.serve(service.clone(), async move {
        let _ = stopped.await;
    }));
    Node {
        folder,
        address,
        service,
        stop: Some(stop),
        serving,
    }
}

impl Node {
    async fn stop(mut self) {
        self.service.shutdown().await.expect("stopped");
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.serving.await.expect("no panic").expect("served");
    }

    async fn client(&self) -> LedgerClient<tonic::transport::Channel> {
        LedgerClient::connect(format!("http://{}", self.address))
            .await
            .expect("connected")
    }

    fn facility(&self, name: &str) -> Signed {
        let members = Folder::new(self.folder.path().join("network")).members();
        let key = read_key(&members.join("operator.key.pem")).expect("readable");
        let head = v1::FacilityRegister {
            name: name.to_owned(),
            display_name: Some(v1::DisplayName {
                zh: "厂".to_owned(),
                en: "Plant".to_owned(),
            }),
            region: "CN-GD".to_owned(),
            ..Default::default()
        };
        let command = Command::new("facility.register", &head, Vec::new());
        let until = SystemClock::default().now_ms() + 60_000;
        sign(
            &self.service.founded().network_id(),
            command,
            until,
            &key,
            &mut rand::rng(),
        )
    }

    /// One HTTP/1.1 exchange: status, headers in lower case, body.
    async fn http(&self, request: &str, language: &str, body: &str) -> (u16, String, String) {
        let mut socket = tokio::net::TcpStream::connect(self.address)
            .await
            .expect("connected");
        let length = body.len();
        let text = format!(
            "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept-language: {language}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        socket.write_all(text.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.expect("received");
        // A backup is bytes.
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        (status, head.to_ascii_lowercase(), body.to_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_handed_in_over_grpc_comes_back_as_a_receipt() {
    let node = start().await;
    let mut client = node.client().await;
    let envelope = node.facility("plant");
    let request = wire::SubmitRequest {
        envelope: envelope.bytes.clone(),
        rows: Some(v1::RowSet { rows: Vec::new() }),
        ..Default::default()
    };
    let done = client.submit(request).await.expect("answered").into_inner();
    assert!(done.r#final);
    let outcome = done.outcome.expect("final");
    assert_eq!(outcome.code, "");
    let pin = NetworkPin(node.service.founded().network_id());
    verify_receipt(&done.receipt.expect("wanted"), Some(pin)).expect("verifies");

    let subject = wire::receipt_get_request::Subject::Id(envelope.id.to_vec());
    let request = wire::ReceiptGetRequest {
        subject: Some(subject),
        ..Default::default()
    };
    let receipt = client
        .receipt_get(request)
        .await
        .expect("answered")
        .into_inner()
        .receipt
        .expect("there");
    assert_eq!(receipt.index, outcome.index);
    verify_receipt(
        &receipt,
        Some(NetworkPin(node.service.founded().network_id())),
    )
    .expect("verifies");

    let page = client
        .facility_list(wire::FacilityListRequest::default())
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(page.facilities.len(), 1);
    let status = client
        .status_show(wire::StatusShowRequest {})
        .await
        .expect("answered")
        .into_inner();
    assert!(status.ready);
    assert_eq!(
        (status.size, status.voting_organisations),
        (status.final_size, 1)
    );
    drop(client);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grpc_error_carries_its_code_and_the_readers_language() {
    let node = start().await;
    let mut client = node.client().await;
    let mut request = tonic::Request::new(wire::OrganisationShowRequest {
        name: "nobody".to_owned(),
    });
    request
        .metadata_mut()
        .insert("accept-language", "zh-CN".parse().expect("ASCII"));
    let status = client
        .organisation_show(request)
        .await
        .expect_err("there is none");
    assert_eq!(status.code(), tonic::Code::NotFound);
    let details = status.get_error_details();
    assert_eq!(details.error_info().expect("there").reason, "HT-API-006");
    assert_eq!(details.localized_message().expect("there").locale, "zh-CN");
    drop(client);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_an_export_that_replays_to_the_same_roots() {
    use hengtan_ledger::audit::Auditor;
    use prost::Message as _;
    let node = start().await;
    let channel =
        tonic::transport::Channel::from_shared(format!("http://{}", node.address)).expect("a URI");
    let channel = channel.connect().await.expect("connected");
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let request = tonic_health::pb::HealthCheckRequest {
        service: hengtan_api::SERVICE.to_owned(),
    };
    let answer = health.check(request).await.expect("answered").into_inner();
    assert_eq!(
        answer.status(),
        tonic_health::pb::health_check_response::ServingStatus::Serving
    );

    let mut client = LedgerClient::new(channel);
    for name in ["one", "two", "three"] {
        let envelope = node.facility(name);
        let request = wire::SubmitRequest {
            envelope: envelope.bytes,
            without_receipt: true,
            ..Default::default()
        };
        client.submit(request).await.expect("answered");
    }
    let mut stream = client
        .export(wire::ExportRequest::default())
        .await
        .expect("answered")
        .into_inner();
    let mut auditor = Auditor::new(Some(NetworkPin(node.service.founded().network_id())));
    while let Some(answer) = stream.message().await.expect("streams") {
        let record = v1::ExportRecord::decode(answer.record.as_slice()).expect("well formed");
        auditor
            .take(record.record.expect("a record"))
            .expect("replays");
    }
    auditor.finish().expect("the same roots");
    drop((client, health));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rest_answers_on_the_same_port_and_its_problems_speak_both_languages() {
    let node = start().await;
    for path in [
        "/livez",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/v1/status",
        "/v1/network",
        "/v1/checkpoint",
    ] {
        let (status, _, body) = node.http(&format!("GET {path}"), "en", "").await;
        assert_eq!(status, 200, "{path}: {body}");
    }
    let (_, _, metrics) = node.http("GET /metrics", "en", "").await;
    assert!(metrics.contains("hengtan_entries 1"), "{metrics}");
    for (request, expected, code) in [
        ("GET /v1/organisations/nobody", 404, "HT-API-006"),
        ("GET /no/such/path", 404, "HT-API-040"),
        ("DELETE /v1/status", 405, "HT-API-041"),
    ] {
        let mut titles = Vec::new();
        for language in ["en", "zh-CN"] {
            let (status, head, body) = node.http(request, language, "").await;
            assert_eq!(status, expected, "{request}: {body}");
            assert!(
                head.contains("content-type: application/problem+json"),
                "{request}: {head}"
            );
            assert!(
                head.contains(&format!(
                    "content-language: {}",
                    language.to_ascii_lowercase()
                )),
                "{request}: {head}"
            );
            let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!(body["code"], code);
            titles.push(body["title"].clone());
        }
        assert_ne!(titles[0], titles[1], "{request}");
    }
    let large = format!(
        "{{\"envelope\": \"{}\"}}",
        "A".repeat(node.service.limits().request_bytes_max)
    );
    let (status, _, body) = node.http("POST /v1/envelopes", "zh-CN", &large).await;
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (status, &body["code"]),
        (413, &serde_json::json!("HT-API-004"))
    );
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_documented_path_answers_and_each_unhappy_answer_is_a_problem() {
    let node = start().await;
    let (_, _, document) = node.http("GET /openapi.json", "en", "").await;
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    let paths = document["paths"].as_object().expect("an object");
    assert!(paths.len() > 30);
    for (path, operations) in paths {
        for verb in operations.as_object().expect("an object").keys() {
            // Parameters get a value that fits no record, sometimes not even the form.
            let concrete: Vec<String> = path
                .split('/')
                .map(|part| {
                    if part.starts_with('{') {
                        "00".to_owned()
                    } else {
                        part.to_owned()
                    }
                })
                .collect();
            let mut request = format!("{} {}", verb.to_uppercase(), concrete.join("/"));
            if path.ends_with("/watch") {
                // Without a count it has no end.
                request.push_str("?count=1");
            }
            let (status, head, body) = node
                .http(&request, "en", if verb == "post" { "{}" } else { "" })
                .await;
            assert!(status < 500, "{request}: {status} {body}");
            if status != 200 {
                assert!(
                    head.contains("application/problem+json"),
                    "{request}: {status} {head}"
                );
                let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
                assert!(
                    body["code"]
                        .as_str()
                        .is_some_and(|code| code.starts_with("HT-")),
                    "{request}: {body}"
                );
                assert_ne!(body["code"], "HT-API-045", "{request}: {body}");
                assert_ne!(
                    body["title"], body["code"],
                    "{request}: the catalogue knows the code"
                );
            }
        }
    }
    node.stop().await;
}

/// Reads server-sent events: ids and data, until as many with data have come. The connection is cut then.
async fn events(
    node: &Node,
    path: &str,
    last: Option<u64>,
    count: usize,
) -> Vec<(u64, serde_json::Value)> {
    let mut socket = tokio::net::TcpStream::connect(node.address)
        .await
        .expect("connected");
    let last = last.map_or_else(String::new, |last| format!("last-event-id: {last}\r\n"));
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{last}\r\n");
    socket.write_all(request.as_bytes()).await.expect("sent");
    let mut lines = tokio::io::BufReader::new(socket).lines();
    let (mut found, mut id) = (Vec::new(), 0);
    while found.len() < count {
        let line = lines.next_line().await.expect("read").expect("open");
        if let Some(text) = line.strip_prefix("id: ") {
            id = text.parse().expect("a number");
        } else if let Some(text) = line.strip_prefix("data: ") {
            found.push((id, serde_json::from_str(text).expect("JSON")));
        } else if line.starts_with("content-type:") {
            assert_eq!(line, "content-type: text/event-stream");
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn server_sent_events_go_on_behind_the_last_one_after_a_cut() {
    let node = start().await;
    let mut client = node.client().await;
    let mut submit = async |name: &str| {
        let request = wire::SubmitRequest {
            envelope: node.facility(name).bytes,
            without_receipt: true,
            ..Default::default()
        };
        client.submit(request).await.expect("answered");
    };
    submit("one").await;
    submit("two").await;
    let path = "/v1/entries/watch?from=0&kind=facility.register,facility.other";
    let mut seen = events(&node, path, None, 1).await;
    submit("three").await;
    let last = seen.last().map(|(id, _)| *id);
    seen.extend(events(&node, path, last, 2).await);
    let indexes: Vec<u64> = seen.iter().map(|(id, _)| *id).collect();
    // Genesis, then header and envelope of each.
    assert_eq!(indexes, [2, 4, 6]);
    for (id, event) in &seen {
        assert_eq!(event["summary"]["index"], *id);
        assert_eq!(event["summary"]["organisation"], "enterprise");
        assert_eq!(event["summary"]["final"], true);
        assert_eq!(event["next"], id + 1);
    }
    let everything = events(&node, "/v1/entries/watch", None, 7).await;
    assert!(everything.iter().map(|(id, _)| *id).eq(0..7));

    // The same over gRPC: what was ready for the reader when it was cut comes again.
    let request = |from| wire::EntryWatchRequest {
        from,
        with_bytes: true,
        ..Default::default()
    };
    let mut next = 0;
    let mut leaves = Vec::new();
    while next < 7 {
        let answer = client.entry_watch(request(next)).await.expect("opened");
        let mut stream = answer.into_inner();
        for _ in 0..2.min(7 - next) {
            let answer = stream.message().await.expect("read").expect("open");
            let summary = answer.summary.expect("an entry");
            let leaf = hengtan_ledger::tree::LOG.leaf(&answer.entry);
            assert_eq!(summary.leaf, leaf);
            leaves.push(summary.index);
            next = answer.next;
        }
    }
    assert!(leaves.into_iter().eq(0..7));

    for (bad, code) in [("soon", "HT-API-044"), ("-1", "HT-API-044")] {
        let request = format!("GET /v1/entries/watch HTTP/1.1\r\nlast-event-id: {bad}\r\nx:");
        let (status, _, body) = node.http(&request, "en", "").await;
        assert_eq!(status, 400, "{body}");
        assert!(body.contains(code), "{body}");
    }
    drop(client);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_beyond_this_machine_and_a_taken_port_are_refused() {
    let refused = Server::bind(([0, 0, 0, 0], 0).into(), None)
        .await
        .expect_err("not loopback");
    assert_eq!(refused.code(), "HT-NOD-007");
    let first = Server::bind(([127, 0, 0, 1], 0).into(), None)
        .await
        .expect("bound");
    let refused = Server::bind(first.address(), None)
        .await
        .expect_err("taken");
    assert_eq!(refused.code(), "HT-NOD-008");
}

/// What a client that trusts this authority's certificate gets from the node under this host name, or why not.
async fn over_tls(
    node: &Node,
    host: &str,
    authority: &std::path::Path,
) -> Result<Vec<u8>, Option<String>> {
    over_tls_as(node, host, authority, Vec::new()).await
}

/// The same for a client that can show who it is.
async fn over_tls_as(
    node: &Node,
    host: &str,
    authority: &std::path::Path,
    identities: Vec<crypto_sm::tls::Identity>,
) -> Result<Vec<u8>, Option<String>> {
    let address = format!("https://{host}:{}", node.address.port());
    let endpoint = tonic::transport::Endpoint::from_shared(address).expect("a URI");
    let handshake = crate::cli::secure::Handshake::default();
    let connected = crate::cli::secure::connect(&endpoint, authority, identities, &handshake);
    let channel = connected.expect("prepared");
    let answer = LedgerClient::new(channel)
        .network_show(wire::NetworkShowRequest {})
        .await;
    let reason = handshake.refusal();
    answer
        .map(|answer| answer.into_inner().network_id)
        .map_err(|_| reason.map(|reason| reason.code().to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tls_both_apis_answer_those_who_trust_the_ca_and_nobody_in_plain_text() {
    let node = start_encrypted().await;
    let authority = node.folder.path().join("network/ca/ca.cert.pem");
    for host in ["127.0.0.1", "localhost"] {
        let network = over_tls(&node, host, &authority).await.expect("answered");
        assert_eq!(network.len(), 32);
    }

    // REST on the same port.
    let text = std::fs::read_to_string(&authority).expect("readable");
    let client = crypto_sm::tls::Client::new(
        crypto_sm::tls::Profile::Sm,
        &crypto_sm::tls::ClientSettings {
            servers: crypto_sm::tls::Trust::from_pem(&text, "").expect("a CA"),
            identities: Vec::new(),
            sm_suites: Vec::new(),
            application_protocols: vec![b"http/1.1".to_vec()],
            resumption: true,
            time: Arc::new(crypto_sm::tls::rustls::time_provider::DefaultTimeProvider),
        },
    )
    .expect("prepared");
    let stream = tokio::net::TcpStream::connect(node.address)
        .await
        .expect("connected");
    let name = "localhost".try_into().expect("a name");
    let mut stream = tokio_rustls::TlsConnector::from(client.configuration())
        .connect(name, stream)
        .await
        .expect("hands shaken");
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    // Plain text is told what is wrong, over HTTP and by the commands.
    let mut plain = tokio::net::TcpStream::connect(node.address)
        .await
        .expect("connected");
    plain
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = String::new();
    let _ = plain.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("HT-NOD-080"), "{answer}");
    let endpoint = format!("http://{}", node.address);
    let speaks = |endpoint: String| async move {
        let probe = move || crate::cli::secure::speaks_tls(&endpoint);
        tokio::task::spawn_blocking(probe).await.expect("no panic")
    };
    assert!(speaks(endpoint).await);
    let plain = start().await;
    assert!(!speaks(format!("http://{}", plain.address)).await);
    // TLS where plain text is spoken.
    let refused = over_tls(&plain, "localhost", &authority).await;
    assert_eq!(refused, Err(Some("HT-CRY-102".to_owned())));
    plain.stop().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_refuses_a_node_of_another_ca_and_the_node_counts_it() {
    let node = start_encrypted().await;
    let other = start_encrypted().await;
    let stranger = other.folder.path().join("network/ca/ca.cert.pem");
    let refused = over_tls(&node, "localhost", &stranger).await;
    assert_eq!(refused, Err(Some("HT-CRY-094".to_owned())));
    // The node hears of it by an alert, which it counts after the client has gone.
    let counted = async {
        while !node
            .service
            .metrics_text()
            .unwrap_or_default()
            .contains("hengtan_tls_handshakes_failed_total{code=\"HT-CRY-099\"} 1")
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), counted)
        .await
        .expect("counted");
    other.stop().await;
    node.stop().await;
}

#[test]
fn with_tls_any_address_is_allowed() {
    let everywhere = ([0, 0, 0, 0], 7440).into();
    assert!(check_address(everywhere, true).is_ok());
    assert!(check_address(everywhere, false).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_show_certificates_of_a_trusted_ca_where_the_node_asks_for_them() {
    let strangers = start_encrypted().await;
    let authority = strangers.folder.path().join("network/ca/ca.cert.pem");
    let flags = [
        ("tls.profile", "sm"),
        ("tls.clients", "required"),
        ("tls.client_ca", authority.to_str().expect("text")),
    ];
    let node = start_with(
        flags
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
    )
    .await;
    let own = node.folder.path().join("network/ca/ca.cert.pem");
    let member = |root: &std::path::Path| {
        let file = |ending| {
            let path = root.join(format!("network/members/admin.{ending}.pem"));
            std::fs::read_to_string(path).expect("readable")
        };
        crypto_sm::tls::Identity::from_pem(&file("cert"), &file("key")).expect("a member")
    };
    let known = member(strangers.folder.path());
    let answered = over_tls_as(&node, "localhost", &own, vec![known]).await;
    assert_eq!(answered.expect("answered").len(), 32);
    assert!(over_tls(&node, "localhost", &own).await.is_err());
    let unknown = member(node.folder.path());
    let refused = over_tls_as(&node, "localhost", &own, vec![unknown]).await;
    assert!(refused.is_err());
    strangers.stop().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_port_serves_sm_and_international_clients() {
    use crypto_sm::tls::rustls::{
        CipherSuite, ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer,
        pki_types::pem::PemObject as _,
    };
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/p256");
    let place = tempfile::tempdir().expect("temporary folder");
    // A key must be its owner's alone, which a checkout does not see to.
    let key = place.path().join("p256.key.pem");
    let text = std::fs::read(fixtures.join("node.key.pem")).expect("readable");
    crate::config::write_secret(&key, &text).expect("written");
    let certificate = fixtures.join("node.cert.pem");
    let flags = [
        ("tls.profile", "sm+international"),
        (
            "tls.international_certificate",
            certificate.to_str().expect("text"),
        ),
        ("tls.international_key", key.to_str().expect("text")),
    ];
    let flags = flags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let node = start_with(flags.into()).await;
    let own = node.folder.path().join("network/ca/ca.cert.pem");
    let answered = over_tls(&node, "localhost", &own).await;
    assert_eq!(answered.expect("answered").len(), 32);

    // Clients that know nothing of SM: rustls with its own provider. One trusts the P-256 root, the other nobody.
    let root = std::fs::read(fixtures.join("ca.cert.pem")).expect("readable");
    let root = CertificateDer::from_pem_slice(&root).expect("PEM");
    let connect = async |trusted: Option<CertificateDer<'static>>| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trusted);
        let provider = Arc::new(ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = tokio::net::TcpStream::connect(node.address)
            .await
            .expect("connected");
        tokio_rustls::TlsConnector::from(Arc::new(client))
            .connect("localhost".try_into().expect("a name"), stream)
            .await
    };
    assert!(connect(None).await.is_err());
    let mut stream = connect(Some(root)).await.expect("hands shaken");
    let suite = stream.get_ref().1.negotiated_cipher_suite();
    let suite = suite.expect("a suite").suite();
    assert!(
        matches!(
            suite,
            CipherSuite::TLS13_AES_256_GCM_SHA384
                | CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
        ),
        "{suite:?}"
    );
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_shows_its_certificate_wherever_its_key_is_and_opens_it_only_when_asked() {
    use crate::cli::caller::{OpenedKeys, identity};
    use crypto_sm::keystore::{KeyFile, Usage, folder};
    let open = start_encrypted().await;
    let root = open.folder.path().join("network");
    let authority = root.join("ca/ca.cert.pem");
    let asking = start_with(
        [
            ("tls.profile", "sm"),
            ("tls.clients", "required"),
            ("tls.client_ca", authority.to_str().expect("text")),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into(),
    )
    .await;
    let own = asking.folder.path().join("network/ca/ca.cert.pem");
    // The member's key, encrypted in a file and in a key store, with and without what opens them.
    let folder = tempfile::tempdir().expect("temporary folder");
    let key = crate::config::read_key(&root.join("members/admin.key.pem")).expect("a key");
    let pin_file = folder.path().join("passphrase");
    crate::config::write_secret(&pin_file, b"correct horse").expect("written");
    let file = folder.path().join("admin.key.pem");
    KeyFile::create(&file, &key, Some(b"correct horse"), 1_000).expect("written");
    let store = folder.path().join("keys");
    folder::Folder::create(&store, b"correct horse", 1_000)
        .and_then(|made| made.import("admin", Usage::SIGN, &key))
        .expect("imported");
    let member = |key: &std::path::Path, pin: bool| crate::config::Identity {
        name: "admin".to_owned(),
        role: "governance".to_owned(),
        key: key.to_owned(),
        certificate: root.join("members/admin.cert.pem"),
        keys: pin.then(|| crate::config::Keys {
            pin_file: Some(pin_file.clone()),
            ..crate::config::Keys::default()
        }),
    };
    let nobody = crate::console::Console::into_writers(
        crate::console::Manner::default(),
        Box::new(std::io::sink()),
        Box::new(std::io::sink()),
    )
    .asker();
    let shown = |members: &[crate::config::Identity]| {
        let found = identity(members, &OpenedKeys::default(), nobody);
        vec![found.expect("a certificate to show")]
    };
    for place in [&file, &store] {
        let known = shown(&[member(place, true)]);
        let answered = over_tls_as(&asking, "localhost", &own, known).await;
        assert_eq!(answered.expect("answered").len(), 32);
        // Nobody can be asked for a passphrase: the handshake says so, where a certificate is asked for.
        let locked = shown(&[member(place, false)]);
        let refused = over_tls_as(&asking, "localhost", &own, locked.clone()).await;
        assert_eq!(refused, Err(Some("HT-CRY-080".to_owned())));
        let answered = over_tls_as(&open, "localhost", &authority, locked).await;
        assert!(answered.is_ok());
        // What opens by itself goes first.
        let both = shown(&[member(place, false), member(place, true)]);
        let answered = over_tls_as(&asking, "localhost", &own, both).await;
        assert!(answered.is_ok());
    }
    // The key of somebody else under this certificate.
    let other = crypto_sm::sm2::SecretKey::generate(&mut rand::rng());
    let wrong = folder.path().join("wrong.key.pem");
    KeyFile::create(&wrong, &other, None, 1_000).expect("written");
    let refused = over_tls_as(&asking, "localhost", &own, shown(&[member(&wrong, false)])).await;
    assert_eq!(refused, Err(Some("HT-CRY-027".to_owned())));
    asking.stop().await;
    open.stop().await;
}

#[test]
fn certificates_are_renewed_without_a_restart_and_bad_files_change_nothing() {
    use crate::api::tls::Encryption;
    use crate::config::{Clients, Pair, Tls};
    use crypto_sm::certificate::{AlternativeName, Issuer, Validity, issue_authority};
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut rng = rand::rng();
    let validity = Validity::new(0, 1 << 42).expect("in order");
    let ca_key = crypto_sm::sm2::SecretKey::generate(&mut rng);
    let ca = issue_authority("enterprise", "CA", &ca_key, validity, &mut rng).expect("issued");
    let issuer = Issuer::new(ca, ca_key).expect("a CA");
    let pair = Pair {
        certificate: folder.path().join("cert.pem"),
        key: folder.path().join("key.pem"),
    };
    let issue = |rng: &mut rand::rngs::ThreadRng| {
        let key = crypto_sm::sm2::SecretKey::generate(rng);
        let names = [AlternativeName::Dns("localhost".to_owned())];
        let certificate = issuer.issue_node("node-1", &names, key.public_key(), validity, rng);
        for path in [&pair.certificate, &pair.key] {
            let _ = std::fs::remove_file(path);
        }
        let certificate = certificate.expect("issued").to_pem();
        crate::config::write_new(&pair.certificate, certificate.as_bytes()).expect("written");
        let key = key.to_pkcs8_pem();
        crate::config::write_secret(&pair.key, key.as_bytes()).expect("written");
    };
    issue(&mut rng);
    let settings = Tls {
        profile: crypto_sm::tls::Profile::Sm,
        sm: pair.clone(),
        international: None,
        clients: Clients::Off,
        client_authorities: None,
        revocation_lists: None,
    };
    assert_eq!(
        settings.not_after_ms(),
        Ok(1 << 42).map(|end: u64| end / 1000 * 1000)
    );
    let encryption = Encryption::new(&settings).expect("prepared");
    assert_eq!(encryption.renew(false), Ok(false));
    assert_eq!(encryption.renew(true), Ok(true));
    std::fs::write(&pair.certificate, "half a").expect("written");
    assert!(encryption.renew(false).is_err());
    // Said once.
    assert_eq!(encryption.renew(false), Ok(false));
    issue(&mut rng);
    assert_eq!(encryption.renew(false), Ok(true));

    let both = Tls {
        profile: crypto_sm::tls::Profile::SmAndInternational,
        clients: Clients::Required,
        ..settings
    };
    let missing = |key: &str| {
        Some(crate::error::Error::ConfigMissing {
            key: key.to_owned(),
        })
    };
    assert_eq!(
        both.prepare().err(),
        missing("tls.international_certificate")
    );
    let sm = Tls {
        profile: crypto_sm::tls::Profile::Sm,
        ..both
    };
    assert_eq!(sm.prepare().err(), missing("tls.client_ca"));
}
