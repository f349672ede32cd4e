### Refusals of factor sets and of uncertainty: HT-ACC-190 to 229.

ht-acc-190 = { $factor } and { $other } fit the same rows: { $window }.
    .cause = Both factors are found by the same activity, region, unit and treatment, and their periods share a day.
    .remedy = End the validity of the older factor, tell the two apart by name, or let one be found by its name only.
ht-acc-191 = { $factor } is per { $unit }, which an activity of the category { $category } is not measured in.
    .cause = Electricity is measured in energy (of vehicles in distance), heat in energy, mass or volume, fuel in amounts of fuel or heat.
    .remedy = Correct the unit or the category of the factor.
ht-acc-192 = { $factor } is { $value }, while its siblings lie about { $typical }.
    .cause = The figure is more than ten times above or below the median of the factors of the same kind in the set.
    .remedy = Look at the document: often the unit or the decimal point is the mistake. If the figure is right, leave it.
ht-acc-193 = { $factor } is not official: { $standing }.
    .cause = The figure is recalled and was not read, or stands in a draft.
    .remedy = Read the figure in the official document and correct its quality. Until then no official result rests on it.
ht-acc-194 = The rows of { $set } are not the ones that its manifest states: { $found } instead of { $stated }.
    .cause = A row was changed after the digest was made, or the manifest belongs to another version.
    .remedy = Take rows and manifest of the same version from the issuer.
ht-acc-195 = The document has no source.
    .cause = An uncertainty is calculated from the uncertainties of sources.
    .remedy = Write at least one source with its emissions and uncertainties.
ht-acc-196 = The source needs either an uncertainty of its factor or pedigree scores.
    .cause = It has both or neither of factor_uncertainty and pedigree.
    .remedy = Write one of the two; an exact factor has the uncertainty 0.
ht-acc-197 = { $text } is no pedigree score.
    .cause = Scores run from 1 (best) to 5 (worst), and a basic uncertainty factor is at least 1.
    .remedy = Take the score from the pedigree matrix.
ht-acc-198 = { $text } has no emissions of the base year.
    .cause = Some sources have base_emissions; the trend needs those of all.
    .remedy = Write base_emissions for every source (0 for one that did not exist), or for none.
ht-acc-199 = The sources of the group { $text } state different uncertainties for one factor.
    .cause = A factor that several sources share has one uncertainty. Pedigree scores cannot be shared.
    .remedy = Write the same factor_uncertainty and distribution for all sources of the group, or take one out of it.
ht-acc-200 = { $text } trials are too few or too many.
    .cause = A simulation takes 1,000 to 1,000,000 trials.
    .remedy = Write a number of trials within these limits; 10,000 serve for most inventories.

# Rows over time, monitoring plans
ht-acc-230 = The row covers { $period } and shares days with row { $line }, which covers { $other }.
    .cause = Both are of one source, so these days would count twice.
    .remedy = Leave one of them out or correct its period. If they are of two sources, name the meter (or the sample) in each row.
ht-acc-231 = “{ $source }” has no row for { $months }.
    .cause = The monitoring plan declares monthly reporting for this source.
    .remedy = Add a row for each month, or state in the plan from when to when the source was in service.
ht-acc-232 = “{ $source }” would have done { $amount } in { $period }; its equipment can do { $limit }.
    .cause = The monitoring plan states the capacity. A wrong unit, a shifted decimal point or a row entered twice is likely.
    .remedy = Check amounts and units of these days, or correct the capacity in the plan.

# Factor sets as wholes
ht-acc-250 = The factor set { $set } may not be used for { $period }: { $instrument } limits it to { $valid }.
    .cause = The manifest of the set states its validity.
    .remedy = Use the set that is in force for the period.
ht-acc-251 = { $factor } was made for { $window }, but its set may be used for { $valid } only.
    .cause = The window of the row goes beyond the validity in the manifest.
    .remedy = Correct the window of the row or the validity of the set.
