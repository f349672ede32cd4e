//! What a command works with: the node that the context names, and the identity that signs.

use std::future::Future;
use std::time::Duration;

use crypto_sm::keystore::Key;
use crypto_sm::sm2::PublicKey;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::envelope::{self, Command};
use hengtan_ledger::v1;
use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic_types::StatusExt;

pub use crate::clock::now_ms;
use crate::console::{Asker, Console, Record};

use super::arguments::Global;
use super::caller::{self, OpenedKeys};
use super::context::{self, Found};
use super::exit::Exit;
use super::failure::{Failure, codes};
use super::presentation::{time, whole_id};
use super::secure::{self, Handshake};

/// The client of the node's gRPC API, which asks for texts in the person's language.
pub type Client = LedgerClient<InterceptedService<Channel, Language>>;

/// Largest message that the client takes: a page of rows with their results.
const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Lines that one request of a list asks for.
const PAGE_SIZE: u32 = 500;

/// How long an envelope may wait for its batch; the network allows ten minutes for records.
const ENVELOPE_VALIDITY: Duration = Duration::from_secs(5 * 60);

/// Tells the node the person's language.
#[derive(Clone)]
pub struct Language(&'static str);

impl Interceptor for Language {
    fn call(
        &mut self,
        mut request: tonic::Request<()>,
    ) -> Result<tonic::Request<()>, tonic::Status> {
        request
            .metadata_mut()
            .insert("accept-language", MetadataValue::from_static(self.0));
        Ok(request)
    }
}

/// A connection to one node.
pub struct Session<'a> {
    /// Where to write.
    pub console: &'a Console,
    /// What the context says.
    pub context: Found,
    client: Client,
    endpoint: String,
    handshake: Handshake,
    timeout: Duration,
    keys: OpenedKeys,
}

/// Who signs.
pub struct Identity {
    /// Its key, wherever it is.
    pub key: Key,
    /// Name of the member.
    pub member: String,
}

impl<'a> Session<'a> {
    /// Connects to the node of the context. The connection is made with the first request.
    pub fn open(global: &Global, console: &'a Console) -> Result<Session<'a>, Failure> {
        let context = context::find(global)?;
        Session::with(context, Duration::from_secs(global.timeout), console)
    }

    /// Connects to the node of this context.
    pub fn with(
        context: Found,
        timeout: Duration,
        console: &'a Console,
    ) -> Result<Session<'a>, Failure> {
        let endpoint = context
            .endpoint
            .clone()
            .ok_or_else(|| Failure::new(codes::CONTEXT_MISSING))?
            .0;
        let invalid = || {
            Failure::new(codes::VALUE_INVALID)
                .with("argument", "endpoint")
                .with("value", &endpoint)
        };
        let address = Endpoint::from_shared(endpoint.clone())
            .map_err(|_| invalid())?
            .connect_timeout(timeout.min(Duration::from_secs(10)))
            .timeout(timeout);
        let handshake = Handshake::default();
        let keys = OpenedKeys::default();
        let channel = if endpoint.starts_with("https://") {
            connect_securely(&address, &context, &handshake, &keys, console.asker())?
        } else {
            address.connect_lazy()
        };
        let language = Language(console.locale().tag());
        let client = LedgerClient::with_interceptor(channel, language)
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(MESSAGE_BYTES_MAX);
        Ok(Session {
            console,
            context,
            client,
            endpoint,
            handshake,
            timeout,
            keys,
        })
    }

    /// A client for one request.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// How long to wait for the node.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The failure for what the node or the way to it answered.
    pub fn failed(&self, status: tonic::Status) -> Failure {
        if status.get_details_error_info().is_none() {
            // A refused handshake tells more than that nobody could be reached.
            if let Some(reason) = self.handshake.refusal() {
                return Failure::from(crate::error::Error::from(reason))
                    .exiting(Exit::NotAuthorised);
            }
            let plain = self.endpoint.starts_with("http://");
            if plain && secure::speaks_tls(&self.endpoint) {
                return Failure::new(codes::TLS_EXPECTED).with("endpoint", &self.endpoint);
            }
        }
        failure_of(&status, &self.endpoint)
    }

