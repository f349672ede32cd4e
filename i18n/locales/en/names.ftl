### Names of what stands in data as a code.

category-stationary_combustion = stationary combustion
category-mobile_combustion = mobile combustion
category-process = process emissions
category-fugitive = fugitive emissions
category-purchased_electricity = purchased electricity
category-purchased_heat = purchased heat and steam
category-purchased_goods_and_services = purchased goods and services
category-capital_goods = capital goods
category-fuel_and_energy_related = fuel- and energy-related activities
category-upstream_transport = upstream transport and distribution
category-waste = waste generated in operations
category-business_travel = business travel
category-employee_commuting = employee commuting
category-upstream_leased_assets = upstream leased assets
category-downstream_transport = downstream transport and distribution
category-processing_of_sold_products = processing of sold products
category-use_of_sold_products = use of sold products
category-end_of_life = end-of-life treatment of sold products
category-downstream_leased_assets = downstream leased assets
category-franchises = franchises
category-investments = investments

scope-1 = scope 1
scope-2 = scope 2
scope-3 = scope 3

flag-proxy = The factor is another country's; none is published for this one.
flag-newest_published_used = No factor is published for this period yet; the newest one was used.
flag-earlier_period_named = The row names a factor that was made for an earlier period.
flag-gwp_set_of_source_differs = The source weights its CO2e with another table of global warming potentials than the inventory.
flag-residual_proxy = The average without market-traded non-fossil power stands for the residual mix, which is not published.
flag-no_residual_mix = No residual mix is published; the grid average stands in.
flag-ets_factor = The factor of a trading scheme's notice serves both methods.
flag-default_parameter = A default value stands for a parameter that was not measured.
flag-published_total_differs_from_parts = The published total is not the sum of its published parts; the total counts.
flag-wider_region_used = Nothing is published for this part of the country; the country's factor was used.
flag-unofficial_factor = The figure of the factor was not read in an official document.
flag-rounded = The result was rounded as the rule says.
flag-outside_kyoto = Contains gases outside the seven of the Kyoto Protocol, which are reported apart from the scopes.

role-governance = governance
role-operations = operations
role-business = business
role-regulator = regulator
role-verifier = verification service body
role-auditor = auditor
role-registry = registry operator
role-partner = supply-chain partner

obtained-measured = measured value
obtained-default = default value
obtained-calculated = calculated value

import-status-pending = pending
import-status-submitted = waiting for review
import-status-counting = counting
import-status-voided = withdrawn
import-status-row_voided = voided
import-status-row_replaced = replaced

consolidation-operational_control = operational control
consolidation-financial_control = financial control
consolidation-equity_share = equity share

rounding-unrounded = nothing is rounded before the result is shown
rounding-mee_guideline = steps of the MEE guideline

gas-unallocated = not divided among gases by the source

raft-role-leader = leader
raft-role-follower = follower
raft-role-candidate = candidate
raft-role-learner = learner
raft-role-stopped = stopped

treatment-any = not electricity
treatment-location = location-based
treatment-market = market-based
treatment-ets = emissions trading
treatment-lifecycle = life cycle
treatment-residual = residual mix

misfit-unit = the unit differs
misfit-category = the category differs
misfit-region = the region differs
misfit-treatment = the kind differs
misfit-period = the period differs
misfit-named = it must be named to be used
misfit-activity = the activity differs
misfit-values = the values differ
misfit-biogenic = the biogenic part differs
misfit-gwp = the table of global warming potentials differs

reason-not_found = there is no such file or folder
reason-permission_denied = permission denied
reason-already_exists = it is there already
reason-is_a_directory = it is a folder
reason-not_a_directory = a part of the path is no folder
reason-storage_full = the disk is full
reason-quota_exceeded = the quota is used up
reason-read_only_filesystem = the file system is read-only
reason-invalid_data = the content is damaged
reason-invalid_input = the name is not possible
reason-broken_pipe = the reader has gone
reason-address_in_use = the address is in use
reason-address_not_available = this machine does not have the address
reason-connection_refused = nobody listens there
reason-connection_reset = the connection was cut
reason-timed_out = no answer in time
reason-unexpected_eof = the file ends too early
reason-other = another reason
reason-uncategorized = another reason

what-certificate = certificate
what-organisation = organisation
what-member = member
what-facility = facility
what-factor = emission factor
what-factor-set = factor set
what-import = import
what-row = row
what-inventory = inventory
what-entry = entry
what-category = category
what-reference = code, number or term

certificate-kind-member = member
certificate-kind-node = node
certificate-kind-dual = dual pair
certificate-kind-authority = certification authority
certificate-kind-signing = signing certificate
certificate-kind-encryption = encryption certificate
certificate-kind-request = certificate request
certificate-kind-revocation_list = revocation list
certificate-kind-other = other certificate

certificate-purpose-signing = signing
certificate-purpose-encryption = encryption
certificate-purpose-server = TLS server
certificate-purpose-client = TLS client
certificate-purpose-issuing = issuing certificates

key-usage-digitalsignature = digital signature
key-usage-nonrepudiation = non-repudiation
key-usage-keyencipherment = key encipherment
key-usage-dataencipherment = data encipherment
key-usage-keyagreement = key agreement
key-usage-keycertsign = signing certificates
key-usage-crlsign = signing revocation lists
key-usage-encipheronly = only enciphering after key agreement
key-usage-decipheronly = only deciphering after key agreement
key-usage-serverauth = TLS server
key-usage-clientauth = TLS client
key-usage-codesigning = code signing
key-usage-emailprotection = e-mail protection
key-usage-timestamping = time stamping
key-usage-ocspsigning = OCSP signing
key-usage-anyextendedkeyusage = any purpose

revocation-unspecified = no reason given
revocation-keycompromise = key compromised
revocation-cacompromise = CA key compromised
revocation-affiliationchanged = affiliation changed
revocation-superseded = superseded
revocation-cessationofoperation = no longer needed
revocation-certificatehold = suspended
revocation-privilegewithdrawn = privilege withdrawn
revocation-aacompromise = attribute authority compromised

standing-official = official
standing-secondary = read in a document that retypes the official one
standing-recalled = recalled, not read
standing-draft = draft
