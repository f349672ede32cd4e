### Words of the standards of the MEE (China): guidelines and allocation plans.

## Standards

standard-mee_power = MEE guideline for power generation facilities
standard-cn_ets_power = Allocation plans of China’s national emissions trading system for power generation

## Fuels

quantity-fuel_consumption = fuel consumption
quantity-carbon_content = elemental carbon content as received
quantity-carbon_content_air_dried = elemental carbon content, air-dried basis
quantity-carbon_content_dry = elemental carbon content, dry basis
quantity-carbon_content_partial = elemental carbon content times dry part
quantity-carbon_content_mean = elemental carbon content of coal, weighted mean of the year
quantity-carbon_per_heat = carbon content per unit heat
quantity-oxidation_rate = carbon oxidation rate
quantity-moisture_as_received = total moisture as received
quantity-moisture_air_dried = moisture of the air-dried sample
quantity-hydrogen_air_dried = hydrogen of the air-dried sample
quantity-dry_part = part that is not water
quantity-net_calorific_value = net calorific value as received
quantity-net_calorific_value_air_dried = net calorific value, air-dried basis
quantity-gross_calorific_value_air_dried = gross calorific value, air-dried basis
quantity-net_calorific_value_mean = net calorific value of coal, weighted mean of the year
quantity-calorific_value_partial = calorific value times dry part
quantity-calorific_value_without_water = calorific value without the heat of evaporation
quantity-condensation_heat_hydrogen = heat of evaporation for each per cent of hydrogen
quantity-condensation_heat = heat of evaporation of the water from hydrogen
quantity-evaporation_heat_water = heat of evaporation for each per cent of moisture
quantity-evaporation_heat = heat of evaporation of the moisture
quantity-fuel_energy = energy of the fuel
quantity-fuel_emissions = emissions of fuel combustion
quantity-non_fossil_factor = factor of fuel that is not fossil
quantity-coal_consumption = coal consumption of the year
quantity-weighted = quantity times value
quantity-percent = one hundredth
quantity-hundred = one hundred per cent
quantity-one = one
quantity-thousandth = one thousandth

## Electricity and heat

quantity-electricity_factor = electricity factor of the notice in force
quantity-electricity_purchased = electricity purchased
quantity-electricity_emissions = emissions of purchased electricity
quantity-steam_mass = mass of steam
quantity-steam_enthalpy = enthalpy of the steam
quantity-feed_water_enthalpy = enthalpy of feed water
quantity-enthalpy_gain = enthalpy above that of feed water
quantity-water_mass = mass of hot water
quantity-water_temperature = temperature of the hot water
quantity-feed_water_temperature = temperature of feed water
quantity-temperature_gain = temperature above that of feed water
quantity-water_heat_capacity = specific heat capacity of water
quantity-heat_supplied = heat supplied

## Power units

quantity-emissions = emissions
quantity-generation = gross generation
quantity-supply = net supplied electricity
quantity-boiler_heat = heat of the boilers
quantity-heat_ratio = heat supply ratio
quantity-power_ratio = share of power, one less the heat supply ratio
quantity-auxiliary_consumption = station’s own consumption
quantity-auxiliary_consumption_heat = own consumption for heat supply alone
quantity-auxiliary_consumption_shared = own consumption that power and heat share
quantity-auxiliary_consumption_power = own consumption for power
quantity-running_hours = running hours
quantity-rated_capacity = rated capacity
quantity-possible_generation = generation at rated capacity
quantity-generation_percent = generation times one hundred per cent
quantity-load_factor = load factor
quantity-heat_emissions = emissions of heat supply
quantity-power_emissions = emissions of power generation
quantity-heat_intensity = emission intensity of heat supply
quantity-power_intensity = emission intensity of power generation

## Rules

rule-mee-carbon_from_air_dried = Elemental carbon from the air-dried basis to the basis as received
rule-mee-carbon_from_dry = Elemental carbon from the dry basis to the basis as received
rule-mee-carbon_from_heat = Elemental carbon from calorific value and carbon per heat
rule-mee-combustion = Emissions of fuel combustion
rule-mee-dry_part = One hundred per cent less moisture
rule-mee-electricity = Emissions of purchased electricity
rule-mee-fuel_energy = Energy of the fuel
rule-mee-heat_sum = Sum of the heat flows
rule-mee-ncv_from_air_dried = Net calorific value from the air-dried basis to the basis as received
rule-mee-ncv_from_gross = Net calorific value as received from the gross value of the analysis sample
rule-mee-non_fossil = Carbon that is not fossil counts as zero
rule-mee-round = Rounded half up as the guideline says
rule-mee-steam_heat = Heat of steam by mass and enthalpy
rule-mee-water_heat = Heat of hot water by mass and temperature
rule-mee-working_precision = Endless quotient carried to thirty decimals
rule-mee_power-heat_ratio = Heat supplied of the heat of the boilers
rule-mee_power-intensity = Emissions for each unit delivered
rule-mee_power-load_factor = Generation of what is possible in the running hours
rule-mee_power-plant = Sum of the units
rule-mee_power-split = Emissions split between heat and power by the heat supply ratio
rule-mee_power-supply = Generation less own consumption for power
rule-mee_power-unit = Emissions of a unit
rule-mee_power-weighted_mean = Mean weighted by consumption
rule-mee_power-year = Sum of the months

## Notices

