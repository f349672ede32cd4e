//! `hengtan demo`: everything once, from an empty folder to a proof, by the same steps as the single commands.

mod cluster;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use hengtan_ledger::envelope::Command;
use hengtan_ledger::receipt::NetworkPin;
use hengtan_ledger::v1;
use serde_json::json;
use tokio::sync::oneshot;

use crate::config::{self, Config, Flags, Folder};
use crate::console::{Console, OutputForm};
use crate::run;

use super::arguments::{
    ActivityImport, Boundary, Demo, Global, Init, InventoryClose, Profile, RoundingRule,
};
use super::session::Session;
use super::{Exit, Failure, activity, codes, context, factor, init, inventory, receipt, verify};

/// A year of activity data of one enterprise, as offices produce it.
const FILES: [(&str, &[u8]); 2] = [
    (
        "energy-2025.gb18030.csv",
        include_bytes!("../../../deploy/demo/energy-2025.gb18030.csv"),
    ),
    (
        "travel-2025.xlsx",
        include_bytes!("../../../deploy/demo/travel-2025.xlsx"),
    ),
];

/// Name of the inventory.
const INVENTORY: &str = "inv-2025";

/// How long one request may take on a slow machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How long a node that stays may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(30);

pub fn run(arguments: &Demo, global: &Global, console: &Console) -> Result<Exit, Failure> {
    if arguments.nodes == 4 {
        return cluster::run(arguments, global, console);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(demonstrate(arguments, global, console));
    runtime.shutdown_timeout(Duration::from_secs(5));
    let outcome = result?;
    if arguments.keep {
        keep(&arguments.dir, console)?;
    }
    let catalogue = console.catalogue();
    let context = arguments.dir.join("context.toml").display().to_string();
    if console.form() == OutputForm::Table {
        console.say("");
        console.say(&catalogue.demo_done(outcome.seconds.to_string()));
        if !arguments.keep {
            console.say(&catalogue.demo_start_again(arguments.dir.display().to_string()));
        }
        console.say(&catalogue.demo_next());
        for line in catalogue
            .demo_commands(context.as_str(), outcome.receipt.display().to_string())
            .lines()
        {
            console.say(&format!("  {}", console.style_of_talk().literal(line)));
        }
    } else {
        let value = json!({
            "folder": arguments.dir.display().to_string(),
            "network_id": outcome.network,
            "endpoint": outcome.endpoint,
            "inventory": INVENTORY,
            "rows": outcome.rows,
            "location_kg_co2e": outcome.location,
            "market_kg_co2e": outcome.market,
            "receipt": outcome.receipt.display().to_string(),
            "receipt_holds": true,
            "changed_byte_code": outcome.changed_code,
            "seconds": outcome.seconds,
            "node_kept": arguments.keep,
        });
        console.document(&value, String::new)?;
    }
    Ok(Exit::Ok)
}

/// What the demonstration came to.
struct Outcome {
    network: String,
    endpoint: String,
    rows: u64,
    location: String,
    market: String,
    receipt: PathBuf,
    changed_code: String,
    seconds: u64,
}

async fn demonstrate(
    arguments: &Demo,
    global: &Global,
    console: &Console,
) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let catalogue = console.catalogue();
    let step = |number: u8, text: String| {
        console.say(
            &console
                .style_of_talk()
                .heading(&format!("[{number}/6] {text}")),
        );
    };
    let dir = &arguments.dir;

    step(1, catalogue.demo_step_network(dir.display().to_string()));
    let listen = match arguments.listen {
        Some(address) => address,
        None => free_address()?,
    };
    let network = init::found(&Init {
        dir: dir.clone(),
        name: "demo".to_owned(),
        organisation: "sample-enterprise".to_owned(),
        name_zh: Some("示例企业".to_owned()),
        name_en: Some("Sample Enterprise".to_owned()),
        credit_code: None,
        listen,
        step: None,
        require_review: false,
        no_default_context: true,
        tls: arguments.tls,
    })?;
    console.say(&format!(
        "      {}",
        catalogue.demo_network_made(hex::encode(network))
    ));

    step(2, catalogue.demo_step_node());
    let node = Running::start(dir).await?;
    console.say(&format!(
        "      {}",
        catalogue.demo_node_runs(node.endpoint.as_str())
    ));
    let result = record(arguments, global, console, &node, step).await;
    // The store is closed cleanly whatever happened.
    let stopped = node.stop().await;
    let mut outcome = result?;
    stopped?;
    outcome.seconds = begun.elapsed().as_secs();
    Ok(outcome)
}

