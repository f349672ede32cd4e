//! Statistics, and the quantiles that they are compared with.

/// What a statistic is measured in: billionths.
pub(super) const ONE: i128 = 1_000_000_000;

/// Upper quantiles of the χ² distribution in billionths, by degrees of freedom, for the probabilities 0.9, 0.8 … 0.1, then
/// 0.01 and 10⁻⁶. Found by bisection of the regularised incomplete gamma function with 40 digits; the test
/// `each_quantile_has_its_probability` checks every one.
pub(super) const CHI_SQUARE: [(u32, [i64; 11]); 10] = [
    (
        2,
        [
            210_721_031,
            446_287_103,
            713_349_888,
            1_021_651_248,
            1_386_294_361,
            1_832_581_464,
            2_407_945_609,
            3_218_875_825,
            4_605_170_186,
            9_210_340_372,
            27_631_021_116,
        ],
    ),
    (
        4,
        [
            1_063_623_217,
            1_648_776_618,
            2_194_698_421,
            2_752_842_684,
            3_356_693_980,
            4_044_626_491,
            4_878_432_967,
            5_988_616_694,
            7_779_440_340,
            13_276_704_136,
            33_376_841_582,
        ],
    ),
    (
        6,
        [
            2_204_130_656,
            3_070_088_405,
            3_827_551_588,
            4_570_153_808,
            5_348_120_627,
            6_210_757_195,
            7_231_135_332,
            8_558_059_720,
            10_644_640_676,
            16_811_893_830,
            38_258_336_377,
        ],
    ),
    (
        8,
        [
            3_489_539_126,
            4_593_573_612,
            5_527_422_085,
            6_422_645_560,
            7_344_121_498,
            8_350_525_468,
            9_524_458_193,
            11_030_091_430,
            13_361_566_137,
            20_090_235_030,
            42_700_913_927,
        ],
    ),
    (
        15,
        [
            8_546_756_242,
            10_306_959_007,
            11_721_168_973,
            13_029_749_599,
            14_338_859_511,
            15_733_222_952,
            17_321_694_498,
            19_310_657_111,
            22_307_129_582,
            30_577_914_167,
            56_493_442_500,
        ],
    ),
    (
        16,
        [
            9_312_236_354,
            11_152_116_471,
            12_624_348_764,
            13_982_736_339,
            15_338_498_885,
            16_779_536_710,
            18_417_894_392,
            20_465_079_294,
            23_541_828_923,
            31_999_926_909,
            58_324_390_014,
        ],
    ),
    (
        28,
        [
            18_939_242_372,
            21_587_969_273,
            23_647_457_138,
            25_509_250_654,
            27_336_229_199,
            29_248_618_372,
            31_390_875_453,
            34_026_565_121,
            37_915_922_545,
            48_278_235_770,
            78_817_495_886,
        ],
    ),
    (
        32,
        [
            22_270_594_477,
            25_147_785_116,
            27_372_773_189,
            29_376_287_336,
            31_335_859_089,
            33_380_863_296,
            35_664_920_693,
            38_466_312_801,
            42_584_745_083,
            53_485_771_836,
            85_231_550_717,
        ],
    ),
    (
        100,
        [
            82_358_135_812,
            87_945_335_923,
            92_128_944_339,
            95_807_847_858,
            99_334_129_236,
            102_945_944_215,
            106_905_760_654,
            111_666_713_158,
            118_498_003_811,
            135_806_723_171,
            182_126_777_120,
        ],
    ),
    (
        255,
        [
            226_520_451_613,
            235_825_312_768,
            242_691_659_793,
            248_663_690_987,
            254_333_644_074,
            260_089_158_880,
            266_342_205_878,
            273_786_159_175,
            284_335_907_823,
            310_457_388_220,
            377_078_115_499,
        ],
    ),
];

