### Help of every command: the value is the one line of lists, `.long` the text of the command's own page, `.arg-…` one
### argument each, `.examples` lines of a command and what it does after `#`.

cmd-hengtan = Record climate data, calculate emissions, prove both
    .long =
        Hengtan is a permissioned ledger for greenhouse gas data. Every node calculates emissions by published factors and gets the same figure to the last digit; whoever holds a receipt can check the record without the network.

        New here? Run hengtan demo: it makes a network in a folder, imports a year of activity data, closes an inventory and proves it, in under a minute.
    .exit-codes =
        0 done; 1 failure; 2 wrong command line; 3 not found; 4 not authorised; 5 conflict;
        6 unavailable; 7 integrity or signature failure; 8 bad input data
    .examples =
        hengtan demo # see everything once
        hengtan init --dir my-network # make a network of your own
        hengtan start --dir my-network # run its node
        hengtan activity import 2025.xlsx # record activity data
        hengtan inventory close 2025 # close the inventory
        hengtan explain electricity # see where a number comes from

cmd-global = Options that every command understands
    .arg-lang = Language of all texts: en or zh-CN. Otherwise HENGTAN_LANG, LC_ALL, LC_MESSAGES, LANG and the context decide, in this order
    .arg-context = Context file with endpoint, network, identity and language. Otherwise HENGTAN_CONTEXT, then context.toml in this folder, then the one in your configuration folder
    .arg-endpoint = Address of the node, such as http://127.0.0.1:7440. Otherwise HENGTAN_ENDPOINT, then the context
    .arg-output = Form of the data on standard output. Keys of json, yaml and csv are never translated; json and yaml are always UTF-8
    .arg-color = When to use colour. NO_COLOR is honoured
    .arg-quiet = Say nothing on standard error but errors
    .arg-yes = Agree to every question. Needed where a command asks and there is no terminal
    .arg-timeout = How long to wait for the node
    .arg-help = Show this help
    .arg-version = Show the version

cmd-help = Show the help of a command

cmd-init = Make a network of one organisation in a folder
    .long =
        Makes a CA, member keys, a node with its keys and configuration, and the signed genesis. Nothing outside the folder changes, except that your default context will point to the new network if you have none yet.

        The folder holds secret keys. They are readable by you only; keep the CA key offline once the network is in use.
    .arg-dir = Folder to make; must be empty or absent
    .arg-name = Name of the network, of a-z, 0-9 and hyphen
    .arg-organisation = Name of the organisation in keys and notes, of a-z, 0-9 and hyphen
    .arg-name-zh = Display name in Chinese
    .arg-name-en = Display name in English
    .arg-credit-code = Unified social credit code (GB 32100); its check digit is tested
    .arg-listen = Address that the node will serve on. Only a loopback address is accepted as long as there is no TLS
    .arg-require-review = Rows count only after a second member has signed for them
    .arg-no-default-context = Leave your default context as it is, even if you have none
    .arg-tls = The node speaks TLS 1.3 with SM suites (RFC 8998) and may listen at any address
    .examples =
        hengtan init --dir my-network --name-en "Example Power" # make the network
        hengtan start --dir my-network # then run its node

cmd-start = Run a node in the foreground
    .long =
        Runs the node until it is told to stop (Ctrl-C or SIGTERM) and serves gRPC and REST on one port. What it has acknowledged survives a crash: after a restart it goes on where it was.
    .arg-dir = Folder of the network, as made by init. Otherwise the folder of the context
    .arg-node = Node within that folder; needed if there are several
    .arg-config = Configuration file of the node, instead of a folder
    .arg-ready-file = File to write once the node serves; holds its address
    .arg-log = Form of the log on standard error
    .examples =
        hengtan start --dir my-network # run the node of that network
        hengtan status # in another terminal: what it is doing

cmd-key = Make keys and look at them
cmd-key-new = Make a key pair, and a certificate if the CA key is at hand
    .long =
        Makes an SM2 key pair and writes NAME.key.pem, readable by you only and, with --passphrase-file, encrypted. If the organisation's CA key is in the folder of the network, it also issues NAME.cert.pem with the given role; enrol that certificate with member enrol.
    .arg-name = Name of the holder, of a-z, 0-9 and hyphen
    .arg-role = Role in the certificate
    .arg-dir = Folder of the network with the CA key. Otherwise the folder of the context
    .arg-out = Folder for the new files; members in the folder of the network if absent
    .arg-no-certificate = Make the key alone, for a certificate that is issued elsewhere
    .arg-passphrase-file = Encrypt the key with the passphrase in this file, which you alone may be able to read; prompt asks for one
    .examples =
        hengtan key new li-na --role business # key and certificate
        hengtan member enrol hengtan-network/members/li-na.cert.pem # let its holder sign
cmd-key-show = Show what a key or certificate file holds
    .long =
        Shows kind, key id, holder, organisation, role and validity. Never shows a secret key.
    .arg-file = PEM file with a key or a certificate