    /// When the certificate ends that the node showed, milliseconds since 1970; nothing without TLS.
    pub fn certificate_valid_to_ms(&self) -> Option<u64> {
        self.handshake.valid_to_ms()
    }

    /// The network that the node serves, which must be the one that the context trusts.
    pub async fn network_id(&self) -> Result<[u8; 32], Failure> {
        if let Some(trusted) = self.context.network_id()? {
            return Ok(trusted);
        }
        let answer = self
            .client()
            .network_show(api::NetworkShowRequest {})
            .await
            .map_err(|status| self.failed(status))?;
        answer
            .into_inner()
            .network_id
            .try_into()
            .map_err(|_| unreadable("network_id"))
    }

    /// Makes sure that the node serves the network that the context trusts.
    pub async fn check_network(&self) -> Result<(), Failure> {
        let Some(trusted) = self.context.network_id()? else {
            return Ok(());
        };
        let answer = self
            .client()
            .network_show(api::NetworkShowRequest {})
            .await
            .map_err(|status| self.failed(status))?;
        let found = answer.into_inner().network_id;
        if found == trusted {
            return Ok(());
        }
        let failure = Failure::new(codes::OTHER_NETWORK);
        Err(failure
            .with("expected", hex::encode(trusted))
            .with("found", hex::encode(found)))
    }

    /// The first identity of the context whose role is one of `roles`; the order is the context's.
    pub fn identity(&self, roles: &[v1::Role]) -> Result<Identity, Failure> {
        self.identity_where(roles, |_| true)
    }

    /// The first identity of the context whose role is one of `roles` and whose key fits.
    pub fn identity_where(
        &self,
        roles: &[v1::Role],
        fits: impl Fn(&PublicKey) -> bool,
    ) -> Result<Identity, Failure> {
        let context = self.context.context()?;
        let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
        for identity in context
            .identities
            .iter()
            .filter(|identity| words.contains(&identity.role.as_str()))
        {
            let key = self.keys.open(identity, self.console.asker())?;
            if fits(key.public_key()) {
                return Ok(Identity {
                    key,
                    member: identity.name.clone(),
                });
            }
        }
        let names: Vec<String> = words
            .iter()
            .map(|word| self.console.catalogue().name("role", word))
            .collect();
        Err(Failure::new(codes::IDENTITY_MISSING).with("role", names.join(", ")))
    }

    /// The organisation that speaks.
    pub fn organisation(&self) -> Result<String, Failure> {
        Ok(self.context.context()?.organisation.clone())
    }

    /// Signs a command, hands it in, and waits until its entry is final. A refusal is a failure.
    pub async fn submit(
        &self,
        identity: &Identity,
        command: Command,
    ) -> Result<api::SubmitResponse, Failure> {
        let network = self.network_id().await?;
        let not_after = now_ms()
            .saturating_add(u64::try_from(ENVELOPE_VALIDITY.as_millis()).unwrap_or(u64::MAX));
        let mut rng = rand::rng();
        let signed = envelope::sign_with(&network, command, not_after, &identity.key, &mut rng)?;
        let request = api::SubmitRequest {
            envelope: signed.bytes,
            rows: Some(v1::RowSet { rows: signed.rows }),
            wait_ms: u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
            without_receipt: false,
        };
        let answer = self
            .client()
            .submit(request)
            .await
            .map_err(|status| self.failed(status))?
            .into_inner();
        if !answer.r#final {
            return Err(Failure::new(codes::NOT_FINAL_IN_TIME).with("id", hex::encode(signed.id)));
        }
        let outcome = answer
            .outcome
            .as_ref()
            .ok_or_else(|| unreadable("outcome"))?;
        if outcome.code.is_empty() {
            Ok(answer)
        } else {
            Err(refused(outcome))
        }
    }
}

/// The failure for a refusal that stands in the ledger.
pub fn refused(outcome: &v1::Outcome) -> Failure {
    let mut failure = Failure::new(outcome.code.clone());
    if let Some(v1::outcome::Head::Refusal(refusal)) = &outcome.head {
        failure = failure.with_fields(
            refusal
                .fields
                .iter()
                .map(|field| (field.name.clone(), field.value.clone())),
        );
    }
    failure
}

