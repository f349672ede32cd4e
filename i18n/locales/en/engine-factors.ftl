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
