### Words of the explanation: sentences around the numbers of a derivation.

derivation-headline = { $name } = { $value }
derivation-of = { $name } ({ $subject })
derivation-above = { $line } (derived above)
derivation-input = stated at { $place }
derivation-input-evidence = stated at { $place }; evidence: { $evidence }
derivation-parameter = published: { $source } ({ $standing })
derivation-constant = by definition
derivation-rule = rule: { $rule } [{ $clause }]
derivation-rule-formula = rule: { $rule }: { $formula } [{ $clause }]
derivation-of-many = { $operator } of { $count } numbers = { $result }
derivation-choice = { $result }, chosen because of { $because }
derivation-round = { $before } → { $after }: { $how }, { $places } decimals
derivation-to-places = { $line }, to { $places } decimals
derivation-solution = { $equation } = { $result }, solved to { $places } decimals

rounding-mode-half_up = rounded half up
rounding-mode-half_even = rounded half to even
rounding-mode-down = rounded down

operator-sum = sum
operator-difference = difference
operator-product = product
operator-quotient = quotient
operator-minimum = least
operator-maximum = greatest
operator-choice = choice
operator-power = power
operator-solution = solution

### Words of the explanation of an inventory.

standard-inventory = inventory by rows of activity data

quantity-activity_amount = recorded amount
quantity-activity_amount_converted = amount in the unit of the factor
quantity-unit_ratio = ratio of units
quantity-per_cent = one per cent
quantity-kilograms_per_tonne = kilograms in a tonne
quantity-value_of_formula = value of the formula
quantity-emission_factor = emission factor
quantity-emission_factor_market = emission factor, market-based
quantity-non_kyoto_co2e = gases outside the Kyoto Protocol, outside the scopes
quantity-row_emissions_location = emissions of the row, location-based
quantity-row_emissions_market = emissions of the row, market-based
quantity-row_non_kyoto_co2e = gases of the row outside the Kyoto Protocol
quantity-category_emissions_location = emissions of the category, location-based
quantity-category_emissions_market = emissions of the category, market-based
quantity-scope_emissions_location = emissions of the scope, location-based
quantity-scope_emissions_market = emissions of the scope, market-based
quantity-emissions_location = total emissions, location-based
quantity-emissions_market = total emissions, market-based

rule-inventory-category = rows of the category added
rule-inventory-scope = categories of the scope added
rule-inventory-total = scopes added
rule-row-activity_co2e = amount times published CO2e factor
rule-row-activity_gases = amount times factor of each gas
rule-row-biogenic = biogenic CO2 reported apart
rule-row-carbon_content = carbon content from calorific value and carbon per unit heat
rule-row-conversion = conversion of units
rule-row-factor = amount times factor
rule-row-fuel_carbon = fuel by its carbon content
rule-row-fuel_heat = heat by its carbon content
rule-row-fuel_ncv = fuel by calorific value and carbon per unit heat
rule-row-gwp = mass weighted with the GWP of the inventory's set
rule-row-mass_gwp = mass released
rule-row-outside_kyoto = gases outside the Kyoto Protocol reported apart
rule-row-round = rounding of the rule book
rule-row-sum = gases of the row added
derivation-simulated = drawn: { $trials } trials of { $generator } with the seed { $seed }
operator-logarithm = logarithm

### Words of the uncertainty of an inventory.

standard-ipcc_uncertainty = uncertainty of an inventory (IPCC 2006, volume 1, chapter 3)

notice-uncertainty_large = Uncertainty above 30 %: error propagation is a coarse approximation, use the simulation
notice-uncertainty_geometric = The interval of the factor is geometric; approach 1 takes its upper half
notice-uncertainty_of_zero = The emissions add up to zero, which has no relative uncertainty
notice-uncertainty_base_zero = The emissions of the base year add up to zero, so there is no trend
notice-uncertainty_simulated = Simulated: trials × seed

