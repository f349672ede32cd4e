### GHG Protocol, ISO 14083 and targets: words for quantities, rules, notices and standards.

## Emission rates

quantity-emission_rate = emission rate
quantity-gas_rate = rate of the gas
quantity-gas_rate_co2e = rate of the gas as CO2 equivalent
quantity-biogenic_co2_rate = rate of biogenic CO2
quantity-mass_unit = one mass unit of the source
quantity-activity_unit = one activity unit of the source
quantity-mass_of_source = mass per activity unit of the source
quantity-share_of_blend = share of the gas in the blend, by mass
quantity-gwp = global warming potential over 100 years
quantity-unit_conversion = one unit of the document
rule-rate-unit_conversion = conversion of units
rule-rate-in_unit = rate in the units of calculation
rule-rate-co2e = CO2 equivalent of a gas
rule-rate-all_gases = CO2 equivalent of all gases
rule-rate-blend = gas of a blend
notice-rate-outside_window = The factor was made for { $detail }; it is used for another period because no newer one is published.
notice-rate-other_gwp_set = The factor was published as CO2e with the GWP set { $detail }, another than that of the inventory.

## Scope 2

standard-ghg_scope2 = GHG Protocol Scope 2 Guidance
quantity-energy_consumed = energy purchased and consumed
quantity-energy_total = energy of scope 2 in total
quantity-attributes_sold = energy whose attributes were sold
quantity-attributes_kept = energy whose attributes were kept
quantity-location_emissions = location-based emissions
quantity-market_emissions = market-based emissions
quantity-market_emissions_of_facility = market-based emissions of the facility
quantity-scope_2_location = scope 2, location-based
quantity-scope_2_market = scope 2, market-based
quantity-instrument_energy = energy of the instrument
quantity-instrument_energy_left = energy of the instrument that is left
quantity-energy_covered = energy covered by the instrument
quantity-energy_left = energy that is not covered yet
quantity-energy_by_certificates = energy covered by certificates
quantity-energy_by_contracts = energy covered by contracts
quantity-energy_by_supplier_rates = energy at suppliers' rates
quantity-energy_by_residual_mix = energy at the residual mix
quantity-energy_by_grid_average = energy at the grid average in the market-based result
quantity-biogenic_co2_location = biogenic CO2 of purchased energy, apart from the scopes
rule-scope2-location = location-based emissions
rule-scope2-location_total = sum over facilities, location-based
rule-scope2-market = market-based emissions
rule-scope2-market_total = sum over facilities, market-based
rule-scope2-energy = sum of energy
rule-scope2-attributes_kept = energy whose attributes stayed with the consumer
rule-scope2-applied = energy covered by an instrument
rule-scope2-left = what is left
rule-scope2-biogenic = biogenic CO2 of purchased energy
notice-scope2-two_results = Scope 2 has two results, by location and by market. They are reported side by side and never added.
notice-scope2-location_only = No market of these facilities has contractual instruments: there is one result, the location-based one.
notice-scope2-own_generation = Energy generated on the site is not in scope 2; its emissions are in scope 1.
notice-scope2-residual_proxy = China publishes no residual mix. The grid factor without market-traded non-fossil power stands in for it.
notice-scope2-residual_absent = No residual mix is known for this grid; the grid average is used, so that claims of others may be counted twice.
notice-scope2-surplus = { $detail } MWh of this instrument cover nothing: consumption in its market is used up.
notice-scope2-target_method = Targets and scope 3 use the { $detail }-based result.
notice-scope2-target_method_open = The document does not say which of the two results targets and scope 3 use; the Guidance wants it stated.
notice-scope2-vintage_window = Vintages outside the period are accepted under “{ $detail }”.
