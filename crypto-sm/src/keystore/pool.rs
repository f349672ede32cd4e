//! Sessions that wait for work.

use std::{
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Sessions that nobody uses at present; each is used by one thread at a time.
#[derive(Debug)]
pub(super) struct Pool<S> {
    idle: Mutex<Vec<S>>,
}

impl<S> Pool<S> {
    pub(super) fn new() -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
        }
    }

    /// A session that waits, or a new one.
    pub(super) fn take<E>(&self, open: impl FnOnce() -> Result<S, E>) -> Result<Loan<'_, S>, E> {
        let waiting = self.idle().pop();
        let session = match waiting {
            Some(session) => session,
            None => open()?,
        };
        Ok(Loan {
            pool: self,
            session: Some(session),
        })
    }

    /// Closes all sessions that wait: one that was lost is seldom lost alone.
    pub(super) fn clear(&self) {
        let closed = std::mem::take(&mut *self.idle());
        drop(closed);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<S>> {
        lock(&self.idle)
    }
}

/// What is behind the locks of a provider is replaced as a whole, so that a panic elsewhere leaves nothing half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A session in use. It goes back to the pool unless it is given up.
pub(super) struct Loan<'a, S> {
    pool: &'a Pool<S>,
    session: Option<S>,
}

impl<S> Loan<'_, S> {
    /// Closes the session instead of giving it back.
    pub(super) fn give_up(mut self) {
        self.session = None;
    }
}

impl<S> Deref for Loan<'_, S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.session.as_ref().expect("given up only by value")
    }
}

impl<S> DerefMut for Loan<'_, S> {
    fn deref_mut(&mut self) -> &mut S {
        self.session.as_mut().expect("given up only by value")
    }
}

impl<S> Drop for Loan<'_, S> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.pool.idle().push(session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_used_again_unless_it_was_given_up() {
        let pool = Pool::new();
        let opened = std::cell::Cell::new(0);
        let open = || {
            opened.set(opened.get() + 1);
            Ok::<_, ()>(opened.get())
        };
        let first = pool.take(open).unwrap();
        let second = pool.take(open).unwrap();
        assert_eq!((*first, *second), (1, 2));
        drop(first);
        let third = pool.take(open).unwrap();
        assert_eq!(*third, 1);
        third.give_up();
        assert_eq!(*pool.take(open).unwrap(), 3);
        drop(second);
        pool.clear();
        assert_eq!(*pool.take(open).unwrap(), 4);
    }
}