/// All lines of a list, page after page, or the first `limit` of them (0 = all).
pub async fn all<T, F, Answer>(limit: u64, mut page: F) -> Result<Vec<T>, Failure>
where
    F: FnMut(u32, String) -> Answer,
    Answer: Future<Output = Result<(Vec<T>, String), Failure>>,
{
    let limit = if limit == 0 {
        usize::MAX
    } else {
        usize::try_from(limit).unwrap_or(usize::MAX)
    };
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let wanted = u32::try_from(limit - found.len())
            .unwrap_or(u32::MAX)
            .min(PAGE_SIZE);
        let (items, next) = page(wanted, token).await?;
        found.extend(items);
        if next.is_empty() || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
        token = next;
    }
}

/// The node's answer lacks something or has a wrong form.
pub fn unreadable(what: &str) -> Failure {
    Failure::new(codes::ANSWER_UNREADABLE).with("what", what)
}

/// To a node with TLS. If it asks who calls, a member's certificate says so, wherever its key is.
fn connect_securely(
    address: &Endpoint,
    found: &Found,
    handshake: &Handshake,
    keys: &OpenedKeys,
    asker: Asker,
) -> Result<Channel, Failure> {
    let context = found.context()?;
    let shown = caller::identity(&context.identities, keys, asker);
    let shown = shown.into_iter().collect();
    secure::connect(address, &context.ca_certificate, shown, handshake)
}

/// A failed request: the node's own code and fields where it gave them, else what the connection says.
fn failure_of(status: &tonic::Status, endpoint: &str) -> Failure {
    let exit = match status.code() {
        tonic::Code::NotFound => Exit::NotFound,
        tonic::Code::PermissionDenied | tonic::Code::Unauthenticated => Exit::NotAuthorised,
        tonic::Code::AlreadyExists | tonic::Code::FailedPrecondition | tonic::Code::Aborted => {
            Exit::Conflict
        }
        tonic::Code::Unavailable
        | tonic::Code::DeadlineExceeded
        | tonic::Code::ResourceExhausted => Exit::Unavailable,
        tonic::Code::DataLoss => Exit::Integrity,
        tonic::Code::InvalidArgument | tonic::Code::OutOfRange => Exit::BadInput,
        _ => Exit::Failure,
    };
    if let Some(info) = status.get_details_error_info() {
        let mut fields: Vec<(String, String)> = info.metadata.into_iter().collect();
        fields.sort();
        return Failure::new(info.reason).with_fields(fields).exiting(exit);
    }
    let code = match status.code() {
        tonic::Code::Unavailable => codes::NODE_UNREACHABLE,
        tonic::Code::DeadlineExceeded | tonic::Code::Cancelled => codes::NODE_SILENT,
        _ => return unreadable(status.message()).exiting(exit),
    };
    Failure::new(code).with("endpoint", endpoint).exiting(exit)
}

impl Session<'_> {
    /// Asks before something that cannot be taken back.
    pub fn confirm(&self, question: &str) -> Result<(), Failure> {
        confirm(question, self.console)
    }

    /// Asks where somebody can answer; what can be restated needs no agreement beforehand.
    pub fn confirm_on_terminal(&self, question: &str) -> Result<(), Failure> {
        if self.console.interactive() {
            confirm(question, self.console)
        } else {
            Ok(())
        }
    }

    /// Shows where a command stands in the ledger.
    pub fn recorded(&self, answer: &api::SubmitResponse) -> Result<Exit, Failure> {
        let catalogue = self.console.catalogue();
        let outcome = answer.outcome.clone().unwrap_or_default();
        let record = Record::new()
            .with("index", catalogue.col_index(), outcome.index)
            .with("time", catalogue.col_time(), time(outcome.time_ms))
            .with("id", catalogue.col_envelope(), whole_id(&outcome.id))
            .with("duplicate", "", answer.duplicate);
        self.console.record(&record)?;
        Ok(Exit::Ok)
    }
}

/// Asks before something that cannot be taken back.
pub fn confirm(question: &str, console: &Console) -> Result<(), Failure> {
    if console.agreed() {
        return Ok(());
    }
    if !console.interactive() {
        return Err(Failure::new(codes::NOT_CONFIRMED).with("action", question));
    }
    if console.confirm(question) {
        Ok(())
    } else {
        Err(Failure::new(codes::DECLINED))
    }
}