cmd-key-list = List the keys of your context and whether they answer
    .long =
        Opens each identity's key where it is: in a file, a key store, a PKCS #11 token or an SDF device. Shows what is public, never a secret key.
cmd-key-passphrase = Encrypt a key file, change its passphrase or take it away
    .long =
        Writes the key anew in its place, encrypted with PBKDF2-HMAC-SM3 and SM4. A passphrase never stands on the command line: it is typed without being shown, or read from a file that you alone can read.
    .arg-file = PEM file with a key
    .arg-passphrase-file = File with the new passphrase; prompt asks for one
    .arg-old-passphrase-file = File with the present passphrase; without it you are asked
    .arg-remove = Leave the key without a passphrase
    .examples =
        hengtan key passphrase hengtan-network/members/li-na.key.pem # encrypt a member's key

cmd-cert = Run a certification authority; look at and verify certificates
    .long =
        For a consortium that has no certification authority of its own. Certificates of other authorities are shown and verified the same way, provided that they are signed with SM2 and SM3.
    .examples =
        hengtan cert ca example --dir example-ca # make a root CA
        hengtan cert issue li-na --dir example-ca --role business # key and certificate of a member
        hengtan cert revoke li-na --dir example-ca --reason key-compromise # revoke it and write the revocation list
        hengtan cert verify li-na.cert.pem --ca example-ca/ca.cert.pem --crl example-ca/ca.crl.pem # is it still good?
cmd-cert-ca = Make a certification authority in a folder
    .long =
        Makes the key and the certificate of a root CA, or of an intermediate CA below the one in --parent, and an index of what it issues. The folder holds the secret key, readable by you only; keep it offline, and back it up together with the index.
    .arg-organisation = Organisation (O) of the CA and of all that it issues, of a-z, 0-9 and hyphen
    .arg-dir = Folder to make
    .arg-name = Name (CN) of the CA; the organisation and “CA” if absent
    .arg-parent = Folder of the CA above, which issues the certificate; without it a root is made
    .arg-path-length = How many CAs in a row may stand below this one; 1 for a root and 0 for an intermediate CA if absent
    .arg-days = Days of validity
    .arg-passphrase-file = Encrypt the new key with the passphrase in this file, which you alone may be able to read; prompt asks for one
    .arg-ca-passphrase-file = File with the passphrase of the CA's key; without it you are asked
    .examples =
        hengtan cert ca example --dir root # a root CA
        hengtan cert ca example --dir office --name "Office CA" --parent root --days 3650 # an intermediate CA below it
cmd-cert-request = Make a key and a certificate request
    .long =
        Makes an SM2 key pair and a PKCS #10 request for it. The secret key stays with you; send the request to the CA. What it names is a wish: the CA decides what the certificate says.
    .arg-name = Name of the holder (CN), of a-z, 0-9 and hyphen
    .arg-organisation = Organisation (O), of a-z, 0-9 and hyphen
    .arg-kind = What the certificate is for
    .arg-role = Role of a member
    .arg-san = Host name or IP address of a node. May be repeated
    .arg-out = Folder for the new files
    .arg-passphrase-file = Encrypt the new key with the passphrase in this file, which you alone may be able to read; prompt asks for one
    .examples =
        hengtan cert request li-na --organisation example --role business # li-na.key.pem and li-na.csr.pem
        hengtan cert issue li-na --dir example-ca --role business --csr li-na.csr.pem # what the CA does with it
cmd-cert-issue = Issue a certificate
    .long =
        Issues a certificate for the key of a request, or for a new key. Name, role and hosts are those of this command line, never those of the request. Of a dual pair one certificate signs and one decrypts; the key that decrypts is made here. If the pair is for a request, that key is written as NAME.enc.key.der (SM2EnvelopedKey), which only the request's key opens: see hengtan key receive.
    .arg-name = Name of the holder (CN), of a-z, 0-9 and hyphen
    .arg-dir = Folder of the CA
    .arg-kind = What the certificate is for
    .arg-role = Role of a member; a dual pair without a role is a node's
    .arg-san = Host name or IP address of a node. May be repeated
    .arg-csr = Certificate request with the key; without it a new key is made
    .arg-days = Days of validity
    .arg-path-length = How many CAs in a row may stand below a CA that is issued
    .arg-out = Folder for the new files
    .arg-passphrase-file = Encrypt the new key with the passphrase in this file, which you alone may be able to read; prompt asks for one
    .arg-ca-passphrase-file = File with the passphrase of the CA's key; without it you are asked
    .examples =
        hengtan cert issue li-na --dir example-ca --role business # a member with a new key
        hengtan cert issue node-1 --dir example-ca --kind node --san node-1.example.org --san 192.0.2.7 # a node
        hengtan cert issue wang-fang --dir example-ca --kind dual --role operations # a signing and an encryption certificate
