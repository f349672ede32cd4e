//! Whether a history of reads and writes of one register is linearizable: whether all of it could have happened one after the other, each
//! operation at some moment between its beginning and its end (Herlihy and Wing 1990).
//!
//! The search is that of Wing and Gong with the memory of Lowe ("Testing for linearizability", 2017): of the operations that may come next, try
//! each; a set of operations done with the same value in the register is never tried twice. Written values must differ.

use std::collections::{BTreeSet, HashSet};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Put this value.
    Write(u64),
    /// Saw this value; nothing before the first write.
    Read(Option<u64>),
}

/// An operation as a client saw it. Moments are of one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    pub action: Action,
    pub begun: u64,
    /// Nothing: the client never learnt what became of it; it may happen at any later time, or never.
    pub ended: Option<u64>,
}

/// Checks a history.
///
/// # Errors
/// The operation that no order explains: the earliest at which every search ended.
pub fn check(history: &[Operation]) -> Result<(), Operation> {
    let seen: BTreeSet<u64> = history
        .iter()
        .filter_map(|operation| match operation.action {
            Action::Read(value) if operation.ended.is_some() => value,
            _ => None,
        })
        .collect();
    // An unknown read says nothing; an unknown write that nobody saw may be left out of any order.
    let mut operations: Vec<Operation> = history
        .iter()
        .copied()
        .filter(|operation| {
            operation.ended.is_some()
                || matches!(operation.action, Action::Write(value) if seen.contains(&value))
        })
        .collect();
    operations.sort_by_key(|operation| operation.begun);
    search(&operations)
}

/// What is done, and what the register then holds. All operations before `first` are done, and of the later ones those in `beyond`.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    first: usize,
    beyond: BTreeSet<usize>,
    value: Option<u64>,
}