/// Steps 3 to 6, with the node running.
async fn record(
    arguments: &Demo,
    global: &Global,
    console: &Console,
    node: &Running,
    step: impl Fn(u8, String),
) -> Result<Outcome, Failure> {
    let catalogue = console.catalogue();
    let dir = &arguments.dir;
    let global = Global {
        context: Some(Folder::new(dir).context_file()),
        endpoint: Some(node.endpoint.clone()),
        ..global.clone()
    };
    let found = context::find(&global)?;
    let session = Session::with(found, TIMEOUT, console)?;
    let profile = Profile {
        gwp: "ar5".to_owned(),
        rounding: RoundingRule::Unrounded,
        factor_set: Vec::new(),
    };

    step(3, catalogue.demo_step_import());
    let shipped = accounting::shipped::sets()?;
    factor::adopt_sets(&shipped.iter().collect::<Vec<_>>(), &session).await?;
    let factors: usize = shipped.iter().map(|set| set.factors.len()).sum();
    console.say(&format!(
        "      {}",
        catalogue.demo_factors_adopted(shipped.len().to_string(), factors.to_string())
    ));
    register_facility(&session).await?;
    let mut rows = 0;
    for (name, bytes) in FILES {
        let path = dir.join("data").join(name);
        config::write_new(&path, bytes)?;
        let arguments = ActivityImport {
            file: path,
            sheet: Vec::new(),
            facility: None,
            skip_bad: false,
            bad_rows: None,
            plan: None,
            dry_run: false,
            pending: false,
            restates: None,
            profile: profile.clone(),
        };
        let outcome = activity::import_file(&arguments, &session).await?;
        rows += outcome.rows;
        console.say(&format!(
            "      {}",
            catalogue.demo_imported(name, outcome.rows.to_string())
        ));
    }

    step(4, catalogue.demo_step_close());
    let close = InventoryClose {
        period: "2025".to_owned(),
        name: Some(INVENTORY.to_owned()),
        name_zh: None,
        name_en: None,
        facility: Vec::new(),
        profile,
        boundary: Boundary::OperationalControl,
        receipt: None,
    };
    let names = v1::DisplayName {
        zh: "2025 年温室气体清单".to_owned(),
        en: "GHG inventory 2025".to_owned(),
    };
    let period = ("2025-01-01".to_owned(), "2025-12-31".to_owned());
    let answer =
        inventory::close_inventory(INVENTORY, Some(names), period, &close, &session).await?;
    let (standing, closed) = inventory::find(Some(INVENTORY), &session).await?;
    let total = closed
        .totals
        .clone()
        .unwrap_or_default()
        .total
        .unwrap_or_default();

    step(5, catalogue.demo_step_receipt());
    if console.form() == OutputForm::Table {
        console.say("");
        inventory::print(&standing, &closed, &[], &session)?;
        console.say("");
    }
    let path = dir.join(format!("receipt-inventory-{INVENTORY}.json"));
    receipt::write(
        &receipt::of_inventory(INVENTORY, &answer, &session).await?,
        &path,
    )?;
    let pin = NetworkPin(verify::network_id(
        &Folder::new(dir).genesis_json().display().to_string(),
    )?);
    console.say(&format!(
        "      {}",
        catalogue.demo_receipt_written(path.display().to_string())
    ));
    let text = verify::read(&path)?;
    let verification = verify::judge(&text, Some(pin))?;
    if console.form() == OutputForm::Table {
        verify::show(&verification, console)?;
        console.say("");
    }

    step(6, catalogue.demo_step_change());
    let changed =
        changed(&text).ok_or_else(|| unexpected(&catalogue.demo_step_change(), "changed"))?;
    let changed_path = dir.join(format!("receipt-inventory-{INVENTORY}-changed.json"));
    config::write_new(&changed_path, changed.as_bytes())?;
    let changed_code = match verify::judge(&changed, Some(pin)) {
        Err(failure) if failure.exit == Exit::Integrity => {
            let fields: Vec<(&str, String)> = failure
                .fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect();
            let what = catalogue
                .explain(&failure.code, &fields)
                .map(|explanation| explanation.what)
                .unwrap_or_default();
            let text = catalogue.demo_change_caught(
                changed_path.display().to_string(),
                failure.code.as_str(),
                what,
            );
            console.say(&format!("      {text}"));
            failure.code
        }
        _ => return Err(unexpected(&catalogue.demo_step_change(), "verify")),
    };
    Ok(Outcome {
        network: hex::encode(verification.network_id),
        endpoint: node.endpoint.clone(),
        rows,
        location: total.location,
        market: total.market,
        receipt: path,
        changed_code,
        seconds: 0,
    })
}

