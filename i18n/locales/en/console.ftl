### Words of help pages, errors and short talk.

help-usage = Usage:{" "}
help-usage-options = [OPTIONS]
help-commands = Commands:
help-arguments = Arguments:
help-options = Options:
help-global-options = Global options:
help-exit-codes = Exit codes:
help-examples = Examples:
help-choice = { $choice }: { $meaning }
help-choices = {" "}(one of: { $choices })
help-default = {" "}(default: { $default })
help-separator-of-choices = ,{" "}

error-head = Error { $code }:{" "}
error-cause = Why
error-remedy = What to do
error-did-you-mean = Did you mean { $suggestion }?

talk-yes-no = [y/N]
talk-signer-not-judged = Nobody was named who may sign: add --signer or --ca to judge the signer.
talk-set-signed = { $set } is signed by { $signer }.
talk-nothing-to-show = There is nothing to show.
