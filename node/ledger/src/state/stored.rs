//! Which message stands for which kind of state value.

use super::Value;
use crate::v1;

/// A kind of state value.
pub trait Stored: Sized {
    /// The value out of the sum of all kinds.
    fn from_value(value: Value) -> Option<Self>;
    /// The other way round.
    fn into_value(self) -> Value;
}

impl Stored for v1::NetworkState {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Network(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Network(self)
    }
}

impl Stored for v1::ChainState {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Chain(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Chain(self)
    }
}

impl Stored for v1::VotingSet {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::VotingSet(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::VotingSet(self)
    }
}

impl Stored for v1::Limits {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Limits(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Limits(self)
    }
}

impl Stored for v1::Algorithms {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Algorithms(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Algorithms(self)
    }
}

impl Stored for v1::TokenRule {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Tokens(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Tokens(self)
    }
}

impl Stored for v1::FeatureLevel {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::FeatureLevel(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::FeatureLevel(self)
    }
}

impl Stored for v1::Organisation {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Organisation(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Organisation(self)
    }
}

impl Stored for v1::Member {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Member(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Member(self)
    }
}

impl Stored for v1::MemberName {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::MemberName(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::MemberName(self)
    }
}

impl Stored for v1::Node {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Node(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Node(self)
    }
}

impl Stored for v1::Policy {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Policy(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Policy(self)
    }
}

impl Stored for v1::Facility {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Facility(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Facility(self)
    }
}

impl Stored for v1::FactorSetState {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::FactorSet(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::FactorSet(self)
    }
}

impl Stored for v1::ImportState {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Import(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Import(self)
    }
}

impl Stored for v1::ImportPart {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::ImportPart(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::ImportPart(self)
    }
}

impl Stored for v1::RowChange {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::RowChange(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::RowChange(self)
    }
}

impl Stored for v1::PeriodLock {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::PeriodLock(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::PeriodLock(self)
    }
}

impl Stored for v1::Inventory {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Inventory(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Inventory(self)
    }
}

impl Stored for v1::Proposal {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Proposal(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::Proposal(self)
    }
}

impl Stored for v1::PolicyChange {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::PolicyChange(message) = value {
            Some(message)
        } else {
            None
        }
    }

    fn into_value(self) -> Value {
        Value::PolicyChange(self)
    }
}
