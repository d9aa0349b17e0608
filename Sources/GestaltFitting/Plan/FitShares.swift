import GestaltData

/// The division of a fit's steps, by the number of labels.
///
/// With few labels pre-training is worth most, and a narrow network that sees many steps of it
/// suffices. With more of them the labels teach more than motion does in the same time, and a
/// student on all frames more than both: teacher and student come first, the network is as wide as
/// their steps allow, and the encoder has what they leave.
struct FitShares {
    /// Of all steps, those of the teacher and those of the student.
    let teacher: Double
    let student: Double
    /// Of all steps, those of a teacher without a student.
    let onlyTeacher: Double
    /// The steps of the teacher beyond which more change little.
    let mostTeacher: Int
    /// The fewest steps of pre-training that are worth their time.
    let leastEncoder: Double
    /// The fewest steps of all with which there is a student.
    static let leastWithStudent = 150.0
    /// The numbers of steps to aim for in the choice of the network, the best first.
    let aims: [Double]
    let augmentation: Augmentation

    /// - Parameter labels: the number of labeled frames to learn from.
    init(labels: Int) {
        guard labels >= Self.severalLabels else {
            (teacher, student, onlyTeacher) = (0.25, 0.2, 0.4)
            mostTeacher = FitPlan.mostSteps.teacher
            leastEncoder = 0
            aims = [1200, 600, 300]
            augmentation = .strong
            return
        }
        (teacher, student, onlyTeacher) = (0.65, 0.25, 0.95)
        mostTeacher =
            labels > Self.manyLabels
            ? FitPlan.mostSteps.teacherOfMany : FitPlan.mostSteps.teacher
        leastEncoder = 300
        aims = [650, 450, 300]
        augmentation = .standard
    }

    /// The number of labeled frames that are no longer few, chosen on films of robot-push: at 20
    /// and at 80 labels ten minutes of one thread went further without pre-training.
    private static let severalLabels = 15
    /// The number of labeled frames that allow a longer training.
    private static let manyLabels = 300
}
