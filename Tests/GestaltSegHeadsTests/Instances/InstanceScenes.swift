import GestaltSegHeads
import GestaltTensor

/// Small pictures with a bar, class 1, and two or three disks of equal color, class 2: only their
/// places tell the disks apart.
struct InstanceScenes {
    let frames: Tensor<Float>
    let masks: Tensor<UInt8>
    let categories: [[UInt8: UInt8]]

    var targets: InstanceTargets { InstanceTargets(masks, categories: categories) }

    init(count: Int, side: Int = 32, seed: UInt64 = 1) {
        var random = RandomStream(seed: seed)
        var pixels: [Float] = []
        var labels: [UInt8] = []
        for scene in 0..<count {
            // Disks stand in corners of their own, so that they never touch.
            let corners = [(0.27, 0.27), (0.27, 0.73), (0.73, 0.27)]
            let radius = random.number(in: 0.1..<0.16) * Double(side)
            let disks = corners.prefix(2 + scene % 2).map { y, x in
                (
                    (y + random.number(in: -0.06..<0.06)) * Double(side),
                    (x + random.number(in: -0.06..<0.06)) * Double(side)
                )
            }
            for i in 0..<side {
                for j in 0..<side {
                    let disk = disks.firstIndex { y, x in
                        let (dy, dx) = (Double(i) - y, Double(j) - x)
                        return dy * dy + dx * dx < radius * radius
                    }
                    let isBar = i >= side * 9 / 10
                    labels.append(isBar ? 1 : disk.map { UInt8($0 + 2) } ?? 0)
                    pixels +=
                        isBar
                        ? [-0.4, 0.3, 0.1] : disk == nil ? [-0.3, -0.3, -0.2] : [0.4, 0.3, 0.1]
                }
            }
        }
        frames = Tensor(shape: [count, side, side, 3], scalars: pixels)
        masks = Tensor(shape: [count, side, side], scalars: labels)
        categories = .init(repeating: [1: 1, 2: 2, 3: 2, 4: 2], count: count)
    }
}
