import GestaltTensor

/// The decision which states of a displaced pixel show an object and which the ground.
///
/// 1. *Surroundings* of a pixel are the colors of the background at undisturbed (never displaced)
///    pixels within ``MotionSettings/surroundings`` of it, farther away if these are fewer than
///    eight.
/// 2. The distance of a state to them is the lower tenth of its differences to these colors: the
///    ground repeats some colors nearby even if it is textured, and objects at rest nearby do not
///    count.
/// 3. The state with the least distance is the *ground* (the first of equal ones).
/// 4. A state that differs from the ground by more than the displacement threshold and is not the
///    ground in the shade, or in the light, is *foreground*.
/// 5. At pixels with foreground, the other states are ground, unless even the ground is farther
///    from the surroundings than ``MotionSettings/groundThreshold`` (one object replaced another).
///
/// Everything else is undecided: shadows that come and go alone, above all.
struct GroundRule {
    private let settings: MotionSettings
    private let thresholds: MotionThresholds
    private let shape: ClipShape

    /// The least number of surrounding colors.
    private static let least = 8
    /// Every surrounding color up to this distance is used; of larger windows a grid of them.
    private static let densest = 8

    init(_ settings: MotionSettings, _ thresholds: MotionThresholds, _ shape: ClipShape) {
        self.settings = settings
        self.thresholds = thresholds
        self.shape = shape
    }

    func mark(_ displaced: DisplacedStates, _ maps: inout MotionMaps) {
        var isDisplaced = [Bool](repeating: false, count: shape.pixels)
        for (pixel, _) in displaced.pixels { isDisplaced[pixel] = true }
        var surroundings: [PixelColor] = []
        var distances: [Int] = []
        for (index, (pixel, _)) in displaced.pixels.enumerated() {
            maps.background.withScalars { background in
                collect(around: pixel, isDisplaced, background, into: &surroundings)
            }
            guard !surroundings.isEmpty else { continue }
            let states = displaced.states[displaced.range(index)]
            distances.removeAll(keepingCapacity: true)
            for state in states { distances.append(distance(state.color, surroundings)) }
            mark(states, distances, pixel: pixel, &maps)
        }
    }

    private func mark(
        _ states: ArraySlice<PixelState>, _ distances: [Int], pixel: Int, _ maps: inout MotionMaps
    ) {
        var nearest = 0
        for i in distances.indices where distances[i] < distances[nearest] { nearest = i }
        let ground = states[states.startIndex + nearest].color
        func isForeground(_ state: PixelState) -> Bool {
            state.color.difference(ground) > thresholds.displacement
                && !state.color.isShade(of: ground, spread: settings.shadeSpread)
        }
        guard states.contains(where: isForeground) else { return }
        let isGroundKnown = distances[nearest] <= thresholds.ground
        maps.bits.withMutableScalars { bits in
            for state in states {
                let channel: MotionChannel =
                    isForeground(state) ? .displacedForeground : .displacedGround
                guard isGroundKnown || channel == .displacedForeground else { continue }
                for t in state.frames { bits[t * shape.pixels + pixel] |= channel.mask }
            }
        }
    }

    private func collect(
        around pixel: Int, _ isDisplaced: [Bool], _ background: UnsafeBufferPointer<UInt8>,
        into colors: inout [PixelColor]
    ) {
        let (y, x) = (pixel / shape.width, pixel % shape.width)
        var radius = settings.surroundings
        while true {
            colors.removeAll(keepingCapacity: true)
            let step = (radius + Self.densest - 1) / Self.densest
            // A grid through the pixel itself, cut at the borders of the picture.
            let (up, down) = (min(radius, y) / step, min(radius, shape.height - 1 - y) / step)
            let (left, right) = (min(radius, x) / step, min(radius, shape.width - 1 - x) / step)
            for row in -up...down {
                for column in -left...right {
                    let other = pixel + (row * shape.width + column) * step
                    if !isDisplaced[other] {
                        colors.append(PixelColor(background.baseAddress! + other * 3))
                    }
                }
            }
            if colors.count >= Self.least || radius >= max(shape.height, shape.width) { return }
            radius *= 2
        }
    }

    private func distance(_ color: PixelColor, _ surroundings: [PixelColor]) -> Int {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            for other in surroundings { counts[color.difference(other)] += 1 }
            var (difference, passed) = (0, counts[0])
            while Int(passed) <= surroundings.count / 10 {
                difference += 1
                passed += counts[difference]
            }
            return difference
        }
    }
}
