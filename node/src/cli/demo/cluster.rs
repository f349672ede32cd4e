//! The demonstration with four nodes: three organisations that vote and a regulator that follows, each node a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use hengtan_api::v1 as api;
use serde_json::json;

use super::{FILES, TIMEOUT, register_facility, unexpected};
use crate::cli::arguments::{ActivityImport, Demo, Global, Profile, RoundingRule};
use crate::cli::session::{Session, now_ms};
use crate::cli::{Exit, Failure, activity, cluster, context, factor};
use crate::config::consortium::{Plan, PlannedNode, PlannedOrganisation, rehearse};
use crate::config::{self, Folder};
use crate::console::{Console, OutputForm};

/// How long the nodes may take to reach what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

const ORGANISATIONS: [(&str, &str, &str, bool); 4] = [
    ("steel", "示例钢铁", "Sample Steel", true),
    ("power", "示例热电", "Sample Power", true),
    ("cement", "示例水泥", "Sample Cement", true),
    (
        "bureau",
        "示例生态环境局",
        "Sample Environment Bureau",
        false,
    ),
];

pub fn run(arguments: &Demo, global: &Global, console: &Console) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(demonstrate(arguments, global, console))
}

/// The nodes' processes; they end with this value.
struct Nodes {
    dir: PathBuf,
    locale: &'static str,
    running: Vec<(String, Option<Child>)>,
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for (_, child) in &mut self.running {
            if let Some(child) = child {
                drop(child.kill());
                drop(child.wait());
            }
        }
    }
}

impl Nodes {
    fn ready_file(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.ready"))
    }

