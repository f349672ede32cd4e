//! From the parsed command line to the command.

use std::future::Future;

use crate::console::Console;

use super::arguments::{Activity, Audit, Backup, Blame, Command, CommandLine, Factor, Witness};
use super::session::Session;
use super::{
    Exit, Failure, activity, audit, backup, bench, blame, calculate, cert, cluster, codes,
    completion, config, crypto, demo, doctor, entry, explain, facility, factor, init, inventory,
    key, member, node, org, policy, proposal, receipt, recovery, start, status, verify, witness,
};

/// Runs a command.
pub fn run(line: CommandLine, console: &Console) -> Result<Exit, Failure> {
    let global = line.global;
    match line.command {
        Command::Init(arguments) => init::run(&arguments, console),
        Command::Key(command) => key::run(command, &global, console),
        Command::Cert(command) => cert::run(command, console),
        Command::Backup(Backup::Verify(arguments)) => backup::verify(&arguments, &global, console),
        Command::Backup(Backup::Restore(arguments)) => backup::restore(&arguments, console),
        Command::Backup(Backup::Drill(arguments)) => wait(backup::drill(&arguments, console))?,
        Command::Blame(Blame::Verify(arguments)) => blame::verify(&arguments, &global, console),
        Command::Calculate(arguments) => calculate::run(&arguments, console),
        Command::Crypto(command) => crypto::run(&command, &global, console),
        Command::Recovery(command) => recovery::run(command, console),
        Command::Witness(Witness::Key(arguments)) => witness::key(&arguments, &global, console),
        Command::Verify(arguments) => verify::run(&arguments, &global, console),
        Command::Config(command) => config::run(command, &global, console),
        Command::Completion(arguments) => completion::run(&arguments, console),
        Command::Factor(Factor::Sets(arguments)) if arguments.shipped => factor::shipped(console),
        Command::Factor(Factor::Lint(arguments)) => factor::lint(&arguments, console),
        Command::Factor(Factor::Diff(arguments)) => factor::diff(&arguments, console),
        Command::Factor(Factor::Import(arguments)) => factor::import(&arguments, console),
        Command::Factor(Factor::Sign(arguments)) => factor::sign(&arguments, console),
        Command::Factor(Factor::Verify(arguments)) => factor::verify(&arguments, console),
        Command::Audit(Audit::Replay(arguments)) => audit::replay(&arguments, &global, console),
        Command::Start(arguments) => start::run(&arguments, &global, console),
        Command::Leader(command) => cluster::lead(command, &global, console),
        Command::Demo(arguments) => demo::run(&arguments, &global, console),
        Command::Bench(arguments) => bench::run(arguments, console),
        Command::Activity(Activity::Import(arguments)) if arguments.dry_run => {
            wait(activity::dry_run(&arguments, &global, console))?
        }
        Command::Doctor(arguments) => wait(doctor::run(arguments, &global, console))?,
        Command::Explain(arguments) => match explain::offline(&arguments, console) {
            Some(result) => result,
            None => wait(async {
                match Session::open(&global, console) {
                    Ok(session) => explain::run(arguments, &session).await,
                    // Terms can be looked up without a network.
                    Err(failure) if failure.code == codes::CONTEXT_MISSING => {
                        explain::term(arguments.reference.trim(), console).map_err(|_| failure)
                    }
                    Err(failure) => Err(failure),
                }
            })?,
        },
        command => wait(async {
            let session = Session::open(&global, console)?;
            match command {
                Command::Cluster(command) => cluster::run(command, &session).await,
                Command::Entry(command) => entry::run(command, &session).await,
                Command::Org(command) => org::run(command, &session).await,
                Command::Member(command) => member::run(command, &session).await,
                Command::Node(command) => node::run(command, &session).await,
                Command::Policy(command) => policy::run(command, &session).await,
                Command::Proposal(command) => proposal::run(command, &session).await,
                Command::Witness(command) => witness::run(command, &session).await,
                Command::Facility(command) => facility::run(command, &session).await,
                Command::Activity(command) => activity::run(command, &session).await,
                Command::Factor(command) => factor::run(command, &session).await,
                Command::Inventory(command) => inventory::run(command, &session).await,
                Command::Audit(Audit::Export(arguments)) => {
                    audit::export(&arguments, &session).await
                }
                Command::Backup(Backup::Create(arguments)) => {
                    backup::create(&arguments, &session).await
                }
                Command::Receipt(command) => receipt::run(command, &session).await,
                // The others need no node, or have been taken above.
                _ => status::run(&session).await,
            }
        })?,
    }
}

/// Waits for a command that talks to a node.
pub fn wait<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(future))
}
