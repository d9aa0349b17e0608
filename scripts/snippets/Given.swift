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

// Training: a stream, a number of steps, a network and its optimizer.
nonisolated(unsafe) var random: RandomStream = given()
nonisolated(unsafe) var stream: RandomStream = given()
let steps: Int = given()
nonisolated(unsafe) var model: Sequential = given()
nonisolated(unsafe) var optimizer: AdamW = given()

// Data: a set of clips and where it is.
let set: DataSet = given()
let data: DataChoice = given()