    /// Starts a node of an organisation.
    fn start(&mut self, organisation: &str) -> Result<(), Failure> {
        let name = format!("{organisation}-1");
        let log = self.dir.join(format!("{name}.log"));
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|error| Failure::writing(&log, &error))?;
        let ready = self.ready_file(&name);
        drop(std::fs::remove_file(&ready));
        let child = Process::new(std::env::current_exe()?)
            .args(["--lang", self.locale, "start", "--dir"])
            .arg(self.dir.join(organisation))
            .arg("--ready-file")
            .arg(&ready)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(file))
            .spawn()?;
        self.running.retain(|(known, _)| *known != name);
        self.running.push((name, Some(child)));
        Ok(())
    }

    /// Waits until a node serves.
    fn wait(&mut self, organisation: &str) -> Result<(), Failure> {
        let name = format!("{organisation}-1");
        let ready = self.ready_file(&name);
        let begun = Instant::now();
        while !ready.exists() {
            let child = self
                .running
                .iter_mut()
                .find_map(|(known, child)| child.as_mut().filter(|_| *known == name));
            let ended = child.map(Child::try_wait).transpose()?.flatten();
            if ended.is_some() || begun.elapsed() > PATIENCE {
                let log = self.dir.join(format!("{name}.log"));
                let detail = std::fs::read_to_string(log).unwrap_or_default();
                return Err(unexpected("hengtan start", detail.trim()));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// SIGKILL: no farewell.
    fn kill(&mut self, name: &str) -> Result<(), Failure> {
        for (known, child) in &mut self.running {
            if known == name
                && let Some(mut child) = child.take()
            {
                child.kill()?;
                child.wait()?;
            }
        }
        Ok(())
    }
}

fn plan() -> Result<Plan, Failure> {
    // All at once, so that no two are the same.
    let listeners = (0..8)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect::<Result<Vec<_>, _>>()?;
    let addresses = listeners
        .iter()
        .map(TcpListener::local_addr)
        .collect::<Result<Vec<SocketAddr>, _>>()?;
    let organisations = ORGANISATIONS.map(|(name, zh, en, voting)| PlannedOrganisation {
        name: name.to_owned(),
        name_zh: zh.to_owned(),
        name_en: en.to_owned(),
        credit_code: String::new(),
        duties: vec![if voting { "business" } else { "regulator" }.to_owned()],
        voting,
        jurisdiction: String::new(),
    });
    let nodes = ORGANISATIONS
        .iter()
        .zip(addresses.chunks_exact(2))
        .map(|((name, ..), pair)| PlannedNode {
            name: format!("{name}-1"),
            organisation: (*name).to_owned(),
            address: pair[0].to_string(),
            peer_listen: None,
            api: pair[1],
        })
        .collect();
    Ok(Plan {
        name: "demo".to_owned(),
        name_zh: "示例网络".to_owned(),
        name_en: "Sample network".to_owned(),
        policy_delay_hours: 0,
        reviewers: 0,
        // One organisation may bring factor sets: the demonstration has nobody to vote.
        policies: [("factor_set.adopt".to_owned(), "any".to_owned())].into(),
        organisations: organisations.into(),
        nodes,
    })
}

async fn demonstrate(
    arguments: &Demo,
    global: &Global,
    console: &Console,
) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let catalogue = console.catalogue();
    let step = |number: u8, text: String| {
        let text = format!("[{number}/7] {text}");
        console.say(&console.style_of_talk().heading(&text));
    };
    let note = |text: String| console.say(&format!("      {text}"));
    let dir = &arguments.dir;

    step(1, catalogue.demo_step_consortium(dir.display().to_string()));
    let plan = plan()?;
    let (founded, _) = rehearse(dir, &plan, now_ms(), &mut rand::rng())?;
    note(catalogue.demo_network_made(hex::encode(founded.network_id())));

    step(2, catalogue.demo_step_nodes());
    let mut nodes = Nodes {
        dir: dir.clone(),
        locale: console.locale().tag(),
        running: Vec::new(),
    };
    for (organisation, ..) in ORGANISATIONS {
        nodes.start(organisation)?;
    }
    for (organisation, ..) in ORGANISATIONS {
        nodes.wait(organisation)?;
    }
    // The client is the steel works; it can knock at any door.
    let endpoint = |name: &str| {
        let node = plan.nodes.iter().find(|node| node.name == name);
        node.map_or_else(String::new, |node| format!("http://{}", node.api))
    };
    let open = |name: &str| {
        let global = Global {
            context: Some(Folder::new(dir.join("steel")).context_file()),
            endpoint: Some(endpoint(name)),
            ..global.clone()
        };
        Session::with(context::find(&global)?, TIMEOUT, console)
    };
    let bureau = open("bureau-1")?;
    let rows = until(&bureau, |rows| {
        rows.iter().all(|row| row.code.is_empty() && row.ready)
            && rows.iter().any(|row| row.role == "leader")
            && rows.iter().any(|row| row.role == "learner")
    })
    .await?;
    let leader = leader_of(&rows)?;
    note(catalogue.demo_leader(leader.as_str()));
    let followers: Vec<String> = rows
        .iter()
        .filter(|row| row.role == "follower")
        .map(|row| row.node.clone())
        .collect();
    let [writer, reader] = followers.as_slice() else {
        return Err(unexpected(&catalogue.demo_step_nodes(), "follower"));
    };

    step(3, catalogue.demo_step_import_at(writer.as_str()));
    let session = open(writer)?;
    let shipped = accounting::shipped::sets()?;
    factor::adopt_sets(&shipped.iter().collect::<Vec<_>>(), &session).await?;
    register_facility(&session).await?;
    let mut imported = import(FILES[0], dir, &session).await?;

    step(4, catalogue.demo_step_read_at(reader.as_str()));
    let session = open(reader)?;
    let read = count_rows(&session).await?;
    if read != imported {
        return Err(unexpected(
            &catalogue.demo_step_read_at(reader.as_str()),
            &read.to_string(),
        ));
    }
    note(catalogue.demo_read(reader.as_str(), read.to_string()));

    step(5, catalogue.demo_step_kill(leader.as_str()));
    nodes.kill(&leader)?;

    step(6, catalogue.demo_step_go_on(reader.as_str()));
    imported += import(FILES[1], dir, &session).await?;
    let rows = cluster::ask(&session).await?;
    note(catalogue.demo_leader(leader_of(&rows)?.as_str()));

    step(7, catalogue.demo_step_same_root(leader.as_str()));
    let organisation = leader.trim_end_matches("-1").to_owned();
    nodes.start(&organisation)?;
    nodes.wait(&organisation)?;
    let rows = until(&session, |rows| {
        let first = &rows[0];
        rows.len() == ORGANISATIONS.len()
            && rows.iter().all(|row| {
                row.code.is_empty()
                    && row.final_size == row.size
                    && row.log_root == first.log_root
                    && row.state_root == first.state_root
            })
    })
    .await?;
    drop(nodes);
    if console.form() == OutputForm::Table {
        console.list(&cluster::list(&rows, console))?;
        console.say(&catalogue.demo_done(begun.elapsed().as_secs().to_string()));
    } else {
        let value = json!({
            "folder": dir.display().to_string(),
            "network_id": hex::encode(founded.network_id()),
            "rows": imported,
            "killed": leader,
            "leader": leader_of(&rows)?,
            "size": rows[0].size,
            "log_root": hex::encode(&rows[0].log_root),
            "state_root": hex::encode(&rows[0].state_root),
            "nodes": rows.iter().map(|row| json!({
                "node": row.node,
                "role": row.role,
                "size": row.size,
                "final_size": row.final_size,
                "log_root": hex::encode(&row.log_root),
                "state_root": hex::encode(&row.state_root),
            })).collect::<Vec<_>>(),
            "seconds": begun.elapsed().as_secs(),
        });
        console.document(&value, String::new)?;
    }
    Ok(Exit::Ok)
}

fn leader_of(rows: &[api::ClusterNode]) -> Result<String, Failure> {
    rows.iter()
        .find(|row| row.role == "leader")
        .map(|row| row.node.clone())
        .ok_or_else(|| unexpected("hengtan cluster status", "leader"))
}

/// Looks at the nodes until they are as wanted.
async fn until(
    session: &Session<'_>,
    wanted: impl Fn(&[api::ClusterNode]) -> bool,
) -> Result<Vec<api::ClusterNode>, Failure> {
    let begun = Instant::now();
    loop {
        let rows = cluster::ask(session).await;
        match rows {
            Ok(rows) if !rows.is_empty() && wanted(&rows) => return Ok(rows),
            Ok(rows) if begun.elapsed() > PATIENCE => {
                let seen: Vec<String> = rows
                    .iter()
                    .map(|row| {
                        format!(
                            "{} {} {} {}/{}",
                            row.node, row.code, row.role, row.final_size, row.size
                        )
                    })
                    .collect();
                return Err(unexpected("hengtan cluster status", &seen.join(", ")));
            }
            Err(failure) if begun.elapsed() > PATIENCE => return Err(failure),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

async fn import(
    (name, bytes): (&str, &[u8]),
    dir: &Path,
    session: &Session<'_>,
) -> Result<u64, Failure> {
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
        profile: Profile {
            gwp: "ar5".to_owned(),
            rounding: RoundingRule::Unrounded,
            factor_set: Vec::new(),
        },
    };
    let outcome = activity::import_file(&arguments, session).await?;
    let catalogue = session.console.catalogue();
    let text = catalogue.demo_imported(name, outcome.rows.to_string());
    session.console.say(&format!("      {text}"));
    Ok(outcome.rows)
}

/// Rows as they stand now, counted at the session's door.
async fn count_rows(session: &Session<'_>) -> Result<u64, Failure> {
    let rows = crate::cli::session::all(0, |page_size, page_token| async move {
        let request = api::ActivityListRequest {
            page_size,
            page_token,
            ..api::ActivityListRequest::default()
        };
        let answer = session
            .client()
            .activity_list(request)
            .await
            .map_err(|status| session.failed(status))?
            .into_inner();
        Ok((answer.activities, answer.next_page_token))
    })
    .await?;
    Ok(rows.len() as u64)
}