cmd-cert-renew = Issue a certificate again with a new validity
    .long =
        Takes everything but serial number and validity from a certificate that this CA issued, for the same key or a new one. The old certificate stays valid until it expires; revoke it as superseded if it must not be used any longer.
    .arg-certificate = Name of the holder, or serial number; the beginning of a serial number is enough
    .arg-dir = Folder of the CA
    .arg-new-key = Make a new key
    .arg-csr = Certificate request with the new key
    .arg-days = Days of validity
    .arg-out = Folder for the new files; files are never overwritten
    .arg-passphrase-file = Encrypt the new key with the passphrase in this file, which you alone may be able to read; prompt asks for one
    .arg-ca-passphrase-file = File with the passphrase of the CA's key; without it you are asked
    .examples =
        hengtan cert renew li-na --dir example-ca --out renewed # the same key for three more years
        hengtan cert renew li-na --dir example-ca --new-key --out renewed # with a new key
cmd-cert-revoke = Revoke a certificate and write the revocation list
    .long =
        Revokes a certificate for ever and writes the next revocation list, ca.crl.pem, in the folder of the CA. Who relies on certificates needs that list. In the ledger a member is revoked with hengtan member revoke.
    .arg-certificate = Name of the holder, or serial number; the beginning of a serial number is enough
    .arg-dir = Folder of the CA
    .arg-reason = Why
    .arg-next-update = Days until the next list
    .arg-ca-passphrase-file = File with the passphrase of the CA's key; without it you are asked
    .examples =
        hengtan cert revoke li-na --dir example-ca --reason key-compromise # her key was stolen
cmd-cert-crl = Write a new revocation list
    .long =
        Writes the next revocation list, ca.crl.pem, in the folder of the CA. A list is good until its next update only: write one before that day even if nothing was revoked.
    .arg-dir = Folder of the CA
    .arg-next-update = Days until the next list
    .arg-ca-passphrase-file = File with the passphrase of the CA's key; without it you are asked
    .examples =
        hengtan cert crl --dir example-ca --next-update 7 # a list for a week
cmd-cert-list = List what a certification authority has issued
    .long =
        Shows each certificate with the days that it has left, and those revoked with their reason.
    .arg-dir = Folder of the CA
    .arg-ca-passphrase-file = File with the passphrase of the CA's key; without it you are asked
    .examples =
        hengtan cert list --dir example-ca -o csv # for a spreadsheet
cmd-cert-show = Show a certificate, request or revocation list
    .long =
        Reads PEM or DER of any authority that signs with SM2 and SM3, and shows what it says. The signature of a request is verified; whether a certificate or list is to be trusted, hengtan cert verify tells.
    .arg-file = File with one certificate, request or revocation list
    .examples =
        hengtan cert show li-na.cert.pem # for people
        hengtan cert show ca.crl.pem -o json # for programs
cmd-cert-verify = Verify a certificate up to a trusted root
    .long =
        Looks for a path from the certificate to a root that you trust and checks signatures, validity, key usages, path lengths and revocation. Exit code 0 means valid, 7 means not to be trusted, 8 that a file cannot be read.
    .arg-file = Certificate to verify
    .arg-ca = Certificates that you trust; a file may hold several. May be repeated
    .arg-chain = Certificates of CAs between; a file may hold several. May be repeated
    .arg-crl = Revocation list of one of the CAs. May be repeated
    .arg-crl-check = Which revocation lists must not be missing
    .arg-purpose = What the certificate is to serve for
    .arg-encryption = Encryption certificate of a dual pair; both are verified, and that they belong together
    .arg-at = Moment to judge for, such as 2026-03-31 or 2026-03-31T08:00:00+08:00; now if absent
    .examples =
        hengtan cert verify li-na.cert.pem --ca root.cert.pem # is it good now?
        hengtan cert verify node-1.cert.pem --ca root.cert.pem --chain office.cert.pem --crl office.crl.pem --crl-check certificate --purpose server # may it serve?

cmd-org = Show and admit organisations
cmd-org-list = List the organisations of the network
    .arg-limit = Show at most so many lines; 0 shows all
cmd-org-show = Show one organisation
    .arg-id = Name of the organisation
cmd-org-admit = Admit an organisation
    .long =
        Records organisation.admit. It works without a proposal only while one organisation governs the network.
    .arg-id = Name of the organisation, of a-z, 0-9 and hyphen
    .arg-ca = CA certificate of the organisation, PEM
    .arg-name-zh = Display name in Chinese
    .arg-name-en = Display name in English
    .arg-credit-code = Unified social credit code (GB 32100)
    .arg-duty = Duty of the organisation; its members can hold no other role. May be repeated
    .arg-jurisdiction = Region in which a regulator is competent, such as CN-BJ; everywhere if absent
    .arg-member = Certificate of a first member, PEM; at least one with the role governance and one with operations. May be repeated
    .examples =
        hengtan org admit city-grid --ca grid-ca.pem --duty governance --duty operations --duty business --member gov.pem --member ops.pem # admit it

cmd-member = Show, enrol and revoke members
cmd-member-list = List members
    .arg-organisation = Only members of this organisation
    .arg-limit = Show at most so many lines; 0 shows all
