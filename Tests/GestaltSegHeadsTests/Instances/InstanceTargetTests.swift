import GestaltSegHeads
import GestaltTensor
import Testing

@Suite struct InstanceTargetTests {
    /// Two pictures of 2 × 3 pixels.
    private let masks = Tensor<UInt8>(
        shape: [2, 2, 3], scalars: [0, 7, 7, 3, 255, 0, 0, 0, 0, 0, 0, 9])
    private let categories: [[UInt8: UInt8]] = [[3: 2, 7: 1, 9: 1], [9: 2]]

    @Test func instancesStandInTheOrderOfTheirIDs() {
        let targets = InstanceTargets(masks, categories: categories)
        #expect(targets.classes == [[2, 1], [2]])
        #expect(targets.membership.shape == [2, 2, 6])
        #expect(
            targets.membership.scalars == [
                0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
            ])
        #expect(targets.weights?.scalars == [1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1])
        #expect(targets.classMasks().scalars == [0, 1, 1, 2, 255, 0, 0, 0, 0, 0, 0, 2])
    }

    @Test func withoutIgnoredPixelsThereAreNoWeights() {
        let empty = InstanceTargets(.zeros([1, 2, 2]), categories: [[:]])
        #expect(empty.weights == nil && empty.classes == [[]])
        #expect(empty.membership.shape == [1, 0, 4])
        #expect(empty.classMasks().scalars == [0, 0, 0, 0])
    }

    @Test func anInstanceWithoutAClassStops() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            _ = InstanceTargets(.init(repeating: 4, shape: [1, 1, 1]), categories: [[3: 1]])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("id 4 of picture 0 has no class"), "\(text)")
    }

    @Test func pixelsBelongToTheMostConfidentProposal() {
        // Four pixels, four proposals: the second is a duplicate of the first, the last too weak.
        let masks = Tensor<Float>(
            shape: [2, 2, 4],
            scalars: [
                0.9, 0.9, 0.1, 0.9, 0.8, 0.7, 0.6, 0.9, 0.2, 0.2, 0.7, 0.9, 0.5, 0.1, 0.5, 0.9,
            ])
        let proposals = InstanceProposals(
            masks: masks, classes: [1, 1, 2, 2], scores: [0.9, 0.8, 0.7, 0.2])
        let map = SegmentedInstances(proposals, visibility: 0.5)
        #expect(map.ids.scalars == [1, 1, 2, 0])
        #expect(map.classes.scalars == [1, 1, 2, 0])
        #expect(map.instances.map(\.id) == [1, 2] && map.instances.map(\.category) == [1, 2])
        #expect(map.instances.map(\.pixelCount) == [2, 1])
        #expect(map.instances.map(\.score) == [0.9, 0.7])
        // Without the second's mask the first has one pixel more: those of a dropped instance go to
        // the others that cover them.
        let strong = InstanceProposals(
            masks: Tensor<Float>(shape: [1, 3, 2], scalars: [0.9, 0.9, 0.9, 0.6, 0.6, 0.9]),
            classes: [1, 1], scores: [0.9, 0.8])
        let merged = SegmentedInstances(strong, visibility: 0.5)
        #expect(merged.ids.scalars == [1, 1, 1] && merged.instances.map(\.pixelCount) == [3])
        #expect(SegmentedInstances(strong, visibility: 0.3).ids.scalars == [1, 1, 2])
        // At full visibility the third, half covered, is dropped as well.
        #expect(SegmentedInstances(proposals, visibility: 1).ids.scalars == [1, 1, 0, 0])
        #expect(SegmentedInstances(proposals, threshold: 0.95).instances.isEmpty)
        #expect(proposals.mask(2).scalars == [0, 1, 1, 0])
        let none = InstanceProposals(masks: .zeros([2, 2, 0]), classes: [], scores: [])
        #expect(SegmentedInstances(none.resized(height: 3, width: 5)).ids == .zeros([3, 5]))
    }

    @Test func proposalsHaveProbabilitiesOfClasses() {
        // Two instances of class 1 and one of class 2; the second pixel is of none.
        let proposals = InstanceProposals(
            masks: Tensor<Float>(shape: [1, 2, 3], scalars: [0.5, 0.5, 0.5, 0, 0, 0]),
            classes: [1, 1, 2], scores: [1, 0.5, 0.8])
        // None of class 1: (1 − 0.5)(1 − 0.25) = 0.375; of class 2: 0.6; of both: 0.225.
        let shares = [0.225, 0.775 * 0.625 / 1.025, 0.775 * 0.4 / 1.025].map(Float.init)
        let probabilities = proposals.classProbabilities(3)
        #expect(probabilities.shape == [1, 2, 3])
        for (value, expected) in zip(probabilities.scalars, shares + [1, 0, 0]) {
            #expect(abs(value - expected) < 1e-6, "\(probabilities.scalars)")
        }
    }
}
