import GestaltTensor

/// The instruction sets this processor can run, forced one by one through the kernels' `variant`.
let possibleSets = Runtime.InstructionSet.allCases.filter { $0 <= Processor.current.instructionSet }

/// Counts around the widths of the vectors (4, 8, 16 floats and their unrolled multiples).
let kernelSizes = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 4099]