cmd-member-show = Show one member
    .arg-member = Name or key id of the member; the beginning of a key id is enough
cmd-member-enrol = Enrol a member
    .long =
        Records member.enrol with a certificate of your organisation's CA. From then on the holder can sign what the role allows.
    .arg-certificate = Certificate of the member, PEM
    .arg-name = Name of the member; that of the certificate if absent
    .arg-name-zh = Display name in Chinese
    .arg-name-en = Display name in English
cmd-member-revoke = Revoke a member
    .long =
        Records member.revoke. Signatures from before stay valid; from this entry on the key signs nothing more. This cannot be undone: enrol a new key instead.
    .arg-member = Name or key id of the member; the beginning of a key id is enough
    .arg-reason = Why, in your own words; stands in the ledger for ever

cmd-facility = Show and register facilities
cmd-facility-list = List facilities
    .arg-limit = Show at most so many lines; 0 shows all
cmd-facility-show = Show one facility
    .arg-id = Id of the facility
cmd-facility-register = Register a facility
    .long =
        Records facility.register. Activity data may name the facility afterwards; its region chooses the grid factor of electricity where a row names no region.
    .arg-id = Id of the facility, of a-z, 0-9 and hyphen
    .arg-name-zh = Display name in Chinese
    .arg-name-en = Display name in English
    .arg-region = Region code, such as CN, CN-BJ or GB
    .arg-address = Postal address
    .arg-industry-code = Industry code by GB/T 4754
    .arg-external-id = Pollutant permit number or another identifier
    .examples =
        hengtan facility register plant-1 --name-en "Power plant 1" --region CN-HE # register it

cmd-activity = Record, show and correct activity data
cmd-activity-import = Record the rows of a CSV or XLSX file
    .long =
        Reads the file, calculates every row, shows the choice of factors, then records the rows under your signature and submits them.

        Files are taken as offices make them: UTF-8 with or without BOM, GB18030, headers in Chinese or English, full-width digits, thousands separators, dates such as 2025年3月, merged headers, empty lines. All bad rows are reported at once with sheet, row, column, value and reason, and nothing of the file is recorded, unless you ask for --skip-bad.

        The same file again resumes an interrupted import and records nothing twice.
    .arg-file = CSV or XLSX file
    .arg-sheet = Sheet of the workbook; needed if several have activity data. May be repeated
    .arg-facility = Facility of rows that name none, or none that is registered
    .arg-skip-bad = Record the good rows and write the bad ones to a file
    .arg-bad-rows = File for the bad rows; FILE.rejected.csv beside the input if absent
    .arg-plan = Monitoring plan (TOML): months that must be there, and what the equipment can do; see docs/en/bad-input.md
    .arg-dry-run = Read, check and calculate, but record nothing; works without a node, and compares with columns of expected results
    .arg-pending = Record, but leave the rows pending; activity submit makes them count
    .arg-restates = Closed inventory that these rows correct; they count once inventory restate takes them in
    .arg-gwp = Table of global warming potentials: ar4, ar5 or ar6
    .arg-rounding = Rounding rule of the calculation
    .arg-factor-set = Choose factors from this set only, as SET or SET@VERSION. May be repeated, the preferred one first; every adopted set if absent
    .examples =
        hengtan activity import 2025.xlsx --dry-run # look before you record
        hengtan activity import 2025.xlsx # record and submit
        hengtan activity import 2025.csv --skip-bad # record what is good
cmd-activity-list = List activity data
    .arg-import = Only rows of this import; the beginning of its id is enough
    .arg-facility = Only rows of this facility
    .arg-category = Only rows of this category, such as purchased_electricity
    .arg-from = Only rows that begin on this day or in this month, or later
    .arg-to = Only rows that end on this day or in this month, or earlier
    .arg-imports = One line for each import instead of each row
    .arg-limit = Show at most so many lines; 0 shows all
    .examples =
        hengtan activity list --imports # what has been imported
        hengtan activity list --category purchased_electricity -o csv # rows for a spreadsheet
cmd-activity-show = Show one row with its result
    .arg-row = Row as IMPORT:NUMBER; activity list shows it in the first column
cmd-activity-submit = Submit a pending import
    .long =
        Records activity.submit with number and root of the rows, so that exactly these rows count. Where the policy asks for a review, they count after it.
    .arg-import = Import; the beginning of its id is enough
cmd-activity-review = Approve an import as a second member
    .long =
        Records activity.review for exactly the rows and changes that stand there now. Whoever recorded, submitted or changed rows cannot review them. To refuse, tell the recorder, who corrects or voids the rows.
    .arg-import = Import; the beginning of its id is enough
    .arg-statement = What you want to say with it
