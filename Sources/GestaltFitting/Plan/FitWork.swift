import GestaltData

/// The work of a fit in seconds and bytes, and its division into trainings.
struct FitWork {
    let plan: FitPlan
    let cost: NetworkCost
    /// The cost of the network with the head that is trained last.
    let headCost: NetworkCost
    /// The number of labeled frames to learn from.
    let labels: Int
    /// The number of frames to learn from, labeled or not.
    let frames: Int
    /// The number of labeled frames that are scored.
    let scored: Int
    let memory: Int?

    private var pixels: Double { Double(plan.size.height * plan.size.width) }
    /// Seconds of a step.
    private var step: Double {
        pixels * Double(plan.batch) * cost.trainingSeconds * FitPlan.stepOverhead
    }
    /// Seconds of a step of an instance head with its encoder.
    private var headStep: Double {
        pixels * Double(plan.batch) * headCost.trainingSeconds * FitPlan.stepOverhead
    }
    /// Seconds of a pseudo-label: the frame, its mirror image, and averages over time.
    private var pseudoLabel: Double { pixels * (2 * cost.inferenceSeconds + Self.trackSeconds) }
    /// Seconds for each pixel of averages over frames of equal color.
    private static let trackSeconds = 4e-8
    /// Seconds for each pixel of reading a frame and of the targets of motion.
    private static let readingSeconds = 4e-8

    /// Divides the time.
    func divide(_ seconds: Double, hasEncoder: Bool, into plan: inout FitPlan) {
        plan.encoderFrames = within(frames, bytes: bytesOfFrame, share: 0.25)
        let spare =
            plan.queries == nil
            ? divideMasks(seconds, hasEncoder: hasEncoder, into: &plan)
            : divideInstances(seconds, hasEncoder: hasEncoder, into: &plan)
        let reading = Double(frames) * pixels * Self.readingSeconds
        plan.otherSeconds =
            3 * reading + 4 * Double(scored) * pixels * headCost.inferenceSeconds + 5
        plan.memory = bytes(of: plan)
        if let memory, plan.memory > memory {
            plan.remarks.append(
                "this may take more than the \(memory >> 20) MiB of memory that are available")
        }
        if spare > 0.3 * seconds {
            plan.remarks.append("more steps than these change little: not all of the time is used")
        }
    }

    /// Divides the time into pre-training and an instance head on the labeled frames.
    /// - Returns: the seconds that are left.
    private func divideInstances(
        _ seconds: Double, hasEncoder: Bool, into plan: inout FitPlan
    ) -> Double {
        plan.studentFrames = min(labels, frames)
        let share = hasEncoder ? 1 : 0.6
        let head = clamped(seconds * share / headStep, FitPlan.mostSteps.instances)
        let left = seconds - Double(head) * headStep
        let encoder = hasEncoder ? 0 : clamped(left / step, FitPlan.mostSteps.encoder)
        if encoder > 0 { add("encoder", encoder, 1, Double(encoder) * step, &plan) }
        add("instances", head, 1, Double(head) * headStep, &plan)
        return left - Double(encoder) * step
    }

    /// Divides the time into pre-training, a teacher and a student.
    /// - Returns: the seconds that are left.
    private func divideMasks(
        _ seconds: Double, hasEncoder: Bool, into plan: inout FitPlan
    ) -> Double {
        // As many frames as a fifth of the student's time labels, and as memory holds.
        plan.studentFrames = max(
            min(labels, frames),
            min(
                within(frames, bytes: bytesOfFrame, share: 0.25),
                Int(0.1 * seconds / pseudoLabel)))
        let labeling = Double(plan.studentFrames) * pseudoLabel
        let steps = self.steps(in: seconds, labeling: labeling, hasEncoder: hasEncoder)
        let studentSeconds = Double(steps.student) * step + labeling
        var spare = seconds - Double(steps.encoder + steps.teacher) * step
        if steps.encoder > 0 {
            add("encoder", steps.encoder, 1, Double(steps.encoder) * step, &plan)
        }
        add("teacher", steps.teacher, 1, Double(steps.teacher) * step, &plan)
        if steps.student > 0 {
            let rounds = spare > 2 * studentSeconds ? 2 : 1
            spare -= Double(rounds) * studentSeconds
            add("student", steps.student, rounds, Double(rounds) * studentSeconds, &plan)
        } else {
            plan.remarks.append("no student: \(reasonAgainstStudent)")
        }
        return spare
    }

    /// Returns the steps of each training; no student and no pre-training have none.
    private func steps(
        in seconds: Double, labeling: Double, hasEncoder: Bool
    ) -> (encoder: Int, teacher: Int, student: Int) {
        let (shares, all) = (FitShares(labels: labels), seconds / step)
        let hasStudent = frames - labels >= plan.batch && all >= FitShares.leastWithStudent
        let teacher = clamped(
            all * (hasStudent ? shares.teacher : shares.onlyTeacher), shares.mostTeacher)
        let student =
            hasStudent ? clamped(all * shares.student, FitPlan.mostSteps.student) : 0
        let rest = all - Double(teacher + student) - (hasStudent ? labeling / step : 0)
        guard !hasEncoder else { return (0, teacher, student) }
        guard rest >= shares.leastEncoder else {
            // Too few for pre-training: the student's.
            let more = hasStudent ? clamped(Double(student) + rest, FitPlan.mostSteps.student) : 0
            return (0, teacher, more)
        }
        return (clamped(rest, FitPlan.mostSteps.encoder), teacher, student)
    }

    private var reasonAgainstStudent: String {
        frames - labels < plan.batch
            ? "there are hardly any unlabeled frames" : "the time is too short for one"
    }

    private func add(
        _ name: String, _ steps: Int, _ rounds: Int, _ seconds: Double, _ plan: inout FitPlan
    ) {
        plan.stages.append(
            FitPlan.Stage(name: name, steps: steps, rounds: rounds, seconds: seconds))
    }

    private func clamped(_ steps: Double, _ most: Int) -> Int {
        Int(min(max(steps, 2), Double(most)))
    }

    /// Bytes of a frame with its mask and its targets of motion, or its pseudo-label.
    private var bytesOfFrame: Double { pixels * Double(3 + 1 + max(2, plan.classes)) }

    private func within(_ frames: Int, bytes: Double, share: Double) -> Int {
        min(frames, Int(share * Double(memory ?? 4 << 30) / bytes))
    }

    private func bytes(of plan: FitPlan) -> Int {
        let held = Double(max(plan.encoderFrames, plan.studentFrames)) * bytesOfFrame
        let training =
            pixels * Double(plan.batch) * max(cost.trainingBytes, headCost.trainingBytes)
        return FitPlan.programBytes + max(cost.fixedBytes, headCost.fixedBytes)
            + Int(held + training)
    }
}