quantity-source_emissions = emissions of the source
quantity-source_base_emissions = emissions of the source in the base year
quantity-activity_uncertainty = uncertainty of the activity data
quantity-factor_uncertainty = uncertainty of the factor
quantity-basic_uncertainty = basic uncertainty factor
quantity-pedigree_factor = uncertainty factor of the score
quantity-logarithm = natural logarithm
quantity-logarithm_squared = square of the logarithm
quantity-sd95 = square of the geometric standard deviation (SD95)
quantity-sd95_less_one = SD95 less one
quantity-uncertainty_squared = square of the uncertainty
quantity-combined_uncertainty = combined uncertainty of the source
quantity-absolute_uncertainty = uncertainty times emissions
quantity-absolute_uncertainty_factor = uncertainty of the factor times emissions
quantity-absolute_uncertainty_squared = square of uncertainty times emissions
quantity-inventory_total = total emissions
quantity-inventory_base_total = total emissions of the base year
quantity-inventory_uncertainty = uncertainty of the total (half of the 95 % interval)
quantity-share_of_uncertainty = uncertainty as a share of the total
quantity-contribution_to_variance = contribution to variance
quantity-trend = trend
quantity-raised_trend = trend with one per cent more of the source
quantity-raised_total = total with one per cent more of the source
quantity-raised_base_total = total of the base year with one per cent more of the source
quantity-one_per_cent_of_source = one per cent of the source
quantity-type_a_sensitivity = type A sensitivity
quantity-type_b_sensitivity = type B sensitivity
quantity-trend_uncertainty_factor = uncertainty of the trend by the factor
quantity-trend_uncertainty_activity = uncertainty of the trend by the activity data
quantity-trend_uncertainty_squared = square of the uncertainty of the trend
quantity-trend_uncertainty = uncertainty of the trend in percentage points
quantity-root_of_two = square root of two
quantity-change = change
quantity-relative_change = relative change
quantity-simulated_mean = mean of the trials
quantity-simulated_deviation = standard deviation of the trials
quantity-simulated_low = lower bound, 2.5th percentile
quantity-simulated_high = upper bound, 97.5th percentile
quantity-interval_below = lower bound against the mean
quantity-interval_above = upper bound against the mean
quantity-distance_from_mean = distance of the bound from the mean
quantity-relative_distance = relative distance of the bound
quantity-two = two
quantity-one_per_cent = one per cent

rule-uncertainty-combined = uncertainties multiplied with each other
rule-uncertainty-absolute = uncertainty in the unit of the emissions
rule-uncertainty-group = sources with the same factor added
rule-uncertainty-square = square
rule-uncertainty-total = sources added
rule-uncertainty-propagated = uncertainties of the sources propagated
rule-uncertainty-contribution = contribution of the source
rule-uncertainty-type_a = type A sensitivity
rule-uncertainty-type_b = type B sensitivity
rule-uncertainty-trend_factor = trend by the factor
rule-uncertainty-trend_activity = trend by the activity data
rule-uncertainty-trend = uncertainty of the trend
rule-uncertainty-change = change against the base year
rule-uncertainty-pedigree = geometric interval from pedigree scores
rule-uncertainty-working = rounding to the working precision
rule-uncertainty-interval = interval of the trials

### Reviews and comparisons.

col-before = Before
col-after = After
col-change = Change
col-change-kg = Change (kg CO2e)
col-factor-after = Factor after
col-gravity = Gravity

gravity-fault = fault
gravity-doubt = doubt

change-added = added
change-removed = removed
change-changed = changed

change-cause-input = amount
change-cause-parameter = published figure
change-cause-added = new
change-cause-removed = no longer there
change-cause-rule = rule

phrase-factor-row = Row { $row }: { $text }
done-factors-signed = { $set } is signed by { $signer }.
done-factors-read = { $count } factors of { $set }@{ $version } read.

# factor simulate
col-before-kg = Before (kg CO2e)
col-after-kg = After (kg CO2e)
col-rows-changed = Rows that change
col-rows-kept = Rows kept
title-simulated = { $inventory } under { $set }: what makes the difference
simulate-kept = { $inventory }: row { $row } keeps its result. { $code } { $what }