cmd-activity-replace = Replace a row by a corrected one
    .long =
        Records activity.replace. The old row stays visible and no longer counts. After the inventory is closed use inventory restate instead.
    .arg-row = Row to replace, as IMPORT:NUMBER
    .arg-with = File with the one corrected row, CSV or XLSX
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-gwp = Table of global warming potentials: ar4, ar5 or ar6
    .arg-rounding = Rounding rule of the calculation
    .arg-factor-set = Choose factors from this set only, as SET or SET@VERSION. May be repeated, the preferred one first; every adopted set if absent
cmd-activity-void = Void rows
    .long =
        Records activity.void. The rows stay visible and no longer count. After the inventory is closed use inventory restate instead.
    .arg-rows = Rows, as IMPORT:NUMBER; IMPORT alone withdraws the whole import
    .arg-reason = Why, in your own words; stands in the ledger for ever

cmd-factor = Find, show and adopt emission factors
cmd-factor-list = List emission factors
    .arg-set = Only factors of this set
    .arg-category = Only factors of this category, such as purchased_electricity
    .arg-region = Only factors of this region, such as CN
    .arg-limit = Show at most so many lines; 0 shows all
cmd-factor-show = Show one factor with source, clause and licence
    .arg-factor = Id of the factor, as factor list shows it
cmd-factor-search = Search factors in Chinese or English
    .arg-words = Words that must all occur in id, name, source or region
    .arg-limit = Show at most so many lines; 0 shows all
    .examples =
        hengtan factor search electricity 2023 # in English
        hengtan factor search 电力 全国 # in Chinese
cmd-factor-sets = List the factor sets that the ledger has adopted
    .arg-shipped = List those shipped with this binary instead; needs no node
cmd-factor-adopt = Adopt factor sets
    .long =
        Records factor_set.adopt with every factor of the set. Calculation reads only factors that stand in the ledger.

        Where the policy wants several organisations, --propose opens a proposal for each set, with all its factors. The set is adopted with the vote that meets the rule.
    .arg-sets = Ids of shipped sets; factor sets --shipped lists them
    .arg-all = Adopt every shipped set that the ledger does not have yet
    .arg-propose = Open a proposal instead, on which the other organisations vote
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-days = Days for voting
    .examples =
        hengtan factor adopt --all # one organisation decides
        hengtan factor adopt mee-grid-2023 --propose --reason "published in 2025" # several decide
cmd-factor-lint = Review factor sets: competing rows, units, implausible and unofficial figures; needs no node
    .arg-sets = Shipped set, or folder with set.toml and factors.csv. May be repeated; every shipped set if absent
    .examples =
        hengtan factor lint # every shipped set
        hengtan factor lint my-set # the folder my-set
cmd-factor-diff = Show what changed from one factor set to another; needs no node
    .arg-first = Shipped set or folder, before
    .arg-second = Shipped set or folder, after
    .examples =
        hengtan factor diff mee-grid-2022 mee-grid-2023 # two years of a series
cmd-factor-simulate = Show what inventories would be under another factor set; nothing is written
    .long =
        Every row of the inventories is calculated again as if the set had been there. The sets that it replaces are left out: the one of the same id, those that its manifest supersedes, and those named with --instead-of; the others stay as the row used them. What made each total change is shown part by part; the parts add up exactly. Rows that the set cannot calculate keep their result and are named. With -o csv there is a line for each row instead of the totals.
    .arg-set = Shipped set, folder, or set of the network
    .arg-instead-of = Set that it takes the place of. May be repeated
    .arg-inventory = Inventory; every inventory if absent
    .examples =
        hengtan factor simulate --set mee-grid-2023 --instead-of mee-grid-2022 # all history under the factors of 2023
        hengtan factor simulate --set my-set inv-2025 -o json # a set that is not adopted yet
cmd-factor-import = Read a factor set from CSV or XLSX and review it; needs no node
    .long =
        The header names the columns of the format; those that may be empty may be missing, in any order. Every row that cannot be read is named with its fault. With --out a folder is written that factor adopt takes, its manifest with the SM3 digest of the rows.
    .arg-file = Table: CSV in UTF-8 or GB18030, or XLSX
    .arg-manifest = Manifest of the set, a TOML file: issuer, document, licence and so on
    .arg-out = New folder for the set; only a review if absent
    .examples =
        hengtan factor import factors.xlsx --manifest set.toml --out my-set # then: hengtan factor adopt my-set
cmd-factor-sign = Sign a factor set with an SM2 key; needs no node
    .long =
        Signs the manifest with the SM3 digest of the rows: who changes either is found out. The signature and its signer are written into set.toml, the certificate or the public key beside it as signer.pem. What the network adopts is decided apart, by its members.
    .arg-folder = Folder of the set, with set.toml and factors.csv
    .arg-key = Secret key, a PEM file
    .arg-certificate = Certificate of the key; the public key alone if absent
    .arg-passphrase-file = File with the passphrase of the key
    .examples =
        hengtan factor sign my-set --key expert.key.pem --certificate expert.pem # then: hengtan factor verify my-set
