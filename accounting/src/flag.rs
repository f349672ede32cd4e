//! Flags: what a reader of a result must know beside the number.

use std::fmt;

macro_rules! flags {
    ($($(#[$doc:meta])* $variant:ident $code:literal;)*) => {
        /// One thing worth knowing about a result.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Flag { $($(#[$doc])* $variant,)* }

        /// Every flag.
        pub const FLAGS: &[Flag] = &[$(Flag::$variant,)*];

        impl Flag {
            /// Stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }
    };
}

flags! {
    /// The factor is of another country; it was named because none is published for this one.
    Proxy "proxy";
    /// No factor is made for this period yet: the newest published one was used.
    NewestPublishedUsed "newest_published_used";
    /// The row names a factor that was made for an earlier period.
    EarlierPeriodNamed "earlier_period_named";
    /// The factor's CO2e is weighted with another GWP set than the inventory's and was kept.
    GwpSetOfSourceDiffers "gwp_set_of_source_differs";
    /// Market-based without instruments in China: the average without market-traded non-fossil power stands for the
    /// residual mix that is not published.
    ResidualProxy "residual_proxy";
    /// Market-based without instruments, and no residual mix is published: the grid average stands in
    /// (Scope 2 Guidance, Table 6.3).
    NoResidualMix "no_residual_mix";
    /// An ETS notice's factor serves both the location-based and the market-based column.
    EtsFactor "ets_factor";
    /// A default value stands for a parameter that was not measured.
    DefaultParameter "default_parameter";
    /// The published CO2e total is not the sum of its published parts; the total counts.
    PublishedTotalDiffersFromParts "published_total_differs_from_parts";
    /// Nothing is published for the part of the country: the country's factor was used.
    WiderRegionUsed "wider_region_used";
    /// The factor's figure is recalled, not read, or of a draft.
    UnofficialFactor "unofficial_factor";
    /// The result was rounded as the profile says.
    Rounded "rounded";
    /// Contains gases outside the seven of the Kyoto Protocol, reported apart from the scopes.
    OutsideKyoto "outside_kyoto";
}

/// A set of flags.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(u32);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);

    /// Adds a flag.
    pub fn insert(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u8;
    }

    /// Takes a flag out.
    pub fn remove(&mut self, flag: Flag) {
        self.0 &= !(1 << flag as u8);
    }

    /// Adds all flags of another set.
    pub fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Whether no flag is set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The flags in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        FLAGS
            .iter()
            .copied()
            .filter(move |flag| self.contains(*flag))
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Flag::code)).finish()
    }
}
