### The door: requests, limits, answers.

ht-api-001 = The node is not ready: { $reason }.
    .cause = It starts, stops, or something keeps it from taking envelopes.
    .remedy = Wait a moment; hengtan status says more.
ht-api-002 = More than { $limit } envelopes wait already.
    .cause = More comes in than the node can record.
    .remedy = Try again in a moment.
ht-api-003 = This sender hands in more than { $limit } envelopes per second.
    .cause = The limit keeps the node open to others.
    .remedy = Slow down, and put more rows into one envelope.
ht-api-004 = { $what } has { $found } bytes; { $limit } are allowed.
    .cause = The door takes requests of a bounded size only.
    .remedy = Send less at once.
ht-api-005 = “{ $value }” is not possible for { $field }.
    .cause = The field is missing or has a value that it cannot have.
    .remedy = Correct the request.
ht-api-006 =
    There is no { $what ->
        [entry] entry
        [envelope] envelope
        [organisation] organisation
        [member] member
        [facility] facility
        [factor_set] factor set
        [submission] submission
        [inventory] inventory
        [row] row
        [import] import
       *[other] { $what }
    } named { $name }.
    .cause = The name is misspelt, or this network does not have it.
    .remedy = Use the list of the same kind to see what there is.
ht-api-007 = The page token does not belong to this list.
    .cause = It is from another list, or another request of it.
    .remedy = Begin the list again without a page token.
ht-api-008 = Entry { $index } is not final yet.
    .cause = No final checkpoint covers it.
    .remedy = Try again in a moment.
ht-api-009 = No leader is within reach of this node; the last one it knows is { $leader }.
    .cause = An election is under way, or too few voting nodes reach each other.
    .remedy = Try again in a few seconds; hengtan cluster status shows the nodes.
ht-api-010 = The node is stopping.
    .cause = Its operator has told it to.
    .remedy = Try again once it has been started again.
ht-api-011 = Rows or results of entry { $index } are not kept here.
    .cause = They were erased, or archived elsewhere.
    .remedy = Ask the owner of the data or the archive; the proofs stay valid.
ht-api-015 = The request took too long.
    .cause = The node is busy.
    .remedy = Try again; hengtan status shows what it is doing.
ht-api-017 = { $limit } watches are open already.
    .cause = Each watch holds a connection; limits.watches_max bounds their number.
    .remedy = End watches that nobody reads, or raise limits.watches_max.
ht-api-040 = There is no path { $path }.
    .cause = It is misspelt, or belongs to another version.
    .remedy = /openapi.json lists every path.
ht-api-041 = The path { $path } does not take the method { $method }.
    .cause = The path exists, but for other methods.
    .remedy = /openapi.json lists them.
ht-api-042 = The body is no JSON from line { $line }, column { $column } on.
    .cause = A quotation mark, comma or bracket is missing or too much.
    .remedy = Correct it there.
ht-api-043 = There is no field or parameter { $field }.
    .cause = It is misspelt, or belongs to another request; nothing is ignored silently.
    .remedy = /openapi.json lists what the request takes.
ht-api-044 = “{ $value }” does not fit the field { $field }.
    .cause = The value has the wrong form or lies outside its bounds.
    .remedy = /openapi.json gives the form.
ht-api-045 = The node broke a promise of its own.
    .cause = This is a fault of the program.
    .remedy = Report it with the node's log.
ht-api-016 = The node failed in a way that it does not know.
    .cause = This is a fault of the program.
    .remedy = Report it with the node's log. For the log: { $detail }.