fn search(operations: &[Operation]) -> Result<(), Operation> {
    let mut tried = HashSet::new();
    let mut waiting = vec![Place {
        first: 0,
        beyond: BTreeSet::new(),
        value: None,
    }];
    let mut furthest = 0;
    while let Some(place) = waiting.pop() {
        if place.first == operations.len() {
            return Ok(());
        }
        furthest = furthest.max(place.first);
        // Whatever has ended before another begins comes before it.
        let open = (place.first..operations.len()).filter(|number| !place.beyond.contains(number));
        let mut end = u64::MAX;
        let mut next = Vec::new();
        for number in open {
            let operation = &operations[number];
            if operation.begun > end {
                break;
            }
            end = end.min(operation.ended.unwrap_or(u64::MAX));
            next.push(number);
        }
        next.retain(|number| operations[*number].begun <= end);
        for number in next.into_iter().rev() {
            let value = match operations[number].action {
                Action::Write(value) => Some(value),
                Action::Read(value) if value == place.value => value,
                Action::Read(_) => continue,
            };
            let mut further = Place {
                value,
                ..place.clone()
            };
            further.beyond.insert(number);
            while further.beyond.remove(&further.first) {
                further.first += 1;
            }
            if tried.insert(further.clone()) {
                waiting.push(further);
            }
        }
    }
    match operations.get(furthest) {
        Some(operation) => Err(*operation),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Action::{Read, Write};
    use super::*;

    fn history(operations: &[(Action, u64, u64)]) -> Vec<Operation> {
        let operation = |(action, begun, ended): &(Action, u64, u64)| Operation {
            action: *action,
            begun: *begun,
            ended: (*ended > 0).then_some(*ended),
        };
        operations.iter().map(operation).collect()
    }

    fn holds(operations: &[(Action, u64, u64)]) -> bool {
        check(&history(operations)).is_ok()
    }

    #[test]
    fn what_one_client_does_alone_is_linearizable_if_it_reads_what_it_wrote() {
        assert!(holds(&[]));
        assert!(holds(&[
            (Read(None), 1, 2),
            (Write(1), 3, 4),
            (Read(Some(1)), 5, 6)
        ]));
        assert!(!holds(&[(Write(1), 1, 2), (Read(None), 3, 4)]), "lost");
        assert!(!holds(&[(Read(Some(7)), 1, 2)]), "never written");
        assert!(
            !holds(&[(Write(1), 1, 2), (Write(2), 3, 4), (Read(Some(1)), 5, 6)]),
            "stale"
        );
    }

    #[test]
    fn what_overlaps_may_have_either_order_but_one_for_all() {
        let writes = [(Write(1), 1, 10), (Write(2), 2, 9)];
        let with = |reads: &[(Action, u64, u64)]| holds(&[&writes, reads].concat());
        assert!(with(&[(Read(Some(1)), 11, 12)]));
        assert!(with(&[(Read(Some(2)), 11, 12)]));
        assert!(with(&[(Read(Some(2)), 3, 4), (Read(Some(1)), 5, 6)]));
        assert!(!with(&[(Read(Some(1)), 11, 12), (Read(Some(2)), 13, 14)]));
        assert!(
            !with(&[
                (Read(Some(1)), 3, 4),
                (Read(Some(2)), 5, 6),
                (Read(Some(1)), 7, 8)
            ]),
            "there and back"
        );
    }

    #[test]
    fn a_read_that_began_before_a_write_ended_may_see_either_value() {
        let write = [(Write(1), 1, 2), (Write(2), 4, 8)];
        for value in [1, 2] {
            assert!(holds(&[&write[..], &[(Read(Some(value)), 5, 9)]].concat()));
        }
        // Once it was seen, it stays.
        let seen = [(Read(Some(2)), 5, 6), (Read(Some(1)), 7, 9)];
        assert!(!holds(&[&write[..], &seen].concat()));
    }

    #[test]
    fn an_unknown_write_may_happen_later_or_never_but_not_before_it_began() {
        let unknown = (Write(2), 3, 0);
        let known = (Write(1), 1, 2);
        assert!(holds(&[known, unknown, (Read(Some(1)), 90, 91)]));
        assert!(holds(&[known, unknown, (Read(Some(2)), 90, 91)]));
        assert!(!holds(&[
            known,
            unknown,
            (Read(Some(2)), 90, 91),
            (Read(Some(1)), 92, 93)
        ]));
        assert!(!holds(&[(Read(Some(2)), 1, 2), unknown]));
        // What a client did not get an answer to, it did not see.
        assert!(holds(&[known, (Read(Some(9)), 3, 0)]));
    }

    /// Histories of a register that exists, by four clients whose operations overlap: all hold. With one read changed to an earlier value that
    /// was already gone before the read began, none does.
    #[test]
    fn histories_of_a_real_register_hold_and_a_stale_read_in_one_is_found() {
        let mut state = 1_u64;
        let mut draw = move |bound: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        for _ in 0..50 {
            let (mut value, mut operations, mut stale) = (None::<(u64, u64)>, Vec::new(), None);
            let mut gone: Vec<(u64, u64)> = Vec::new();
            for moment in (100..20_000).step_by(10) {
                let (begun, ended) = (moment - 1 - draw(35), Some(moment + 1 + draw(35)));
                let action = if draw(3) == 0 {
                    // A value is gone for good from the end of a write that began after its own had ended.
                    if let Some((old, end)) = value
                        && end < begun
                    {
                        gone.push((old, ended.expect("known")));
                    }
                    value = Some((moment, ended.expect("known")));
                    Write(moment)
                } else {
                    if let Some((old, _)) = gone.iter().rev().find(|(_, end)| *end < begun) {
                        stale = Some((operations.len(), *old));
                    }
                    Read(value.map(|(value, _)| value))
                };
                operations.push(Operation {
                    action,
                    begun,
                    ended,
                });
            }
            assert_eq!(check(&operations), Ok(()));
            let (number, old) = stale.expect("many writes");
            operations[number].action = Read(Some(old));
            assert!(check(&operations).is_err());
        }
    }
}
