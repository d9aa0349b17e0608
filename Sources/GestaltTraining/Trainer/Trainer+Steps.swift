import GestaltData
import GestaltNN
import GestaltTensor

extension Trainer {
    /// Performs one optimizer step on its batches, averaged over them and over the ranks.
    func advance(on batches: [Task.Batches.Batch]) throws -> [Metric] {
        optimizer.follow(plan.schedule, at: step)
        var (computed, metrics) = try gradients(on: batches)
        computed.gradients.average(over: collectives)
        metrics = averagedOverRanks(metrics)
        try requirePresence()
        guard metrics[0].value.isFinite else { throw notFinite("the loss") }
        let norm =
            plan.gradientNorm.map { computed.gradients.clip(norm: $0) } ?? computed.gradients.norm
        guard norm.isFinite else { throw notFinite("the gradient") }
        optimizer.update(&model, with: computed.gradients)
        computed.commitBuffers(to: &model)
        average?.update(towards: model)
        step += 1
        return metrics + [
            Metric("gradient_norm", norm), Metric("learning_rate", optimizer.learningRate),
        ]
    }

    /// Returns gradients and metrics, the loss first, averaged over the batches of a step.
    ///
    /// Each batch starts from the buffers after the previous one; the model itself is unchanged
    /// until all values are known to be finite.
    private func gradients(
        on batches: [Task.Batches.Batch]
    ) throws -> (TrainingStep<[Metric]>, [Metric]) {
        var total = try pass(over: batches[0], microBatch: 0, of: model)
        var metrics = [[Metric("loss", total.loss)] + total.auxiliary]
        guard batches.count > 1 else { return (total, metrics[0]) }
        var working = model
        total.commitBuffers(to: &working)
        for (index, batch) in batches.enumerated().dropFirst() {
            let next = try pass(over: batch, microBatch: index, of: working)
            next.commitBuffers(to: &working)
            metrics.append([Metric("loss", next.loss)] + next.auxiliary)
            total.add(next)
        }
        total.gradients.scale(by: 1 / Float(batches.count))
        return (total, Metric.means(of: metrics))
    }

    private func pass(
        over batch: Task.Batches.Batch, microBatch: Int, of model: Task.Model
    ) throws -> TrainingStep<[Metric]> {
        let context = Context.training(random: stream(microBatch))
        context.collectives = collectives
        let state = TrainingState(
            step: step, totalSteps: session.totalSteps, microBatch: microBatch,
            average: average?.model)
        return try valueAndGradients(of: model, context, freezing: plan.freezing) {
            let (loss, metrics) = try task.loss(of: $0, on: batch, at: state, $1)
            return (loss, metrics)
        }
    }

    /// Returns the random stream of one batch on one rank: that of the step if it has a single
    /// batch.
    private func stream(_ microBatch: Int) -> RandomStream {
        let ofStep = random.split(UInt64(step))
        guard plan.accumulation * collectives.size > 1 else { return ofStep }
        return ofStep.split(UInt64(microBatch * collectives.size + collectives.rank))
    }

    private func averagedOverRanks(_ metrics: [Metric]) -> [Metric] {
        guard collectives.size > 1 else { return metrics }
        let sums = collectives.allReduce(Tensor(metrics.map { Float($0.value) })).scalars
        return zip(metrics, sums).map { metric, sum in
            Metric(metric.name, Double(sum) / Double(collectives.size))
        }
    }

    private func notFinite(_ what: String) -> TrainingError {
        .notFinite(step: step + 1, what: what, lastCheckpoint: run?.existingLastCheckpoint)
    }
}

extension Metric {
    /// Returns the mean of each metric over the batches that have it, in the order of the first
    /// appearance.
    static func means(of batches: [[Metric]]) -> [Metric] {
        var names: [String] = []
        var sums: [String: (sum: Double, count: Int)] = [:]
        for metric in batches.joined() {
            if sums[metric.name] == nil { names.append(metric.name) }
            let before = sums[metric.name] ?? (0, 0)
            sums[metric.name] = (before.sum + metric.value, before.count + 1)
        }
        return names.compactMap { name in
            sums[name].map { Metric(name, $0.sum / Double($0.count)) }
        }
    }
}