notice-mee_default_used = A default stands for a figure that was not measured.
notice-mee_newest_electricity_factor = No notice known here fixes the electricity factor of this year; the newest national average published at closing was used.
notice-mee_power_supply_unknown = Neither electricity supplied nor own consumption is stated for every month; the electricity supplied was not calculated.
notice-mee_rounding_profile = Rounded half up at the decimals of the guideline’s profile.
notice-mee_unrounded = Nothing was rounded but endless quotients, to thirty decimals.

## Allocation

quantity-output = electricity that the benchmark is per
quantity-power_benchmark = benchmark of power
quantity-heat_benchmark = benchmark of heat supply
quantity-power_balance = balance value of power
quantity-heat_balance = balance value of heat supply
quantity-class_boundary = rated capacity that divides the classes
quantity-cooling_correction = cooling correction
quantity-heat_supply_slope = slope of the heat supply correction
quantity-heat_supply_part = heat supply ratio times slope
quantity-heat_supply_correction = heat supply correction
quantity-load_correction = load correction
quantity-load_threshold = load factor from which there is no correction
quantity-load_band_top = upper end of the band
quantity-load_band_start = correction at the upper end of the band
quantity-load_band_slope = slope of the band
quantity-load_band_rise = rise of the correction in the band
quantity-load_below_top = load factor below the upper end
quantity-load_power_base = base of the power
quantity-load_exponent_slope = exponent for each per cent of the load factor
quantity-load_exponent_start = exponent at no load
quantity-load_exponent_part = part of the exponent that depends on the load factor
quantity-load_exponent = exponent
quantity-load_exponential_start = constant term
quantity-load_amplitude = amplitude
quantity-load_decay = decay of the exponential
quantity-load_decayed = exponential
quantity-load_grown = one less the exponential
quantity-load_term = amplitude times growth
quantity-load_negative = negative of the load factor
quantity-power_allowance = allowance for power
quantity-heat_allowance = allowance for heat supply
quantity-allowance = allowance
quantity-approved_allowance = approved allocation
quantity-allowance_floor = least approved allocation
quantity-top_up = top-up
quantity-verified_emissions = verified emissions inside the plan’s boundary
quantity-previous_emissions = verified emissions of the base year
quantity-base_supply = electricity supplied in the base year
quantity-base_heat = heat supplied in the base year
quantity-pre_allocation_base = allowance of the base year’s output
quantity-pre_allocation_share = share that is pre-allocated
quantity-pre_allocation = pre-allocation
quantity-gap_share = largest gap that an entity bears
quantity-gap_limit = largest gap that an entity bears, in tonnes
quantity-obligation = obligation
quantity-obligation_cap = most that is owed
quantity-allowance_gap = gap
quantity-borrowing_gap_share = gap from which allowances may be borrowed
quantity-borrowing_least_gap = gap from which allowances may be borrowed, in tonnes
quantity-borrowing_share = share of the gap that may be borrowed
quantity-borrowing_limit = most that may be borrowed
quantity-borrowed = borrowed
quantity-offset_share = most offsets for each tonne
quantity-offset_limit = most offsets
quantity-offset = offsets used
quantity-available = allowances and offsets at hand
quantity-allowance_balance = left after surrender
quantity-allowances_held = allowances held
quantity-allowances_transferred_out = transferred out
quantity-allowances_transferred_in = transferred in
quantity-net_sales = net sales
quantity-carry_over_base = base amount of carry-over
quantity-carry_over_multiple = multiple of net sales
quantity-carry_over_by_sales = carry-over by net sales
quantity-carry_over_most = most that may be carried over
quantity-carry_over = carry-over
quantity-zero = zero
rule-cn_ets-at_most = Whole tonnes of what may at most be
rule-cn_ets-balance = Allowances, borrowed ones and offsets less the obligation
rule-cn_ets-carry_over = Most that may be carried over
rule-cn_ets-offset_cap = Offsets cover at most five per cent of the obligation
rule-cn_ets-whole_tonnes = Allowances are rounded half up to whole tonnes
rule-cn_ets_power-allowance = Allowance of a unit
rule-cn_ets_power-borrowing = Half of a gap of at least ten per cent may be borrowed
rule-cn_ets_power-class = Rated capacity decides the class
rule-cn_ets_power-cooling_correction = Cooling correction
rule-cn_ets_power-entity = Sum of the units
rule-cn_ets_power-gap_limit = A fifth of the verified emissions
rule-cn_ets_power-gap_obligation = The obligation is at most the allowance and a fifth of the emissions
rule-cn_ets_power-gap_top_up = The approved allocation is at least four fifths of the emissions
rule-cn_ets_power-gas_unit = A gas unit bears no gap
rule-cn_ets_power-heat_allowance = Allowance for heat supply
rule-cn_ets_power-heat_supply_correction = Heat supply correction
rule-cn_ets_power-load_band = Load correction in a linear band
rule-cn_ets_power-load_exponential = Peak-regulation correction by exponentials
rule-cn_ets_power-load_none = No load correction
rule-cn_ets_power-load_power = Load correction by a power
rule-cn_ets_power-power_allowance = Allowance for power
rule-cn_ets_power-pre_allocation = Pre-allocation
notice-cn_ets_draft = The plan is a draft for comment; nothing official can rest on it.
notice-cn_ets_outside = The plan does not cover this unit; its emissions are not part of the obligation.
