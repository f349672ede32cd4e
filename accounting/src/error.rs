//! Refusals of the engine. Each has a permanent code and typed fields; the sentences are in the `i18n` catalogues.

use crate::date::{Date, Period};
use crate::gas::{Gas, GwpSet};
use crate::scope::{Category, Scope};
use crate::unit::Unit;
use std::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $code:literal $column:literal $variant:ident $({ $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })?;)*) => {
        /// Why the engine refuses.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Error {
            $($(#[$doc])* $variant $({ $($(#[$fdoc])* $field: $type),* })?,)*
        }

        /// Every code of this crate.
        pub const CODES: &[&str] = &[$($code,)*];

        impl Error {
            /// Permanent code.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant $({ $($field: _),* })? => $code,)* }
            }

            /// Which part of an activity row is at fault: `quantity`, `unit`, `activity`, `category`, `scope`, `period`,
            /// `region`, `factor`, `parameters`; empty for what concerns no single column.
            #[must_use]
            pub fn column(&self) -> &'static str {
                match self { $(Self::$variant $({ $($field: _),* })? => $column,)* }
            }

            /// The fields as text, named as in the catalogues.
            #[must_use]
            pub fn fields(&self) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$variant $({ $($field),* })? => vec![$($((stringify!($field), text(&$field))),*)?],)*
                }
            }
        }
    };
}

fn text(value: &&impl fmt::Display) -> String {
    value.to_string()
}

