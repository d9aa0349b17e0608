extension TrainTokenizer: GestaltCommand {
    var common: CommonOptions { training.common }
}

extension TrainPrior: GestaltCommand {
    var common: CommonOptions { arguments.training.common }
}

extension TrainMaskedPrior: GestaltCommand {
    var common: CommonOptions { arguments.training.common }
}

extension TrainEncoder: GestaltCommand {
    var common: CommonOptions { training.common }
}

extension TrainHead: GestaltCommand {
    var common: CommonOptions { training.common }
}

extension TrainUNet: GestaltCommand {
    var common: CommonOptions { training.common }
}

extension TrainStudent: GestaltCommand {
    var common: CommonOptions { training.common }
}

extension TrainInstances: GestaltCommand {
    var common: CommonOptions { training.common }
}
