### Deciding together: nodes, policies, proposals, proofs of misconduct.

cmd-node = Show, register, promote, replace and remove nodes
cmd-node-list = List the nodes of the network
    .long =
        Shows every node that ever took part, with its number, which is never used again, and whether it votes or learns.
    .arg-limit = Show at most so many lines; 0 shows all
cmd-node-prepare = Make keys and settings of a new node
    .long =
        Makes a folder for the node beside the others of your organisation: its keys, its settings, and its transport certificate if your CA's key lies there too. Otherwise it leaves a request for your CA. Nothing is sent anywhere.
    .arg-name = Name of the node, of a-z, 0-9 and hyphen; never used again
    .arg-address = Host and port at which the other nodes reach it
    .arg-peer-listen = IP address and port at which it listens for them, if that is not its address
    .arg-api = IP address and port at which it listens for clients
    .arg-days = Days for which its transport certificate is valid
    .examples =
        hengtan node prepare grid-2 --address 10.1.0.6:7441 # then hengtan node join grid-2
        hengtan node prepare grid-2 --address ledger2.grid.example:7441 --peer-listen 10.1.0.6:7441 # a name in front of the machine
cmd-node-join = Bring in a node that was prepared
    .long =
        Registers the node as a learner, signed by your operations, unless the ledger knows it already, and writes into its folder who the others are. Start it then: it copies the whole ledger and follows. To let it vote, see hengtan node replace and hengtan node promote.

        Run it against a node of the network (--endpoint). Running it again tells the new node anew about the others; nothing is registered twice.
    .arg-name = Name of the node
    .examples =
        hengtan node join grid-2 # then hengtan start --node grid-2
cmd-node-register = Register a learner of your organisation
    .long =
        Records node.register, signed by your operations. The node replicates everything and does not vote; governance may make it a voter once it has caught up.
    .arg-name = Name of the node, of a-z, 0-9 and hyphen; never used again
    .arg-statement-key = Public statement key of the node, 65 bytes in hexadecimal digits
    .arg-certificate = Transport certificate of the node, PEM
    .arg-address = Host and port at which the other nodes reach it
    .examples =
        hengtan node register grid-2 --statement-key 04… --certificate grid-2.cert.pem --address grid-2.example.org:7601 # bring it in
cmd-node-change = Change a node of your organisation
    .long =
        Records node.change, signed by your operations. A new transport certificate takes the place of the old key and lifts its revocation. What you do not name stays as it is.
    .arg-name = Name of the node
    .arg-certificate = New transport certificate, PEM
    .arg-address = New host and port
    .arg-feature-level = Highest feature level that the node's software knows now
cmd-node-promote = Propose that a learner votes
    .long =
        Opens a proposal for node.promote; where one organisation decides, it passes at once. Among several voting organisations each has one voting node. What follows is judged by the new voters as soon as the old ones have made the checkpoint of the change final.
    .arg-name = Name of the learner
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-days = Days for voting
    .examples =
        hengtan node promote grid-1 --reason "it has caught up" # the others vote with hengtan proposal vote
cmd-node-demote = Propose that a voter learns only
    .long =
        Opens a proposal for node.demote. An organisation without voting node votes on checkpoints no more; its members still vote on proposals.
    .arg-name = Name of the voter
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-days = Days for voting
cmd-node-replace = Put a learner in the place of your own voter
    .long =
        Records node.replace, signed by your operations; nobody else has to agree. The former voter becomes a learner; remove it when it leads no more.
    .arg-voter = Voter that steps back
    .arg-learner = Learner that takes its place
cmd-node-remove = Remove a learner of your organisation
    .long =
        Records node.remove. Its name, number and keys are never used again.
    .arg-name = Name of the learner
    .arg-reason = Why, in your own words; stands in the ledger for ever
cmd-node-revoke = Revoke the transport key of a node of your organisation
    .long =
        Records node.revoke. The key opens no connection any more; give the node a new one with hengtan node change.
    .arg-name = Name of the node
    .arg-reason = Why, in your own words; stands in the ledger for ever

cmd-policy = Show who decides what
cmd-policy-list = List the policies
    .long =
        For each command: how many organisations it takes (ANY, ALL, MAJORITY, a number, or a fraction), members of which roles may sign, and which organisations count; none named means all that have such a duty. A change waits for the network's delay and is shown beside the rule that still holds. Change one with hengtan proposal open policy.set.
    .arg-limit = Show at most so many lines; 0 shows all

