// What snippets of the documentation use without declaring it; see scripts/snippets.sh.

import Gestalt

/// A value that the text around a snippet describes.
func given<Value>() -> Value { fatalError("snippets are compiled, never run") }

// Tensors: images with masks, frames with labels, clips and their codes.
let images: Tensor<Float> = given()
let masks: Tensor<Float> = given()
let frames: Tensor<Float> = given()
let labels: Tensor<UInt8> = given()
let clips: Tensor<Float> = given()
let codes: Tensor<Int32> = given()
let i: Tensor<Int32> = given()
let mask: Tensor<Bool> = given()
nonisolated(unsafe) var x: Tensor<Float> = given()
nonisolated(unsafe) var y: Tensor<Float> = given()
let r: Tensor<Float> = given()

// Training: a stream, a number of steps, a network and its optimizer.
nonisolated(unsafe) var random: RandomStream = given()
nonisolated(unsafe) var stream: RandomStream = given()
let steps: Int = given()
nonisolated(unsafe) var model: Sequential = given()
nonisolated(unsafe) var optimizer: AdamW = given()

// Data: a set of clips and where it is.
let set: DataSet = given()
let data: DataChoice = given()

// Models: a predictor and its parts, and values of them.
nonisolated(unsafe) var network: Sequential = given()
let predictor: VideoPredictor = given()
let prior: VideoPrior = given()
let resnet: FrameEncoder = given()
let embeddings: Tensor<Float> = given()
let condition: PriorCondition = given()

// A training task of the network, and its plan.
struct Task: TrainingTask {
    struct Batches: BatchSource {
        let stepsPerPass = 1
        let stepCount: Int? = nil
        func batch(at step: Int) -> Tensor<Float> { given() }
    }

    var batches: Batches { Batches() }
    func loss(
        of model: Sequential, on batch: Tensor<Float>, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) { given() }
}

let task = Task()
let plan: TrainingPlan = given()
let schedule: Schedule = given()
let step: Int = given()

// Kinds of a user's package.
typealias PatchTokenizer = VQVAE
typealias FlowRecipe = UNetRecipe
typealias HistogramEncoder = TokenizerEncoder
enum MyFrames { typealias Configuration = DenseFrameEncoder.Configuration }
enum MyHead { typealias Configuration = LinearProbe.Configuration }
enum MyInstanceHead { typealias Configuration = QueryHead.Configuration }
enum MyQuantizer { typealias Configuration = FiniteScalarQuantizer.Configuration }

// Metrics: labels that a model predicts, and the clip of each image.
let predictions: Tensor<UInt8> = given()
let clipOfEachImage: [Int] = given()

// Images: frames of a clip as bytes.
let clip: Tensor<UInt8> = given()
let rows: [[Tensor<UInt8>]] = given()
