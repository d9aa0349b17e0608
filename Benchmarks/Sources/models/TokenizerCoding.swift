import GestaltTensor
import GestaltVQVAE
import Harness

/// Clips of 16 × 64 × 64 to codes, or codes to clips. The peer of `publicBAIR` is
/// `peers/tokenizer_torch.py`.
struct TokenizerCoding {
    let preset: VQVAEConfiguration.Preset
    let batch: Int
    let runs: Int
    let decodes: Bool

    func run() {
        let name = decodes ? "tokenizer-decode" : "tokenizer-encode"
        printHeader("\(name) \(preset), batch \(batch)")
        var random = RandomStream(seed: 1)
        let tokenizer = VQVAE(preset.configuration, random: &random)
        let clips = sample([batch, 16, 64, 64, 3], seed: 5) * 0.5
        let codes = tokenizer.encode(clips)
        let time = Measurement(runs: runs) {
            decodes
                ? checksum(tokenizer.decode(codes))
                : Double(tokenizer.encode(clips).scalars.reduce(0) { $0 &+ $1 })
        }
        print("\(fixed(time.median * 1e3, 1)) ms (±\(fixed(time.spread * 100, 0)) %)")
        printRecord(name, "batch \(batch)", time, ["model": quoted("\(preset)")])
    }
}
