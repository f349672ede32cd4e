### Words of the standards of the MEE (China): guidelines and allocation plans.

## Standards

standard-mee_power = MEE guideline for power generation facilities

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