/// The same of the standard normal distribution, for the probabilities 0.9, 0.8 … 0.1.
pub(super) const NORMAL: [i64; 9] = [
    -1_281_551_566,
    -841_621_234,
    -524_400_513,
    -253_347_103,
    0,
    253_347_103,
    524_400_513,
    841_621_234,
    1_281_551_566,
];

/// What the amount of a standard normal value exceeds with the probabilities 0.01 and 10⁻⁶.
pub(super) const NORMAL_TWO_SIDED: [i64; 2] = [2_575_829_304, 4_891_638_476];

/// Highest maximal partial sums of 10⁶ steps with P-values of at least 0.9, 0.8 … 0.1 and 0.01 (clause 5.11).
pub(super) const HIGHEST_SUM: [i64; 10] = [696, 816, 923, 1032, 1148, 1281, 1439, 1644, 1959, 2807];

/// What χ² with 9 degrees of freedom exceeds with the probability 0.0001.
pub(super) const UNIFORMITY: i64 = 33_719_948_439;

/// What a test makes of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    /// Follows χ².
    ChiSquare {
        /// In billionths.
        value: i64,
        /// Degrees of freedom.
        freedom: u32,
    },
    /// Follows the standard normal distribution.
    Normal {
        /// In billionths.
        value: i64,
    },
    /// Farthest that a walk of 10⁶ steps went from where it began.
    HighestSum {
        /// In steps.
        value: i64,
    },
}

impl Statistic {
    /// χ² from billionths; what no `i64` holds is as far out as anything can be.
    pub(super) fn chi_square(billionths: i128, freedom: u32) -> Self {
        Self::ChiSquare {
            value: i64::try_from(billionths).unwrap_or(i64::MAX),
            freedom,
        }
    }

    /// `deviation` / √`variance`.
    pub(super) fn normal(deviation: i64, variance: u64) -> Self {
        let square = u128::from(deviation.unsigned_abs()).pow(2);
        let amount = (square * ONE.unsigned_abs().pow(2) / u128::from(variance.max(1))).isqrt();
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        Self::Normal {
            value: amount * deviation.signum(),
        }
    }

    /// Whether the P-value is 0.01 or above.
    pub(super) fn passes(&self) -> bool {
        self.below(0)
    }

    /// Whether the P-value is below 10⁻⁶.
    pub(super) fn is_absurd(&self) -> bool {
        !self.below(1)
    }

    fn below(&self, level: usize) -> bool {
        match self {
            Self::ChiSquare { value, freedom } => *value <= quantiles(*freedom)[9 + level],
            Self::Normal { value } => value.abs() <= NORMAL_TWO_SIDED[level],
            // The probe has no walk.
            Self::HighestSum { value } => *value <= HIGHEST_SUM[9],
        }
    }

    /// In which tenth from above the Q-value lies: 0 for the highest Q-values.
    pub(super) fn tenth(&self) -> usize {
        let above = |value: &i64, quantiles: &[i64]| quantiles.iter().filter(|q| value > q).count();
        match self {
            Self::ChiSquare { value, freedom } => above(value, &quantiles(*freedom)[..9]),
            Self::Normal { value } => above(value, &NORMAL),
            Self::HighestSum { value } => above(value, &HIGHEST_SUM[..9]),
        }
    }
}

fn quantiles(freedom: u32) -> &'static [i64; 11] {
    CHI_SQUARE
        .iter()
        .find(|(known, _)| *known == freedom)
        .map(|(_, quantiles)| quantiles)
        .expect("each setting has its degrees of freedom in the table")
}

/// Whether values spread evenly over ten tenths: V = Σ (F − s/10)² / (s/10), at the level 0.0001 (clause 6.3).
pub(super) fn uniform(tenths: &[usize; 10]) -> bool {
    let samples: usize = tenths.iter().sum();
    let squares: usize = tenths.iter().map(|count| count * count).sum();
    // V = (10 Σ F² − s²) / s
    let value = (10 * squares - samples * samples) as i128 * ONE / samples.max(1) as i128;
    value <= i128::from(UNIFORMITY)
}
