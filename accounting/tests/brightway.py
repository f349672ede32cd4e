"""Scores graphs of processes with Brightway: one graph a line on standard input, one score a line on standard output.

A line: `demand;process;process;…`, a process: `output|emission|input:amount,input:amount`. The output of process 0 is what
the demand asks for. Says `missing` and stops where Brightway is not installed.
"""

import sys

try:
    import bw2calc as bc
    import bw_processing as bwp
    import numpy as np
except ImportError as error:
    print(f"missing: {error}")
    sys.exit(0)

for line in sys.stdin:
    demand, *processes = line.strip().split(";")
    rows, columns, data, flip, emitted = [], [], [], [], []
    for column, process in enumerate(processes):
        output, emission, inputs = process.split("|")
        entries = [(column, float(output), False)]
        entries += [
            (int(name), float(amount), True)
            for name, amount in (entry.split(":") for entry in inputs.split(",") if entry)
        ]
        for row, amount, negative in entries:
            rows.append(row + 1)
            columns.append(column + 1)
            data.append(amount)
            flip.append(negative)
        emitted.append(float(emission))
    size = len(processes)
    package = bwp.create_datapackage()
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        indices_array=np.array(list(zip(rows, columns)), dtype=bwp.INDICES_DTYPE),
        data_array=np.array(data),
        flip_array=np.array(flip),
    )
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        indices_array=np.array(
            [(size + 1, column + 1) for column in range(size)], dtype=bwp.INDICES_DTYPE
        ),
        data_array=np.array(emitted),
    )
    package.add_persistent_vector(
        matrix="characterization_matrix",
        indices_array=np.array([(size + 1, size + 1)], dtype=bwp.INDICES_DTYPE),
        data_array=np.array([1.0]),
    )
    lca = bc.LCA({1: float(demand)}, data_objs=[package])
    lca.lci()
    lca.lcia()
    print(repr(float(lca.score)))
