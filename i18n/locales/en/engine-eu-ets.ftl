### Words for the EU ETS: quantities, rules, notices, the standard.

standard-eu_ets = EU ETS: emissions and free allocation of an installation

quantity-ets_activity_level = quantity that counts (AL)
quantity-ets_allocation = free allocation
quantity-ets_benchmark = benchmark
quantity-ets_cbam_factor = share of free allocation left under CBAM
quantity-ets_class_figure = limit of the class of source streams
quantity-ets_class_limit = limit for source streams of the class
quantity-ets_correction = cross-sectoral correction factor
quantity-ets_de_minimis = de minimis source streams
quantity-ets_emissions = annual emissions
quantity-ets_energy = energy of fuels
quantity-ets_exposure = carbon leakage exposure factor
quantity-ets_historical_level = historical quantity (HAL)
quantity-ets_level = quantity of the year (AL)
quantity-ets_level_change = change of the quantity (ALC)
quantity-ets_level_threshold = threshold of changes of the quantity
quantity-ets_minor = minor source streams
quantity-ets_preliminary = preliminary allocation
quantity-ets_recent_level = quantity of the two years before (AL)
quantity-ets_stream_size = size of the source stream
quantity-ets_years = number of years

rule-ets-activity_data = energy of a fuel
rule-ets-biogenic = zero-rated CO2, for information
rule-ets-carbon_from_energy_factor = carbon content from an emission factor per energy
rule-ets-carbon_from_factor = carbon content from an emission factor per mass
rule-ets-class = class of source streams
rule-ets-combustion = combustion emissions
rule-ets-energy = energy of fuels
rule-ets-factor_from_carbon = emission factor from carbon content
rule-ets-final = cross-sectoral correction
rule-ets-fossil_carbon = carbon content without zero-rated carbon
rule-ets-fossil_factor = emission factor without zero-rated carbon
rule-ets-historical_level = historical quantity (HAL)
rule-ets-installation = allocation of the installation
rule-ets-integer = whole allowances
rule-ets-level_change = change of the quantity (ALC)
rule-ets-mass_balance = mass balance
rule-ets-output = carbon that leaves with an output
rule-ets-oxidation = oxidation factor from carbon in ash
rule-ets-preliminary = preliminary allocation
rule-ets-process_emissions = process emissions
rule-ets-stream_size = size of a source stream
rule-ets-tonnes = full tonnes
rule-ets-total = emissions of the installation

notice-ets_category = Category of the installation by its average emissions.
notice-ets_category_unknown = No average emissions are stated: the category, and with it the required tiers, are not known.
notice-ets_level_changed = The change of the quantity (ALC)d by more than the threshold: the allocation follows the mean of the two years.
notice-ets_tier_lower = A lower tier than required, with this justification.