errors! {
    /// Not a plain decimal number.
    "HT-ACC-001" "quantity" DecimalMalformed {
        /// What was read.
        text: String
    };
    /// A number with more digits than can be kept.
    "HT-ACC-002" "quantity" DecimalTooLong {
        /// What was read.
        text: String
    };
    /// An exact result needs more than 256 bits.
    "HT-ACC-003" "" Overflow;
    /// Division by zero.
    "HT-ACC-004" "" DivisionByZero;
    /// Not a date of the calendar.
    "HT-ACC-005" "period" DateMalformed {
        /// What was read.
        text: String
    };
    /// A period that ends before it starts.
    "HT-ACC-006" "period" PeriodReversed {
        /// First day.
        start: Date,
        /// Last day.
        end: Date
    };
    /// A negative amount.
    "HT-ACC-007" "quantity" NegativeAmount {
        /// The amount.
        amount: String
    };
    /// No unit of the table.
    "HT-ACC-010" "unit" UnknownUnit {
        /// What was read.
        text: String
    };
    /// The units measure different things.
    "HT-ACC-011" "unit" UnitMismatch {
        /// Unit given.
        unit: Unit,
        /// Unit wanted.
        wanted: Unit
    };
    /// Energy of a fuel without its calorific basis.
    "HT-ACC-012" "unit" CalorificBasisMissing {
        /// Unit given.
        unit: Unit,
        /// Unit wanted.
        wanted: Unit
    };
    /// Gross where net is wanted, or the reverse.
    "HT-ACC-013" "unit" CalorificBasisDiffers {
        /// Unit given.
        unit: Unit,
        /// Unit wanted.
        wanted: Unit
    };
    /// Volumes at different reference conditions.
    "HT-ACC-014" "unit" ConditionsDiffer {
        /// Unit given.
        unit: Unit,
        /// Unit wanted.
        wanted: Unit
    };
    /// A word that means several units.
    "HT-ACC-015" "unit" AmbiguousUnit {
        /// What was read.
        text: String,
        /// Codes that it may mean.
        candidates: String
    };
    /// No gas or blend of the table.
    "HT-ACC-020" "activity" UnknownGas {
        /// What was read.
        text: String
    };
    /// The table of global warming potentials has no value for the gas.
    "HT-ACC-021" "activity" GwpMissing {
        /// The gas.
        gas: Gas,
        /// The table.
        gwp_set: GwpSet
    };
    /// No table of global warming potentials.
    "HT-ACC-022" "" UnknownGwpSet {
        /// What was read.
        text: String
    };
    /// No category.
    "HT-ACC-023" "category" UnknownCategory {
        /// What was read.
        text: String
    };
    /// The scope given is not the category's.
    "HT-ACC-024" "scope" ScopeContradictsCategory {
        /// Scope given.
        scope: Scope,
        /// The category.
        category: Category
    };
    /// No region code.
    "HT-ACC-025" "region" UnknownRegion {
        /// What was read.
        text: String
    };
    /// No rounding profile.
    "HT-ACC-026" "" UnknownProfile {
        /// What was read.
        text: String
    };
    /// No factor has this activity's name or code.
    "HT-ACC-030" "activity" UnknownActivity {
        /// What was read.
        activity: String
    };
    /// Factors exist for the activity, but none fits.
    "HT-ACC-031" "activity" NoFactor {
        /// What was read.
        activity: String,
        /// Why the candidates do not fit: `unit`, `category`, `region`, `treatment`, `period`, `named`.
        reason: String,
        /// The candidates, `set/id`.
        candidates: String
    };
    /// Several factors fit.
    "HT-ACC-032" "factor" AmbiguousFactor {
        /// What was read.
        activity: String,
        /// The candidates, `set/id`.
        candidates: String
    };
    /// The factor source names nothing in the catalogue.
    "HT-ACC-033" "factor" UnknownReference {
        /// What was read.
        reference: String
    };
    /// The factor source says something else than the factor.
    "HT-ACC-034" "factor" ReferenceContradicts {
        /// What was read.
        reference: String,
        /// The factor, `set/id`.
        factor: String,
        /// What differs: `activity`, `category`, `values`, `biogenic`, `gwp`.
        reason: String
    };
    /// The factor may not be used for this period.
    "HT-ACC-035" "period" FactorOutsideUse {
        /// The factor, `set/id`.
        factor: String,
        /// The activity's period.
        period: Period,
        /// The periods that the factor is for.
        valid: String,
        /// The document that limits it.
        instrument: String
    };
    /// The factor is of a kind that this method must not use.
    "HT-ACC-036" "factor" FactorTreatment {
        /// The factor, `set/id`.
        factor: String,
        /// Its treatment.
        treatment: String
    };
    /// No factor of the catalogue equals the emission factor given.
    "HT-ACC-037" "parameters" NoEqualFactor {
        /// What was read.
        activity: String,
        /// The value given.
        value: String,
        /// The candidates with their values.
        candidates: String
    };
    /// A fuel parameter is neither given nor published.
    "HT-ACC-040" "parameters" ParameterMissing {
        /// The parameter.
        parameter: String,
        /// The activity.
        activity: String
    };
    /// A parameter in a unit that does not fit it or the amount.
    "HT-ACC-041" "parameters" ParameterUnit {
        /// The parameter.
        parameter: String,
        /// The unit.
        unit: String
    };
    /// A parameter given twice.
    "HT-ACC-042" "parameters" ParameterTwice {
        /// The parameter.
        parameter: String
    };
    /// A parameter outside what is possible.
    "HT-ACC-043" "parameters" ParameterRange {
        /// The parameter.
        parameter: String,
        /// The value.
        value: String
    };
    /// A parameter that the method of this row does not use.
    "HT-ACC-044" "parameters" ParameterNotUsed {
        /// The parameter.
        parameter: String,
        /// The row's category.
        category: Category
    };
    /// Text that is no parameter.
    "HT-ACC-045" "parameters" ParameterMalformed {
        /// What was read.
        text: String
    };
    /// The rounding profile treats coal, oil and gas differently, and the fuel's type is not known.
    "HT-ACC-046" "activity" FuelTypeUnknown {
        /// What was read.
        activity: String
    };
    /// A manifest that cannot be read.
    "HT-ACC-050" "" ManifestMalformed {
        /// The set, or its folder.
        set: String,
        /// The field.
        field: String,
        /// What was read.
        text: String
    };
    /// A factor row that cannot be read.
    "HT-ACC-051" "" FactorMalformed {
        /// The set.
        set: String,
        /// Line of the file or number of the row, the first factor being 1.
        row: u32,
        /// The column.
        field: String,
        /// What was read.
        text: String
    };
    /// A factor without a source.
    "HT-ACC-052" "" FactorWithoutSource {
        /// The factor, `set/id`.
        factor: String
    };
    /// Two factors with one id.
    "HT-ACC-053" "" FactorTwice {
        /// The factor, `set/id`.
        factor: String
    };
    /// Two factor sets with one id.
    "HT-ACC-054" "" SetTwice {
        /// The set.
        set: String
    };
    /// A factor table whose columns are not the format's.
    "HT-ACC-055" "" ColumnsMalformed {
        /// The set.
        set: String,
        /// The columns read.
        text: String
    };
    // Derivations and documents of the standards: 056–069.
    /// A power or root that is no real number, or one that is too large.
    "HT-ACC-056" "" PowerUndefined;
    /// A document that is not well-formed.
    "HT-ACC-057" "" DocumentMalformed {
        /// What the reader reports, with its place.
        detail: String
    };
    /// A part of a document that is missing, unknown or of another form than the standard's.
    "HT-ACC-058" "" DocumentPart {
        /// Path of the part.
        place: String,
        /// What the reader reports.
        detail: String
    };
    /// A standard that the engine does not have.
    "HT-ACC-059" "" UnknownStandard {
        /// What was read.
        text: String,
        /// The ones that it has.
        known: String
    };
    /// A number below zero where the standard has none.
    "HT-ACC-060" "" NumberNegative {
        /// The number.
        text: String
    };
    /// A share outside 0 to 1, or a percentage outside 0 to 100.
    "HT-ACC-061" "" ShareOutside {
        /// The number.
        text: String
    };
    /// An official result was asked for, and a figure behind it is not official.
    "HT-ACC-062" "" NotOfficial {
        /// What it is of.
        label: String,
        /// Document and clause.
        document: String,
        /// `recalled`, `draft`, `secondary`.
        standing: String
    };
    /// A name that the document uses twice.
    "HT-ACC-063" "" NameTwice {
        /// The name.
        text: String
    };
    /// A name that the document uses without defining it.
    "HT-ACC-064" "" NameUnknown {
        /// The name.
        text: String
    };
    /// A year or date that no rule table covers.
    "HT-ACC-065" "" NoRuleForPeriod {
        /// The table.
        table: String,
        /// The year or date.
        period: String
    };
    // China, MRV and allocation: 070–109.
    /// A month without data where monthly reporting is declared; or no month at all.
    "HT-ACC-070" "" MonthMissing {
        /// The month, or the year.
        month: String
    };
    /// A month of another year.
    "HT-ACC-071" "" MonthOutside {
        /// The month.
        month: String,
        /// The year of the report.
        year: u16
    };
    /// Zero or less where the standard needs more.
    "HT-ACC-072" "" NumberNotPositive {
        /// The number.
        text: String
    };
    /// A figure that a document must bring without document or page.
    "HT-ACC-073" "" CitationMissing;
    /// A thing without a name.
    "HT-ACC-074" "" NameEmpty;
    /// More decimals than the standard's reports state.
    "HT-ACC-075" "" TooManyDecimals {
        /// The number.
        text: String,
        /// Decimals that a report states.
        places: u32
    };
    /// A moisture that no fuel has: all water, or more in the dried sample than in the fuel.
    "HT-ACC-076" "" MoistureImpossible {
        /// The moisture, per cent.
        moisture: String
    };
    /// Parts that together are more than the whole.
    "HT-ACC-077" "" PartsAboveWhole {
        /// The sum of the parts.
        parts: String,
        /// The whole.
        whole: String
    };
    /// More than the equipment can produce in its running hours.
    "HT-ACC-078" "" AboveCapacity {
        /// The amount stated.
        amount: String,
        /// Capacity times hours.
        limit: String
    };
    /// More running hours than the period has.
    "HT-ACC-079" "" HoursBeyondPeriod {
        /// Hours stated.
        hours: String,
        /// Hours of the period.
        limit: String
    };
    /// More energy out than in.
    "HT-ACC-080" "" OutputAboveInput {
        /// Energy of the products, GJ.
        output: String,
        /// Energy of the fuels, GJ.
        input: String
    };
    /// A class of unit that its capacity contradicts.
    "HT-ACC-081" "" ClassContradicts {
        /// The class stated.
        class: String,
        /// Rated capacity, MW.
        capacity: String
    };
    /// More borrowed than the plan allows.
    "HT-ACC-082" "" BorrowingAboveLimit {
        /// Tonnes asked for.
        amount: String,
        /// Tonnes allowed.
        limit: String
    };
    /// More offsets than the cap allows.
    "HT-ACC-083" "" OffsetAboveCap {
        /// Tonnes stated.
        amount: String,
        /// Tonnes allowed.
        limit: String
    };
    /// A fraction where registers hold whole tonnes.
    "HT-ACC-084" "" NotWhole {
        /// The number.
        text: String
    };
    /// More product than the line can make in the month.
    "HT-ACC-085" "" ProductionAboveCapacity {
        /// The amount stated, t.
        amount: String,
        /// Daily capacity times days, t.
        limit: String
    };
    // GHG Protocol corporate, scope 2, scope 3, transport, targets: 110–149.
    /// The unit of an emission rate is no mass per activity.
    "HT-ACC-110" "" RateUnit {
        /// What was read.
        text: String
    };
    /// An emission rate without exactly one of value, gases and factor, or without its unit.
    "HT-ACC-111" "" RateForm;
    /// A figure without the document that states it.
    "HT-ACC-112" "" SourceMissing {
        /// Path of the figure.
        what: String
    };
    /// A contractual instrument that does not meet a Scope 2 Quality Criterion.
    "HT-ACC-113" "" InstrumentQuality {
        /// The instrument.
        name: String,
        /// Number of the criterion in Table 7.1.
        criterion: String
    };
    /// A certificate or contract that is used a second time.
    "HT-ACC-114" "" InstrumentUsedTwice {
        /// Its serial number.
        serial: String
    };
    /// An instrument of a market in which nothing is consumed.
    "HT-ACC-115" "" InstrumentMarket {
        /// The instrument.
        name: String,
        /// Its market.
        market: String
    };
    /// An instrument of another period than the consumption's.
    "HT-ACC-116" "" InstrumentPeriod {
        /// The instrument.
        name: String,
        /// Its vintage.
        vintage: String,
        /// The vintages that count.
        wanted: Period
    };
    /// A part of the document without which the standard cannot be applied.
    "HT-ACC-117" "" PartNeeded {
        /// Its path.
        what: String
    };
    /// A part of the document that the rule does not use in this case.
    "HT-ACC-118" "" PartNotUsed {
        /// Its path.
        what: String
    };
    /// A part that is larger than its whole.
    "HT-ACC-119" "" PartExceedsWhole {
        /// The part.
        part: String,
        /// The whole.
        whole: String
    };
    /// Entities that hold, control or operate one another in a circle.
    "HT-ACC-120" "" OrganisationCycle {
        /// The entities of the circle.
        names: String
    };
    /// Interests that do not add up to 100 per cent.
    "HT-ACC-121" "" SharesNotWhole {
        /// The entity, or what is divided.
        name: String,
        /// Their sum.
        total: String
    };
    /// A decision without its reason.
    "HT-ACC-122" "" ReasonMissing {
        /// Path of the reason.
        what: String
    };
    /// A line of emissions without exactly one of its forms.
    "HT-ACC-123" "" LineForm;
    /// A line that stands in the document twice.
    "HT-ACC-124" "" LineTwice {
        /// What it is.
        text: String
    };
    /// A method that the Technical Guidance does not have for the category.
    "HT-ACC-125" "" MethodNotOfCategory {
        /// The method.
        method: String,
        /// The category.
        category: Category
    };
    /// Emissions that belong to another category, scope or line.
    "HT-ACC-126" "" CountedElsewhere {
        /// The activity.
        name: String,
        /// Where they belong, or are counted.
        elsewhere: String
    };
    /// A target year that does not come after its base year.
    "HT-ACC-127" "" YearsReversed {
        /// The year that comes first.
        first: String,
        /// The year that should come later.
        second: String
    };
    // Product, CBAM, EU ETS: 150–189.
    /// Fields without which nothing can be calculated.
    "HT-ACC-150" "" FieldsMissing {
        /// The fields, of which one or all are needed.
        fields: String
    };
    /// Fields that say the same thing twice, or contradict each other.
    "HT-ACC-151" "" FieldsExclude {
        /// The fields.
        fields: String
    };
    /// Shares that do not add up to one.
    "HT-ACC-152" "" SharesSum {
        /// What they add up to.
        total: String
    };
    /// Production processes that are precursors of each other.
    "HT-ACC-153" "" PrecursorCycle {
        /// The processes.
        names: String
    };
    /// A claim that the rules accept only with evidence.
    "HT-ACC-154" "" EvidenceMissing {
        /// What is claimed.
        claim: String
    };
    /// No default value or benchmark for the goods.
    "HT-ACC-155" "" GoodsUnknown {
        /// Code of the Combined Nomenclature.
        cn_code: String,
        /// Country, production route or column.
        detail: String
    };
    /// A number with more decimal places than the rule allows.
    "HT-ACC-156" "" TooManyPlaces {
        /// The number.
        text: String,
        /// Decimal places allowed.
        places: u32
    };
    /// A range that is wider than the rule allows.
    "HT-ACC-157" "" RangeTooWide {
        /// The range.
        text: String,
        /// The limit.
        limit: String
    };
    /// Monitoring that does not reach the tier that is stated or required.
    "HT-ACC-160" "" TierNotMet {
        /// Tier or uncertainty.
        text: String,
        /// What is required.
        limit: String
    };
    /// Source streams of a class that are larger together than the class allows.
    "HT-ACC-161" "" StreamClass {
        /// `minor`, `de_minimis`.
        class: String,
        /// Their sum, t.
        total: String,
        /// The limit, t.
        limit: String
    };
    /// A system of processes without a solution.
    "HT-ACC-170" "" SystemUnsolvable {
        /// `singular`, `below zero`, `sweeps`, `residual`.
        reason: String
    };
    /// More was left out than the cut-off criterion allows.
    "HT-ACC-171" "" CutOffExceeded {
        /// The share.
        text: String,
        /// The limit.
        limit: String
    };
    /// A data quality rating outside 1 to 5.
    "HT-ACC-172" "" RatingOutside {
        /// The rating.
        text: String
    };
    // Factor sets, explanation, uncertainty: 190–229.
    /// Two factors of a set that fit the same rows.
    "HT-ACC-190" "" FactorsOverlap {
        /// The factor, `set/id`.
        factor: String,
        /// The other, `set/id`.
        other: String,
        /// Where their windows overlap.
        window: String
    };
    /// A factor per a unit that its categories cannot have.
    "HT-ACC-191" "" FactorDimension {
        /// The factor, `set/id`.
        factor: String,
        /// Its unit.
        unit: String,
        /// The category.
        category: Category
    };
    /// A factor far from those of the same activity.
    "HT-ACC-192" "" FactorImplausible {
        /// The factor, `set/id`.
        factor: String,
        /// Its value.
        value: String,
        /// Median of the others.
        typical: String
    };
    /// A factor that no official result can rest on.
    "HT-ACC-193" "" FactorUnofficial {
        /// The factor, `set/id`.
        factor: String,
        /// `recalled`, `draft`.
        standing: String
    };
    /// Rows that are not the ones that the manifest's digest is of.
    "HT-ACC-194" "" DigestDiffers {
        /// The set.
        set: String,
        /// Digest that the manifest states.
        stated: String,
        /// Digest of the rows.
        found: String
    };
    /// An uncertainty document without a source.
    "HT-ACC-195" "" SourcesMissing;
    /// A factor without exactly one of uncertainty and pedigree.
    "HT-ACC-196" "" FactorSpread;
    /// A pedigree score outside 1 to 5, or a basic factor below 1.
    "HT-ACC-197" "" PedigreeScore {
        /// What was read.
        text: String
    };
    /// A base year that only some sources have.
    "HT-ACC-198" "" BaseYearIncomplete {
        /// The source without it.
        text: String
    };
    /// One factor with two uncertainties.
    "HT-ACC-199" "" GroupDiffers {
        /// The group.
        text: String
    };
    /// A simulation with too few or too many trials.
    "HT-ACC-200" "" TrialsOutside {
        /// What was read.
        text: String
    };
    // Rows over time, monitoring plans: 230–249.
    /// A row that shares some of its days with another row of the same source.
    "HT-ACC-230" "period" PeriodsOverlap {
        /// Days of the row.
        period: Period,
        /// Days of the other one.
        other: Period,
        /// Line of the other one.
        line: u32
    };
    /// Months without a row of a source for which monthly reporting is declared.
    "HT-ACC-231" "" SourceMonthMissing {
        /// The source.
        source: String,
        /// The months.
        months: String
    };
    /// More than the equipment of a source can do.
    "HT-ACC-232" "quantity" SourceAboveCapacity {
        /// The source.
        source: String,
        /// The days.
        period: Period,
        /// The amount of these days.
        amount: String,
        /// The most that is possible.
        limit: String
    };
    // Factor sets as wholes: 250–259.
    /// The set may not be used for this period.
    "HT-ACC-250" "period" FactorSetOutsideUse {
        /// The set.
        set: String,
        /// The activity's period.
        period: Period,
        /// The periods that the set may be used for.
        valid: String,
        /// The document that says so.
        instrument: String
    };
    /// A row made for days that its set may not be used for.
    "HT-ACC-251" "valid_from" FactorBeyondSet {
        /// The factor, `set/id`.
        factor: String,
        /// The days that it was made for.
        window: String,
        /// The periods that the set may be used for.
        valid: String
    };
}

impl fmt::Display for Gas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// For programs and logs: the code and the fields. People read the catalogue's sentence.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        for (name, value) in self.fields() {
            write!(f, " {name}={value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(CODES.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            CODES
                .iter()
                .all(|code| code.len() == 10 && code.starts_with("HT-ACC-"))
        );
    }

    #[test]
    fn display_gives_code_and_fields() {
        let error = Error::AmbiguousUnit {
            text: "ton".into(),
            candidates: "t, [ston_av]".into(),
        };
        assert_eq!(
            error.to_string(),
            r#"HT-ACC-015 text="ton" candidates="t, [ston_av]""#
        );
        assert_eq!(Error::Overflow.fields(), vec![]);
    }
}
