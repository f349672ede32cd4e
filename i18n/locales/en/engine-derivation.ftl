### Words for the derivation of a number: what each quantity is, by which rule it was calculated. One file for each room of
### the engine, `engine-<room>.ftl`; keys are `quantity-<label>`, `rule-<code>`, `notice-<code>`, `standard-<code>`.

quantity-carbon_to_co2 = carbon to carbon dioxide by mass