cmd-proposal = Open, vote on and show proposals
cmd-proposal-list = List the proposals
    .arg-limit = Show at most so many lines; 0 shows all
cmd-proposal-show = Show one proposal with its votes
    .arg-number = Number of the proposal
cmd-proposal-open = Open a proposal for a command
    .long =
        Records proposal.open, signed by your governance; your organisation votes for it at once. With the vote that meets the rule in force the command is carried out. The file holds the fields of the command in TOML or JSON, as the formats name them; @name.pem stands for the certificate in that file.

        Commands that can be proposed: factor_set.adopt, feature_level.raise, limits.set, member.enrol, member.revoke, node.change, node.demote, node.promote, node.register, node.remove, node.replace, node.revoke, organisation.admit, organisation.change_duties, organisation.leave, organisation.rotate_ca, policy.set, witness.register, witness.remove.
    .arg-kind = Command that is to be carried out
    .arg-file = File with its fields
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-days = Days for voting
    .examples =
        hengtan proposal open organisation.leave leave.toml --reason "sold" # leave.toml: organisation = "grid", reason = "sold"
        hengtan proposal open policy.set policy.json --reason "two of three" --for 30 # decide otherwise from now on
cmd-proposal-vote = Vote on a proposal
    .long =
        Records proposal.vote, signed by your governance. Each organisation has one vote, and it stands. If the command is refused at the moment of the decision, your vote is refused with it, and nothing has happened.
    .arg-number = Number of the proposal
    .arg-against = Vote against it
    .arg-reason = Why, in your own words
cmd-proposal-withdraw = Take back a proposal of your organisation
    .arg-number = Number of the proposal
    .arg-reason = Why, in your own words

cmd-witness = Show, register and remove witnesses
    .long =
        A witness cosigns final checkpoints that continue everything it has signed before, and remembers that for ever. Its lines stand in receipts; governance decides how many of them a final checkpoint needs.
cmd-witness-list = List the witnesses that the ledger names
cmd-witness-key = Make a witness's key for a node
    .long =
        Makes witness.key.pem and witness.memory.json in the node's folder and adds [witness] to its config.toml; start the node again afterwards. The memory says what the key signed last: it belongs to the key and is never begun again.

        Other members decide on the registration; tell them the public key.
    .arg-name = Name of the witness, of a-z, 0-9 and hyphen
    .arg-dir = Folder of the network. Otherwise the folder of the context
    .arg-node-name = Node within that folder; needed if there are several
    .examples =
        hengtan witness key bureau-witness --dir bureau # then start bureau's node again
cmd-witness-register = Propose that a key cosigns checkpoints
    .long =
        Opens a proposal for witness.register; where one organisation decides, it passes at once. With --required 0 nobody waits for the witness. Require one only if its node always runs: without it nothing becomes final.
    .arg-name = Name of the witness
    .arg-public-key = Its public key, 65 bytes in hexadecimal digits
    .arg-required = How many witnesses a final checkpoint needs from then on
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-days = Days for voting
    .examples =
        hengtan witness register bureau-witness --public-key 04… --reason "the regulator watches" # the others vote with hengtan proposal vote
cmd-witness-remove = Propose that a witness cosigns no more
    .arg-name = Name of the witness
    .arg-required = How many witnesses a final checkpoint needs from then on
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-days = Days for voting

cmd-recovery = Go on after a lost quorum
    .long =
        For a network whose voting nodes are lost for ever, more than half of them, so that nothing can be decided any more. Stop all nodes that are left first.

        One of them drafts what is kept and who votes; CA keys of more than half of the voting organisations sign (of two, both); every node that is left carries it out. What was final stays final. Receipts beyond that are denounced by whoever knows of the recovery.
    .examples =
        hengtan recovery draft --dir cement --voter cement-1 --voter steel-2 --reason "flood in the east" # at the node that has the longest log
        hengtan recovery sign recovery.draft.json --dir steel # on the machine with the CA key
        hengtan recovery finish recovery.draft.json recovery-cement.signature.json recovery-steel.signature.json # makes recovery.json
        hengtan recovery apply recovery.json --dir cement # at each node that is left; then hengtan start
cmd-recovery-draft = Say what is kept and who votes from then on
    .long =
        Reads the folder of a stopped node. Everything that it has recorded is kept; so take the node with the longest log. Voters must be nodes that the ledger names, of organisations that voted; each organisation has one.
    .arg-dir = Folder of the network
    .arg-node-name = Node within that folder; needed if there are several
    .arg-voter = Node that votes from then on. May be repeated
    .arg-required = How many witnesses a final checkpoint needs from then on; at most as many as before
    .arg-reason = Why, in your own words; stands in the ledger for ever
    .arg-out = File for the draft