cmd-factor-verify = Say by whom factor sets are signed; needs no node
    .long =
        Checks the digest of the rows and the signature. With --signer or --ca it also tells whether the signer is one of those, and exits with 7 otherwise; without them it only says who signed.
    .arg-folders = Folder of a set. Several may be given
    .arg-signer = Certificate or public key of somebody who may sign. May be repeated
    .arg-ca = Certificate of an authority whose members may sign. May be repeated
    .examples =
        hengtan factor verify my-set --signer expert.pem

cmd-inventory = Close, show and restate GHG inventories
cmd-inventory-close = Close the inventory of a period
    .long =
        Records inventory.close: the rows of the period are locked and their totals stand in the ledger, by scope, category, gas and month, electricity by location and by market. This is your own closing of the books, neither a verification nor a filing with an authority.

        The receipt is written to a file that hengtan verify checks offline.
    .arg-period = Year 2025, month 2025-03, or days 2025-01-01/2025-06-30
    .arg-name = Name of the inventory, of a-z, 0-9 and hyphen; made from the period if absent
    .arg-name-zh = Display name in Chinese
    .arg-name-en = Display name in English
    .arg-facility = Only this facility is inside the boundary. May be repeated; the whole organisation if absent
    .arg-gwp = Table of global warming potentials: ar4, ar5 or ar6
    .arg-rounding = Rounding rule of the calculation
    .arg-factor-set = Choose factors from this set only, as SET or SET@VERSION. May be repeated, the preferred one first; every adopted set if absent
    .arg-boundary = How the accounting boundary is drawn
    .arg-receipt = File for the receipt; receipt-inventory-….json in this folder if absent
    .examples =
        hengtan inventory close 2025 # close the year
        hengtan inventory close 2025 --gwp ar6 --rounding mee_guideline # by the rules of a guideline
cmd-inventory-show = Show an inventory
    .arg-inventory = Name of the inventory; the newest if absent
    .arg-by = Only this table. May be repeated
cmd-inventory-list = List inventories
    .arg-limit = Show at most so many lines; 0 shows all
cmd-inventory-restate = Restate a closed inventory
    .long =
        Records inventory.restate: a new inventory that names the one it supersedes, and why. Both stay visible.
    .arg-inventory = Name of the inventory to restate
    .arg-add = Import made with --restates whose rows count in addition. May be repeated
    .arg-cause = Kind of reason
    .arg-void = Row that no longer counts, as IMPORT:NUMBER. May be repeated
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-gwp = Table of global warming potentials: ar4, ar5 or ar6
    .arg-rounding = Rounding rule of the calculation
    .arg-factor-set = Choose factors from this set only, as SET or SET@VERSION. May be repeated, the preferred one first; every adopted set if absent
    .arg-receipt = File for the receipt; receipt-inventory-….json in this folder if absent

cmd-calculate = Calculate a document under a standard, offline
    .long =
        Takes a TOML document with what the standard asks for, checks all of it, and prints the results with what a reader must know. Nothing is sent or recorded, and the same document gives the same digits on every machine.

        Without arguments it lists the standards. With --official, figures that were recalled or belong to a draft are refused. With --output json --explain every number comes with its origin, so that a stranger can recompute it.
    .arg-standard = Code of the standard, such as cbam or mee_power; the list if absent
    .arg-file = Document, a TOML file; - for standard input
    .arg-example = Print a complete example of the document
    .arg-official = Refuse figures that were recalled or belong to a draft
    .arg-explain = With every number and its origin: as an outline, or in json and yaml
    .arg-of = Explain only this result, as CODE or CODE@SUBJECT. May be repeated
    .arg-diagram = Print every number and its origin as a diagram instead: mermaid for pages, dot for Graphviz
    .arg-export = The result in another body's form: pact, a ProductFootprint of the PACT data exchange; cbam-summary, the operator's summary report
    .examples =
        hengtan calculate # the standards
        hengtan calculate mee_power --example > plant.toml # a document to begin with
        hengtan calculate mee_power plant.toml # the results
        hengtan calculate mee_power plant.toml --explain # where each comes from
        hengtan calculate ghg_product product.toml --export pact # for the customer's system

cmd-explain = Show where a number comes from, or what a code means
    .long =
        For a row, a category or an inventory: the activity data, the factor with its source, the arithmetic as on paper, the total, who signed it and where it stands in the ledger. For an error code: what happened, why, and what to do. For a term of the trade: both languages and the standard.
    .arg-reference = IMPORT:ROW, a category, scope or figure of the newest inventory, the name of an inventory, the index of an entry, an error code such as HT-LED-001, or a term
    .arg-diagram = Print the derivation of the rows as a diagram instead: mermaid for pages, dot for Graphviz
    .arg-outline = Print the derivation of the rows as an outline, down to factors and who recorded what; as data in json and yaml
    .arg-diff = Show which rows, factors and rules made this inventory differ from the named one; the parts add up to the whole change
    .examples =
        hengtan explain electricity # the electricity of the newest inventory
        hengtan explain 3f2a:7 # row 7 of the import whose id begins with 3f2a
        hengtan explain HT-CLI-001 # an error code
        hengtan explain inventory-2024 --diff inventory-2025 # what changed

