//! The one thread that writes. It takes everything that is queued, writes it in one batch, syncs once, and only then
//! tells the callers, in the order in which they came.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use openraft::storage::IOFlushed;
use openraft::type_config::TypeConfigExt;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::disk::{Disk, Operation};
use super::tail::Tail;
use crate::engine::TypeConfig;
use crate::error::Error;
use crate::status::Failure;

/// Commands taken into one group at most; it bounds the latency of the first of them.
const GROUP_COMMANDS_MAX: usize = 1_024;
/// Bytes taken into one group before it is closed.
const GROUP_BYTES_MAX: usize = 16 << 20;

/// Something to write.
pub struct Command {
    /// Changes, atomic together.
    pub operations: Vec<Operation>,
    /// Whether `done` waits for stable storage.
    pub sync: bool,
    /// For appended entries: their epoch and the last index.
    pub appended: Option<(u64, u64)>,
    /// Whom to tell.
    pub done: Done,
}

/// Whom to tell.
pub enum Done {
    /// Nobody; the change may be lost in a crash.
    Nobody,
    /// The engine.
    Engine(IOFlushed<TypeConfig>),
    /// A waiting method.
    Reply(oneshot::Sender<Result<(), Error>>),
}

/// The way to the writing thread.
#[derive(Debug)]
pub struct Writer {
    route: Mutex<Route>,
}

#[derive(Debug)]
enum Route {
    /// A thread of its own: the disk blocks.
    Thread {
        commands: mpsc::Sender<Command>,
        thread: JoinHandle<()>,
    },
    /// At once: the disk is memory, and a simulation must not depend on threads.
    Inline(Core),
    /// A task: the disk is memory and takes simulated time.
    Task(UnboundedSender<Command>),
    Closed,
}

impl Writer {
    /// Starts the writer.
    ///
    /// # Errors
    /// [`Error::Disk`] if the thread cannot be started.
    pub fn start(disk: Arc<dyn Disk>, tail: Arc<Tail>, failure: Failure) -> Result<Self, Error> {
        let threaded = disk.blocks();
        let mut core = Core {
            disk,
            tail,
            failure,
            broken: None,
        };
        let route = if threaded {
            let (commands, queue) = mpsc::channel();
            let thread = std::thread::Builder::new()
                .name("log-writer".to_owned())
                .spawn(move || core.run(&queue))
                .map_err(|error| Error::disk("start log writer", error))?;
            Route::Thread { commands, thread }
        } else if core.disk.sync_delay().is_some() {
            let (commands, queue) = unbounded_channel();
            drop(TypeConfig::spawn(core.run_in_simulated_time(queue)));
            Route::Task(commands)
        } else {
            Route::Inline(core)
        };
        Ok(Self {
            route: Mutex::new(route),
        })
    }

    /// Queues a command. If the writer is gone, the command's `done` learns it.
    pub fn submit(&self, command: Command) {
        let mut route = self.route.lock().unwrap_or_else(PoisonError::into_inner);
        let rejected = match &mut *route {
            Route::Thread { commands, .. } => commands.send(command).err().map(|error| error.0),
            Route::Inline(core) => {
                core.write_group(vec![command]);
                None
            }
            Route::Task(commands) => commands.send(command).err().map(|error| error.0),
            Route::Closed => Some(command),
        };
        drop(route);
        if let Some(command) = rejected {
            command.done.tell(&Err(Error::ShutDown));
        }
    }

    /// Writes what is queued and ends; blocks until the thread has ended.
    pub fn close(&self) {
        let route = std::mem::replace(
            &mut *self.route.lock().unwrap_or_else(PoisonError::into_inner),
            Route::Closed,
        );
        if let Route::Thread { commands, thread } = route {
            drop(commands);
            // A panic in the writer has already failed every waiting command by dropping its channel.
            drop(thread.join());
        }
    }
}

#[derive(Debug)]
struct Core {
    disk: Arc<dyn Disk>,
    tail: Arc<Tail>,
    failure: Failure,
    /// After a failed write or sync nothing is known about the disk, and the page cache may already have dropped what
    /// could not be written; so nothing is ever tried again.
    broken: Option<Error>,
}

impl Core {
    fn run(&mut self, queue: &mpsc::Receiver<Command>) {
        while let Ok(first) = queue.recv() {
            let mut bytes = first.bytes();
            let mut group = vec![first];
            while group.len() < GROUP_COMMANDS_MAX && bytes < GROUP_BYTES_MAX {
                let Ok(next) = queue.try_recv() else { break };
                bytes += next.bytes();
                group.push(next);
            }
            self.write_group(group);
        }
    }

    async fn run_in_simulated_time(mut self, mut queue: UnboundedReceiver<Command>) {
        while let Some(first) = queue.recv().await {
            let mut group = vec![first];
            while group.len() < GROUP_COMMANDS_MAX
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            let sync = group.iter().any(|command| command.sync);
            let mut outcome = self.write(&mut group);
            if outcome.is_ok() && sync {
                tokio::time::sleep(self.disk.sync_delay().unwrap_or_default()).await;
                outcome = self.disk.sync();
            }
            self.tell(group, &outcome);
        }
    }

    fn write_group(&mut self, mut group: Vec<Command>) {
        let sync = group.iter().any(|command| command.sync);
        let mut outcome = self.write(&mut group);
        if outcome.is_ok() && sync {
            outcome = self.disk.sync();
        }
        self.tell(group, &outcome);
    }

    fn write(&self, group: &mut [Command]) -> Result<(), Error> {
        let operations: Vec<Operation> = group
            .iter_mut()
            .flat_map(|command| std::mem::take(&mut command.operations))
            .collect();
        match &self.broken {
            Some(error) => Err(error.clone()),
            None => self.disk.write(&operations),
        }
    }

    fn tell(&mut self, group: Vec<Command>, outcome: &Result<(), Error>) {
        if let Err(error) = outcome
            && self.broken.is_none()
        {
            self.broken = Some(error.clone());
            self.failure.record(error.clone().into_fatal());
        }
        for command in group {
            if let (Ok(()), Some((epoch, index))) = (outcome, command.appended) {
                self.tail.set_durable(epoch, index);
            }
            command.done.tell(outcome);
        }
    }
}

impl Command {
    fn bytes(&self) -> usize {
        self.operations
            .iter()
            .map(|operation| match operation {
                Operation::Entry { record, .. } | Operation::Meta { record, .. } => record.len(),
                Operation::Truncate { .. } | Operation::Purge { .. } => 0,
            })
            .sum()
    }
}

impl Done {
    fn tell(self, outcome: &Result<(), Error>) {
        match self {
            Self::Nobody => {}
            Self::Engine(callback) => callback.io_completed(outcome.clone().map_err(Into::into)),
            // The waiting method may have been abandoned; the write stands all the same.
            Self::Reply(reply) => drop(reply.send(outcome.clone())),
        }
    }
}
