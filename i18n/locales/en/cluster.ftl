### Networks of several organisations: founding, running, showing.

cmd-init-network = Make a network of several organisations in one place, for a rehearsal
    .long =
        Reads the founders' file, makes the keys and certificates of every organisation and node, signs the genesis in everybody's name, and lays a folder for each organisation below one folder. Start each node with hengtan start.

        For a network in earnest each organisation makes its own keys: init part, init draft, init sign, init finish, init settle.
    .arg-file = The founders' file (TOML): organisations with names, duties and votes; nodes with addresses
    .arg-dir = Folder to make; must be empty or absent
    .examples =
        hengtan init network network.toml --dir rehearsal # make everything
        hengtan start --dir rehearsal/steel # then run each organisation's node

cmd-init-part = Make the keys of one founder on its own machine
    .long =
        Makes CA, members' keys and the keys of this organisation's nodes in its own folder, and writes the part that the others must know. It holds public keys and certificates only.
    .arg-file = The founders' file; all founders have the same one
    .arg-organisation = Which of its organisations this is
    .arg-dir = Folder of the organisation; must be empty or absent
    .arg-out = File for the part; part.json in the folder if not given
    .examples =
        hengtan init part network.toml --organisation steel --dir steel # on the steel works' machine

cmd-init-draft = Put the parts of all founders together
    .arg-file = The founders' file
    .arg-part = The part of every founder
    .arg-out = File for the draft of the genesis
    .examples =
        hengtan init draft network.toml steel.json power.json bureau.json # anybody may do this

cmd-init-sign = Sign the draft with a founder's CA key
    .long =
        Checks first that the draft is what the founders' file says and nothing else, and that it names exactly the keys in this folder.
    .arg-file = The founders' file
    .arg-draft = The draft
    .arg-dir = Folder of the organisation
    .arg-out = File for the signature; signature.json in the folder if not given
    .examples =
        hengtan init sign network.toml draft.json --dir steel # on the steel works' machine

cmd-init-finish = Make the genesis from the draft and every founder's signature
    .arg-draft = The draft
    .arg-signature = The signature of every founder
    .arg-out = File for the genesis
    .examples =
        hengtan init finish draft.json steel.json power.json bureau.json # makes genesis.pb

cmd-init-settle = Put the genesis and the settings that follow from it into a founder's folder
    .arg-file = The founders' file
    .arg-genesis = The genesis
    .arg-organisation = Which organisation this is
    .arg-dir = Its folder
    .examples =
        hengtan init settle network.toml genesis.pb --organisation steel --dir steel # then hengtan start --dir steel

cmd-init-organisation = Make the folder of an organisation that is to be admitted later
    .long =
        Makes its CA, the keys of its first members, and its context, and writes admission.json: what the proposal to admit it says. A member of the network opens that proposal (hengtan proposal open organisation.admit admission.json), the others vote. Afterwards the organisation brings in its own node with hengtan node prepare and hengtan node join.

        Take the genesis from somebody you trust, and compare the network id by another way: everything else is checked against it.
    .arg-id = Name of the organisation, of a-z, 0-9 and hyphen
    .arg-genesis = Genesis of the network
    .arg-dir = Its folder, new or empty
    .arg-door = Address of a node of the network that its commands speak to first
    .arg-name-zh = Display name in Chinese
    .arg-name-en = Display name in English
    .arg-credit-code = Unified social credit code (GB 32100)
    .arg-duty = Duty besides governance, operations and auditor, which each organisation gets. May be repeated
    .arg-jurisdiction = Region in which a regulator is competent, such as CN-BJ; everywhere if absent
    .examples =
        hengtan init organisation grid --genesis genesis.pb --door https://ledger.steel.example:7440 --dir grid # an enterprise
        hengtan init organisation bureau --genesis genesis.pb --door https://ledger.steel.example:7440 --duty regulator --jurisdiction CN-GD --dir bureau # an authority

cmd-cluster = All nodes of the network
cmd-cluster-status = Show how every node stands, one row for each
    .long =
        Asks the node of the context, which asks the others. A node that does not answer has the code of the reason in the last column. Exit code 6 if no node leads.
    .arg-watch = Show it again and again until Ctrl-C
    .arg-every = Seconds between two looks
    .examples =
        hengtan cluster status --watch # keep an eye on it

cmd-entry = The log itself, as it grows
cmd-entry-watch = Show entries as they become final
    .long =
        Shows each entry once, in the order of the log, as soon as a final checkpoint covers it, until Ctrl-C. If the node goes and comes back, the watch goes on where it was; it gives up when the node is away for longer than --timeout. At the end it says with which --from another watch begins without gap.

        With -o json each entry is one line.
    .arg-from = Index of the first entry; only what becomes final from now on if absent
    .arg-kind = Only commands of this kind, such as activity.submit. May be repeated
    .arg-organisation = Only what members of this organisation sign
    .arg-count = End after so many entries; 0 never ends
    .examples =
        hengtan entry watch --kind inventory.close --kind inventory.restate # every inventory as it is closed
        hengtan entry watch --from 0 -o json # everything from the beginning, for a program

cmd-leader = Which node leads
cmd-leader-transfer = Let another voting node lead
    .long =
        Speaks to a node with that node's own transport key; so it runs where this key lies. Nothing is lost: doors hand envelopes to whoever leads.
    .arg-node = Name of the node that is to lead, or its number
    .arg-dir = Folder of the organisation whose node is asked. Otherwise the folder of the context
    .arg-node-name = Node within that folder; needed if there are several
    .examples =
        hengtan leader transfer power-1 --dir steel # power-1 leads from now on

col-last-index = Last
col-committed-index = Commit
col-applied-index = Applied
col-lag = Lag
col-number = No.
col-member = Member

watch-ended = What comes next: hengtan entry watch --from { $next }

init-rehearsed = Made { $organisations } organisations with { $nodes } nodes below { $path }. This is a rehearsal: all keys lie in one place.
init-part-made = The part for the other founders: { $path }
init-draft-made = The draft for every founder's signature: { $path }
init-signed = Signed for { $organisation }: { $path }
init-finished = The genesis, signed by all: { $path }
init-applied = What the proposal to admit it says: { $path }. A member of the network opens it: hengtan proposal open organisation.admit { $path } --reason …
init-settled = The folder { $path } is complete. Next: hengtan start --dir { $path }
leader-transferred = { $node } leads in term { $term }.

demo-step-consortium = Making a network of three organisations that vote and a regulator in { $dir }
demo-step-nodes = Starting four nodes, each a process of its own
demo-step-import-at = Importing a year of activity data at { $node }
demo-step-read-at = Reading at { $node }
demo-step-kill = Killing the leader { $node }
demo-step-go-on = Going on at { $node }
demo-step-same-root = Starting { $node } again and comparing all roots
demo-leader = { $node } leads
demo-read = { $node } has { $rows } rows

value-part = PART
value-draft = DRAFT
value-signature = SIGNATURE
value-genesis = GENESIS
value-node = NODE

col-scrubbed = Data checked at
doctor-not-scrubbed = The stored data have not been walked to their end yet.
doctor-scrubbed = Walked at { $time }: { $records } records in order.
