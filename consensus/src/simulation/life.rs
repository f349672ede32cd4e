//! The tasks of one life of a machine, from its start to its crash.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::task::{AbortHandle, JoinHandle};

thread_local! {
    /// Whose task is being polled.
    static CURRENT: RefCell<Option<Life>> = const { RefCell::new(None) };
}

/// The tasks of one life of a machine: those that were spawned with [`Life::spawn`] and those that they spawned. Clones
/// share it.
#[derive(Clone, Debug, Default)]
pub struct Life {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    ended: bool,
    paused: bool,
    /// Tasks that were woken while paused.
    waiting: Vec<Waker>,
    tasks: Vec<AbortHandle>,
    /// Finished tasks are forgotten when this many are known.
    forget_at: usize,
}

impl Life {
    /// A life without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whose task is being polled, if it is one of a life.
    pub fn current() -> Option<Self> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Spawns a task of this life. After its end the task is never polled.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = tokio::spawn(Lived {
            life: self.clone(),
            future: Box::pin(future),
        });
        let mut state = self.lock();
        if state.ended {
            task.abort();
        } else {
            if state.tasks.len() >= state.forget_at.max(64) {
                state.tasks.retain(|task| !task.is_finished());
                state.forget_at = state.tasks.len() * 2;
            }
            state.tasks.push(task.abort_handle());
        }
        drop(state);
        task
    }

    /// Ends the life as a crash does: no task runs any further, not even to clean up.
    pub fn end(&self) {
        let tasks = {
            let mut state = self.lock();
            state.ended = true;
            state.waiting.clear();
            std::mem::take(&mut state.tasks)
        };
        for task in tasks {
            task.abort();
        }
    }

    /// Whether the life was ended.
    pub fn is_ended(&self) -> bool {
        self.lock().ended
    }

    /// Stops all tasks where they are, as a stopped process; time goes on for others.
    pub fn pause(&self) {
        self.lock().paused = true;
    }

    /// Lets the tasks go on.
    pub fn resume(&self) {
        let waiting = {
            let mut state = self.lock();
            state.paused = false;
            std::mem::take(&mut state.waiting)
        };
        for waker in waiting {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task of a life.
struct Lived<F> {
    life: Life,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Lived<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        {
            let mut state = self.life.lock();
            if state.ended {
                return Poll::Pending;
            }
            if state.paused {
                state.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
        }
        let before = CURRENT.replace(Some(self.life.clone()));
        let polled = self.future.as_mut().poll(context);
        CURRENT.set(before);
        polled
    }
}
