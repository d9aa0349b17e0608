/// Quasi-static pushing of objects on a table: no momentum, since friction stops them at once.
///
/// Overlaps are resolved by moving bodies apart along the contact normal, each by its share of the
/// generalized inverse mass at the contact, turning included; repeated until the walls are kept.
/// Source: Müller et al., *Position Based Dynamics* (2006), with zero velocities.
struct PushPhysics: Sendable {
    struct Body: Sendable {
        let discs: [Disc]
        let height: Float
        let roll: Float
        let inverseMass: Float
        let inverseInertia: Float
        let reach: Float
        var position: SIMD2<Float>
        var angle: Float
        var drift = SIMD2<Float>.zero

        init(_ object: PushObject, position: SIMD2<Float>, angle: Float) {
            discs = object.discs
            height = object.height
            roll = object.roll
            self.position = position
            self.angle = angle
            var (area, spread, reach) = (Float(0), Float(0), Float(0))
            for disc in discs {
                let share = disc.radius * disc.radius
                let far = (disc.center * disc.center).sum()
                area += share
                spread += share * (far + share / 2)
                reach = max(reach, far.squareRoot() + disc.radius)
            }
            self.reach = reach
            // In units of a 5 cm wide disc, so that weights are near one.
            inverseMass = 0.0025 / area
            inverseInertia = 0.0025 / spread
        }

        func placed() -> [Disc] {
            let x = heading(angle)
            return discs.map { disc in
                let p = disc.center
                let turned = SIMD2(x.x * p.x - x.y * p.y, x.y * p.x + x.x * p.y)
                return Disc(center: position + turned, radius: disc.radius)
            }
        }

        func weight(_ arm: SIMD2<Float>, _ normal: SIMD2<Float>) -> Float {
            let turn = arm.x * normal.y - arm.y * normal.x
            return inverseMass + turn * turn * inverseInertia
        }

        mutating func shift(_ arm: SIMD2<Float>, along normal: SIMD2<Float>, by impulse: Float) {
            position += normal * (impulse * inverseMass)
            angle += (arm.x * normal.y - arm.y * normal.x) * impulse * inverseInertia
        }
    }

    var bodies: [Body]
    /// Half the inner size of the bin.
    let bin: SIMD2<Float>

    private static let sweeps = 6

    /// Moves the finger discs from `start` to `end` in small steps and pushes bodies out of the
    /// way.
    ///
    /// - Parameter probe: discs of the gripper about its tip, each with the minimum height of the
    ///   bodies that it touches.
    mutating func push(
        probe: [(disc: Disc, above: Float)], from start: SIMD2<Float>, to end: SIMD2<Float>
    ) {
        let before = bodies.map(\.position)
        for index in bodies.indices { bodies[index].position += bodies[index].drift }
        let distance = ((end - start) * (end - start)).sum().squareRoot()
        let steps = max(Int((distance / 0.006).rounded(.up)), 1)
        for step in 1...steps {
            let tip = start + (end - start) * (Float(step) / Float(steps))
            for _ in 0..<PushPhysics.sweeps {
                for index in bodies.indices {
                    for (disc, above) in probe where bodies[index].height > above {
                        touch(index, Disc(center: tip + disc.center, radius: disc.radius))
                    }
                }
                separate()
                for index in bodies.indices { keepInside(index) }
            }
        }
        for index in bodies.indices {
            bodies[index].drift = (bodies[index].position - before[index]) * bodies[index].roll
        }
    }

    /// Separates overlapping bodies without any motion.
    mutating func settle() {
        for _ in 0..<40 {
            separate()
            for index in bodies.indices { keepInside(index) }
        }
    }

    private mutating func touch(_ index: Int, _ finger: Disc) {
        let body = bodies[index]
        let gap = body.position - finger.center
        let far = body.reach + finger.radius
        guard (gap * gap).sum() < far * far else { return }
        for disc in bodies[index].placed() {
            guard let (normal, depth) = overlap(finger, disc) else { continue }
            let arm = disc.center - normal * disc.radius - bodies[index].position
            bodies[index].shift(
                arm, along: normal, by: depth / bodies[index].weight(arm, normal))
        }
    }

    private mutating func separate() {
        for first in bodies.indices {
            for second in bodies.indices where second > first {
                let gap = bodies[first].position - bodies[second].position
                let far = bodies[first].reach + bodies[second].reach
                if (gap * gap).sum() < far * far { separate(first, second) }
            }
        }
    }

    private mutating func separate(_ first: Int, _ second: Int) {
        for a in bodies[first].placed() {
            for b in bodies[second].placed() {
                guard let (normal, depth) = overlap(a, b) else { continue }
                let contact = (a.center + normal * a.radius + b.center - normal * b.radius) / 2
                let armA = contact - bodies[first].position
                let armB = contact - bodies[second].position
                let impulse =
                    0.5 * depth
                    / (bodies[first].weight(armA, normal) + bodies[second].weight(armB, normal))
                bodies[first].shift(armA, along: normal, by: -impulse)
                bodies[second].shift(armB, along: normal, by: impulse)
            }
        }
    }

    private mutating func keepInside(_ index: Int) {
        for disc in bodies[index].placed() {
            for axis in 0..<2 {
                let out = abs(disc.center[axis]) + disc.radius - bin[axis]
                guard out > 0 else { continue }
                var normal = SIMD2<Float>.zero
                normal[axis] = disc.center[axis] > 0 ? -1 : 1
                let arm = disc.center - normal * disc.radius - bodies[index].position
                bodies[index].shift(
                    arm, along: normal, by: out / bodies[index].weight(arm, normal))
            }
        }
    }

    /// Returns the direction from `a` to `b` and the depth of their overlap.
    private func overlap(_ a: Disc, _ b: Disc) -> (normal: SIMD2<Float>, depth: Float)? {
        let gap = b.center - a.center
        let squared = (gap * gap).sum()
        let touch = a.radius + b.radius
        guard squared < touch * touch, squared > 1e-12 else { return nil }
        let distance = squared.squareRoot()
        return (gap / distance, touch - distance)
    }
}
