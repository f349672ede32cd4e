### Audits: the log as a file, and its replay.

cmd-audit = Export the log and replay it
cmd-audit-export = Write the whole log into a file
    .long =
        Takes everything that is final from the context's node: every entry with its rows, and the checkpoints over them. Whoever holds the network's id can replay the file without any node and without trusting anybody. It holds everything that was recorded, but no key.
    .arg-out = File to write; log-NETWORK-SIZE.hengtan in this folder if absent. An existing file is never overwritten
    .examples =
        hengtan audit export --out log.hengtan # then hengtan audit replay log.hengtan
cmd-audit-replay = Replay an exported log offline
    .long =
        Does everything once more from nothing but the file and the network's id: every signature, every right, every calculation, every outcome and every root. The first thing that differs is named with its entry, and the exit code is 7.

        If nodes signed what an honest node never signs - two batches in one place, a batch over an envelope that its sender did not sign - they are listed, and the exit code is 7; with --blame each proof is written into a file that anybody can check with hengtan blame verify.
    .arg-file = Exported log
    .arg-network = Network that you know: its id in hexadecimal, or genesis.json. Otherwise the network of the context
    .arg-blame = Folder for proofs of misconduct, one file each
    .examples =
        hengtan audit replay log.hengtan --network genesis.json # all of it once more
        hengtan audit replay log.hengtan --network genesis.json --blame proofs # with proofs against whoever cheated

audit-exporting = Exporting entries
audit-replaying = Replaying the log, MiB
done-audit-exported = The log is in { $path }.
done-audit-replayed = All { $count } entries come out the same: signatures, rights, calculations, outcomes and roots.

col-accepted = Accepted
col-accusations = Misconduct
col-batches = Batches
col-refused = Refused
col-void-batches = Void batches

ht-cli-270 = In this log nodes signed { $count ->
        [one] something that an honest node never signs
       *[other] { $count } things that an honest node never signs
    }.
    .cause = The entries are named above. Their outcomes were worked out again and are right; but whoever signed them cannot be trusted.
    .remedy = Write the proofs into files with --blame, check them with hengtan blame verify, and bring them before the governance of the network.