cmd-receipt = Fetch receipts
cmd-receipt-get = Fetch the receipt of an entry, import, row or inventory
    .long =
        Writes a file that hengtan verify checks offline, now or in twenty years.
    .arg-reference = Index of an entry, IMPORT, IMPORT:ROW, or inventory
    .arg-row = Also prove this row. May be repeated, or numbers joined with commas
    .arg-out = File; receipt-….json in this folder if absent, - for standard output

cmd-verify = Check a receipt offline
    .long =
        Checks every hash and signature of the receipt against the network that you name, without asking anybody. It also says what a receipt does not prove: that source data are true, or that anything was filed with an authority.

        Exit code 7 says that the receipt does not hold, or that the network is unknown to you: anybody can mint a network.
    .arg-file = Receipt, a JSON file
    .arg-network = Network that you trust: its id in hexadecimal, or genesis.json. Otherwise the network of the context
    .arg-recovery = Recovery that you know of; those in the folder of the context are known anyway. May be repeated
    .examples =
        hengtan verify receipt-inventory-2025.json --network genesis.json # with the founder's file
        hengtan verify receipt-inventory-2025.json # with the network of your context

cmd-backup = Keep, check and restore the whole ledger
cmd-backup-create = Write the whole ledger into a file and check it
    .long =
        Takes the ledger of the context's node as of its newest final checkpoint, while the node goes on, and then rebuilds it from the file: the file gets its name only if every hash and root comes out the same. It holds everything that was recorded, but no key.
    .arg-out = File to write; backup-NETWORK-SIZE.hengtan in this folder if absent. An existing file is never overwritten
    .examples =
        hengtan backup create --out ledger-2026-11.hengtan # every night
cmd-backup-verify = Check a backup offline
    .long =
        Rebuilds the ledger from the file in a temporary folder: the log root from the entries, the state root from the values, the roots of all rows. They must be those of a final checkpoint of the network that you name. Exit code 7 says that something is not as it was.
    .arg-file = Backup
    .arg-network = Network that you trust: its id in hexadecimal, or genesis.json. Otherwise the network of the context
cmd-backup-restore = Fill a node's empty data folder from a backup
    .long =
        For a network with one voting organisation whose data folder is lost. The network's folder must hold genesis, configuration and statement key; the node then goes on from the checkpoint of the backup.

        What was recorded after the backup is lost, and receipts that the node gave for it will contradict the new entries: everybody who holds one can prove that. Restore only if nothing newer exists anywhere.
    .arg-file = Backup
    .arg-dir = Folder of the network
    .arg-node = Node within the folder, if there are several
    .examples =
        hengtan backup verify ledger.hengtan --network genesis.json # first
        hengtan backup restore ledger.hengtan --dir hengtan-network # then
cmd-backup-drill = Rehearse a restoration and throw it away
    .long =
        Restores the backup into a temporary folder, starts the node on it without listening anywhere, takes a receipt of the last entry, checks it as a stranger would, and removes everything. It shows how long a restoration takes. The running node is not touched.
    .arg-file = Backup
    .arg-dir = Folder of the network
    .arg-node = Node within the folder, if there are several

cmd-status = Show what the node is doing
    .long =
        Shows network, role, log, checkpoint, counts and storage of the node that the context names.

cmd-crypto = Check the cryptography of this installation
cmd-crypto-selftest = Check every algorithm against the answers of the standards
    .arg-full = Examine the random number generator too
    .long =
        Calculates the known answers of GB/T 32918, 32905 and 32907, GM/T 0042 and RFC 8998, compares the built-in implementation with two others, and compares every way through this processor, also those that are not used; then a sample of the system's random number generator is tested. A node does the same when it starts. Exit code 7 if an answer is wrong or the sample is not random: then neither this program nor this machine may be trusted with keys.
        With --full the generator is examined by the fifteen tests of GM/T 0005-2021.
    .examples =
        hengtan crypto selftest -o json # what was checked, for a program
        hengtan crypto selftest --full # with the tests of GM/T 0005-2021

cmd-doctor = Check this installation and say how to mend it
    .long =
        Checks cryptography, keys and their permissions, certificates, clock, disk, limits, configuration, context and node. Every finding comes with a remedy. Exit code 1 if anything must be mended.
    .arg-dir = Folder of the network. Otherwise the folder of the context

cmd-config = Show and check configuration
cmd-config-show = Show values and where each comes from
    .arg-config = Configuration file of a node; the context and environment if absent
cmd-config-check = Check a configuration
    .arg-config = Configuration file of a node; the context if absent

cmd-completion = Print the completion script of a shell
    .long =
        Prints a script for your shell, with texts in the language of this call.
    .arg-shell = Shell
    .examples =
        hengtan completion bash > ~/.local/share/bash-completion/completions/hengtan # bash
        hengtan completion zsh > ~/.zfunc/_hengtan # zsh

