import GestaltData
import GestaltIO
import GestaltModels
import GestaltRobotPush
import GestaltSegHeads
import GestaltTraining
import GestaltVQVAE

/// The trainings of a ``Demonstration``, each in a folder of its own.
struct DemonstrationSession {
    let folder: String
    let interruption: Interruption
    let showsProgress: Bool

    /// The models trained on all labels of the sample.
    struct Trained {
        let tokenizer: VQVAE
        let head: Segmenter
        let unet: UNet
    }

    /// The models trained on a few labels.
    struct FewLabels {
        let unet: UNet
        let encoder: Segmenter
    }

    private func options(_ name: String) -> RunOptions {
        RunOptions(
            folder: Demonstration.models(in: folder) + "/" + name, showsProgress: showsProgress,
            interruption: interruption, command: "gestalt demo")
    }

    func train(_ recipes: Demonstration, show: (String) -> Void) throws -> Trained {
        show("A video tokenizer (VideoGPT's 3D VQ-VAE) learns to reconstruct clips.")
        let tokenizer = try recipes.tokenizer.train(options("tokenizer")).model
        show("A convolutional head learns to segment from its latents; the tokenizer is frozen.")
        let head = try recipes.head.train(on: tokenizer, options("head")).model
        show("A U-Net learns the same from RGB.")
        let unet = try recipes.unet.train(options("unet")).model
        return Trained(tokenizer: tokenizer, head: head, unet: unet)
    }

    func trainOnFewLabels(_ recipes: Demonstration) throws -> FewLabels {
        let unet = try recipes.fewLabelUNet.train(options("unet-10")).model
        let encoder = try recipes.fewLabelHead.train(options("encoder-10")).model
        return FewLabels(unet: unet, encoder: encoder)
    }
}
