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