fn unexpected(step: &str, detail: &str) -> Failure {
    Failure::new(codes::STEP_FAILED)
        .with("step", step)
        .with("detail", detail)
}

async fn register_facility(session: &Session<'_>) -> Result<(), Failure> {
    let head = v1::FacilityRegister {
        name: "sample-plant".to_owned(),
        display_name: Some(v1::DisplayName {
            zh: "示例工厂".to_owned(),
            en: "Sample Plant".to_owned(),
        }),
        region: "CN-GD".to_owned(),
        ..Default::default()
    };
    let identity = session.identity(&[v1::Role::Business])?;
    session
        .submit(
            &identity,
            Command::new("facility.register", &head, Vec::new()),
        )
        .await?;
    Ok(())
}

/// The receipt with the first digit of the proved total replaced by another one.
fn changed(text: &str) -> Option<String> {
    let key = "\"location_kg\": \"";
    let position = text.find(key)? + key.len();
    let digit = text[position..]
        .chars()
        .next()
        .filter(char::is_ascii_digit)?;
    let other = if digit == '9' { '1' } else { '9' };
    let mut changed = text.to_owned();
    changed.replace_range(position..=position, &other.to_string());
    Some(changed)
}

/// A loopback port that is free now.
fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A node inside this process.
struct Running {
    endpoint: String,
    stop: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<Result<(), crate::error::Error>>,
}

impl Running {
    async fn start(dir: &Path) -> Result<Running, Failure> {
        let path = Folder::new(dir).config_file(None)?;
        let (config, _) = Config::load(&path, [], &Flags::new()).map_err(|mut problems| {
            problems
                .pop()
                .map_or_else(|| unexpected("config", "-"), Failure::from)
        })?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, readied) = oneshot::channel();
        let scheme = if config.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let serving = tokio::spawn(async move {
            let ready = |address| {
                let _ = ready.send(address);
            };
            // A dropped sender means stop, too.
            run::run(&config, ready, async { drop(stopped.await) }).await
        });
        match readied.await {
            Ok(address) => Ok(Running {
                endpoint: format!("{scheme}://{address}"),
                stop,
                serving,
            }),
            Err(_) => match serving.await {
                Ok(Err(error)) => Err(error.into()),
                _ => Err(unexpected("start", "-")),
            },
        }
    }

    async fn stop(self) -> Result<(), Failure> {
        let _ = self.stop.send(());
        match self.serving.await {
            Ok(served) => Ok(served?),
            Err(_) => Err(unexpected("stop", "-")),
        }
    }
}

/// Starts the node in a process of its own, which outlives this one.
fn keep(dir: &Path, console: &Console) -> Result<(), Failure> {
    let catalogue = console.catalogue();
    let log = dir.join("node.log");
    let ready = dir.join("node.ready");
    let file = std::fs::File::create(&log).map_err(|error| Failure::writing(&log, &error))?;
    let program = std::env::current_exe()?;
    let mut process = Process::new(program);
    process
        .arg("--lang")
        .arg(console.locale().tag())
        .arg("start")
        .arg("--dir")
        .arg(dir)
        .arg("--ready-file")
        .arg(&ready)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::from(file));
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C in this terminal is not meant for it.
        process.process_group(0);
    }
    let mut child = process.spawn()?;
    let begun = Instant::now();
    while !ready.exists() {
        let ended = child.try_wait()?;
        if ended.is_some() || begun.elapsed() > START_TIMEOUT {
            let detail = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(unexpected("hengtan start", detail.trim()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    console.say(&catalogue.demo_kept(child.id().to_string(), log.display().to_string()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::changed;

    #[test]
    fn exactly_one_byte_changes() {
        let text = "{\n  \"location_kg\": \"987.5\"\n}\n";
        let changed = changed(text).expect("there is a total");
        let differing = text
            .bytes()
            .zip(changed.bytes())
            .filter(|(left, right)| left != right)
            .count();
        assert_eq!((text.len(), differing), (changed.len(), 1));
    }
}