cmd-recovery-sign = Sign a draft with an organisation's CA key
    .arg-draft = The draft
    .arg-dir = Folder of the network with the CA key
    .arg-ca-passphrase-file = File with the passphrase of the CA's key; without it you are asked
    .arg-out = File for the signature
cmd-recovery-finish = Put the draft and the signatures together
    .arg-draft = The draft
    .arg-signature = The signature of every organisation that agrees
    .arg-out = File for the recovery
cmd-recovery-apply = Carry a recovery out in the folder of a stopped node
    .long =
        Writes the entry of the recovery behind the log that is kept and lets Raft begin anew; Raft's former log is kept aside. Begun and broken off, it can be done again. The recovery is also laid into the folder, where hengtan verify finds it.

        A node that has less than what is kept takes it, checked record by record, from a copy of the data folder of a node in which the recovery has been carried out and which has not been started since.
    .arg-file = The recovery
    .arg-dir = Folder of the network
    .arg-node-name = Node within that folder; needed if there are several
    .arg-from = Copy of the data folder of such a node

cmd-blame = Verify proofs of misconduct
cmd-blame-verify = Verify a proof of misconduct, offline
    .long =
        Judges a file in which somebody accuses a node of signing two headers in one place, a header over a forged envelope, two roots for one size, or a statement against a final checkpoint. That is proof, for anybody. A ticket that was not kept is evidence of delay only, and named so.

        Needs no node. Exit code 7 if it does not hold, or if you do not know the network.
    .arg-file = File to verify
    .arg-network = Network that you expect: its id, or a file with its genesis; the one of the context if absent

ask-remove = Remove { $name }? This cannot be undone.
done-node-changed = The node is recorded.
done-node-joined = { $name } is node { $number } of the ledger and knows the others.
done-node-prepared = Keys and settings of the node lie in { $path }.
next-node-certificate = Have your CA sign { $request }, put the certificate at { $certificate }, then run hengtan node join.
next-node-join = Next: hengtan node join { $name }
next-node-start = Next: { $command }
done-proposal-open = Proposal { $number } is open: { $count } of { $needed } organisations are in favour.
done-proposal-passed = Proposal { $number } has passed and is carried out.
done-proposal-rejected = Proposal { $number } is rejected.
done-proposal-withdrawn = Proposal { $number } is withdrawn.
phrase-votes = { $yes } of { $needed } in favour, { $no } against

recovery-drafted = The draft for the signatures of the CA keys: { $path }
recovery-finished = The recovery, to be carried out at every node: { $path }
recovery-applied = { $node } goes on from the recovery. Start it again.
recovery-sentence = What is final ends at size { $base }; the log is kept up to size { $size }; { $voters } vote from then on ({ $reason }). Receipts beyond { $base } that do not follow from this are void.
ask-recovery-sign = Sign this in the name of your organisation?
ask-recovery-apply = Carry it out in { $path }? The node must be stopped.
col-raft-before = Raft's former log

done-witness-key = The key of { $name } is made. Start { $node } again, and have the key registered with hengtan witness register.

col-witnesses-required = Required
col-witnessed-size = Witnessed up to
col-against = Against
col-closed = Closed
col-content = Content
col-deadline = Voting ends
col-in-favour = In favour
col-next-from = From
col-next-rule = Rule to come
col-organisations = Organisations
col-roles = Roles
col-rule = Rule
col-votes = Votes cast

proposal-state-open = open
proposal-state-lapsed = lapsed
proposal-state-passed = passed
proposal-state-rejected = rejected
proposal-state-withdrawn = withdrawn

node-state-voter = votes
node-state-learner = learns
node-state-revoked = transport key revoked
node-state-removed = removed

blame-two_headers = two headers in one place
blame-forged_envelope = a header over an envelope that its sender did not sign
blame-two_roots = two roots for one size
blame-against_final = a statement against a final checkpoint
blame-ticket = a promise that was not kept in time

blame-strength-proof = proof of misconduct
blame-strength-evidence = evidence of delay, no proof

proved-recovery = At entry { $index } the network was continued after a lost quorum, decided by { $organisations } at { $time } ({ $reason }). What was final before ended at size { $base }.

value-level = LEVEL
value-hex = HEX
value-index = INDEX
value-voter = VOTER
value-learner = LEARNER
