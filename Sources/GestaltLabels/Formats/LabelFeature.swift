/// Something that labels may have and some formats have no place for.
///
/// A writer names the features that its format holds; the others are reported where labels have
/// them, so that nothing is lost silently.
package enum LabelFeature: String, CaseIterable, Sendable {
    case categoryNumbers, colors, supercategories, ignoredCategories, unusedCategories
    case pictureNumbers, annotationNumbers, instances, crowds, scores

    /// The number of places in `labels` that have this feature.
    func count(in labels: LabelSet) -> Int {
        switch self {
        case .categoryNumbers: labels.categories.count { $0.number != nil }
        case .colors: labels.categories.count { $0.color != nil }
        case .supercategories: labels.categories.count { $0.supercategory != nil }
        case .ignoredCategories: labels.categories.count(where: \.isIgnored)
        case .unusedCategories:
            labels.categories.count
                - Set(labels.pictures.flatMap { $0.objects.map(\.category) }).count
        case .pictureNumbers: labels.pictures.count { $0.number != nil }
        case .annotationNumbers: Self.objects(of: labels) { $0.number != nil }
        case .instances: Self.objects(of: labels) { $0.instance != nil }
        case .crowds: Self.objects(of: labels, where: \.isCrowd)
        case .scores: Self.objects(of: labels) { $0.score != nil }
        }
    }

    private static func objects(
        of labels: LabelSet, where isCounted: (LabeledObject) -> Bool
    ) -> Int {
        labels.pictures.reduce(0) { $0 + $1.objects.count(where: isCounted) }
    }

    /// The plural in messages.
    private var noun: String {
        switch self {
        case .categoryNumbers: "numbers of categories"
        case .colors: "colors of categories"
        case .supercategories: "groups of categories"
        case .ignoredCategories: "categories that mark ignored pixels"
        case .unusedCategories: "categories without objects"
        case .pictureNumbers: "numbers of pictures"
        case .annotationNumbers: "numbers of annotations"
        case .instances: "instance numbers of objects"
        case .crowds: "crowds"
        case .scores: "scores"
        }
    }

    /// Returns a problem for each feature that `labels` have and the format does not hold.
    package static func losses(
        of labels: LabelSet, path: String, holding held: Set<LabelFeature>
    ) -> [LabelProblem] {
        allCases.compactMap { feature in
            guard !held.contains(feature) else { return nil }
            let count = feature.count(in: labels)
            guard count > 0 else { return nil }
            return LabelProblem(
                .ignored, path: path, place: "",
                "the format has no place for \(feature.noun): \(count) of them are not written")
        }
    }
}