cmd-demo = See everything once: a network, a year of data, an inventory, a proof
    .long =
        Makes a network of one organisation in a folder, starts its node, imports a year of monthly activity data of an enterprise from a Chinese CSV file and an English workbook, closes the inventory, writes its receipt, checks it offline, and shows that one changed byte is caught. Takes less than a minute.
    .arg-dir = Folder for the demonstration; must be empty or absent
    .arg-keep = Leave the node running afterwards
    .arg-listen = Address of the node; a free loopback port if absent
    .arg-nodes = 1, or 4 for three organisations that vote and a regulator, each node a process of its own: the leader is killed and all roots stay the same

    .arg-tls = The node speaks TLS 1.3 with SM suites (RFC 8998) and may listen at any address
cmd-bench = Measure this machine
    .long =
        Measures with real storage, real signatures and real factors. Figures depend on hardware; give it with them.
    .arg-subject = ledger: entries committed per second with fsync, and latency. engine: rows calculated per second and core. audit: entries checked per second and core. crypto: signatures, hashes and encryption per second and core, beside other libraries. cluster: three voting nodes as processes on this machine: entries per second and latency, restart, catching up; beside etcd, if it is installed
    .arg-seconds = Seconds for each figure, shared among its runs
    .arg-quick = One short run of each figure on little data: shows that it works, not how fast
    .arg-dir = Folder for the store; a temporary one if absent. Choose the disk that you want to know about
    .arg-entries = cluster: entries in the ledger when a node starts again and another catches up
    .examples =
        hengtan bench ledger -o json # figures for a file

value-lang = LANG
value-file = FILE
value-standard = STANDARD
value-url = URL
value-form = FORM
value-when = WHEN
value-seconds = SECONDS
value-dir = DIR
value-name = NAME
value-id = ID
value-text = TEXT
value-code = CODE
value-address = ADDRESS
value-role = ROLE
value-count = COUNT
value-duty = DUTY
value-name-or-key = NAME-OR-KEY
value-certificate = CERTIFICATE
value-region = REGION
value-import = IMPORT
value-category = CATEGORY
value-date = DATE
value-row = ROW
value-set = SET
value-factor = FACTOR
value-words = WORDS
value-period = PERIOD
value-table = TABLE
value-rule = RULE
value-boundary = BOUNDARY
value-inventory = INVENTORY
value-number-or-code = NUMBER-OR-CODE
value-reference = REFERENCE
value-number = NUMBER
value-other = OTHER
value-hex-or-file = HEX-OR-FILE
value-shell = SHELL
value-cause = CAUSE
value-subject = SUBJECT
value-command = COMMAND
value-organisation = ORGANISATION
value-days = DAYS
value-kind = KIND
value-host = HOST
value-name-or-serial = NAME-OR-SERIAL
value-reason = REASON
value-lists = LISTS
value-purpose = PURPOSE
value-time = TIME

choice-unrounded = nothing is rounded before the result is shown
choice-mee_guideline = the steps of the MEE guideline: elemental carbon content at four decimals, results in whole tonnes
choice-governance = admits organisations and changes policies
choice-operations = enrols members, adopts factor sets, runs nodes
choice-business = records, reviews and closes
choice-regulator = the competent authority
choice-verifier = a verification service body
choice-auditor = reads everything
choice-registry = a registry operator
choice-partner = a supply-chain partner
choice-error_correction = something was wrong
choice-factor_update = other emission factors
choice-boundary_change = another accounting boundary
choice-method_change = another method
choice-better_data = better activity data
choice-member = signs in the ledger
choice-node = transport of a node, as TLS server and client
choice-dual = a pair: one certificate signs, one decrypts
choice-authority = a CA below this one
choice-unspecified = no reason given
choice-key-compromise = the secret key is lost, or others know it
choice-ca-compromise = the same of the CA's key
choice-affiliation-changed = name or membership changed
choice-superseded = another certificate takes its place
choice-cessation-of-operation = no longer needed
choice-certificate-hold = suspended
choice-privilege-withdrawn = a right was withdrawn
choice-signing = to sign
choice-encryption = to be encrypted to
choice-server = to serve TLS
choice-client = to call by TLS
choice-issuing = to issue certificates
choice-known = none; lists that are given are used
choice-certificate = that of the certificate's own CA
choice-path = that of every CA on the path

cmd-key-receive = Open the encryption key that a CA delivered
    .long =
        Opens an SM2EnvelopedKey (GB/T 35276, GM/T 0009) with the signing key that the certificate request was made with, and writes the encryption key as a key file of its own.
    .arg-file = Delivered key, such as NAME.enc.key.der
    .arg-key = PEM file with the signing key
    .arg-out = New PEM file for the encryption key
    .arg-passphrase-file = Encrypt the key with the passphrase in this file, which you alone may be able to read; prompt asks for one
    .examples =
        hengtan key receive wang-fang.enc.key.der --key wang-fang.key.pem --out wang-fang.enc.key.pem # after cert issue --kind dual --csr
