import GestaltNN
import GestaltTensor

/// A layer of one's own, and the training loop by hand: a network learns a spiral.
@main
struct TrainNetwork {
    struct Classifier: Module {
        var first: Linear
        var second: Linear
        var last: Linear

        init(width: Int, random: inout RandomStream) {
            first = Linear(2, width, random: &random)
            second = Linear(width, width, random: &random)
            last = Linear(width, 2, random: &random)
        }

        func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
            last(second(first(x, context).relu(), context).relu(), context)
        }

        mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.module("first", &first)
            visitor.module("second", &second)
            visitor.module("last", &last)
        }
    }

    static func main() {
        var random = RandomStream(seed: 7)
        let angle = random.uniform([400], in: Float(0.5)..<10)
        let side = Tensor<Float>((0..<400).map { $0 % 2 == 0 ? 1 : -1 })
        let points =
            stacked([angle.sin() * angle * side, angle.cos() * angle * side], axis: 1) / 10
        let labels = Tensor<Int32>((0..<400).map { Int32($0 % 2) })

        var model = Classifier(width: 64, random: &random)
        var optimizer = AdamW(learningRate: 3e-3)
        print(model.summary)
        for step in 0..<500 {
            let context = Context.training(random: random.split(UInt64(step)))
            let result = valueAndGradients(of: model, context) { model, context in
                (crossEntropy(model(points, context), labels), ())
            }
            optimizer.update(&model, with: result.gradients)
            if step % 100 == 99 { print("step \(step + 1), loss \(result.loss)") }
        }
        let found = model(points, .inference).argmax(axis: -1)
        let right = (found .== labels).cast(to: Float.self).mean().scalar
        print("accuracy \(right)")
    }
}
