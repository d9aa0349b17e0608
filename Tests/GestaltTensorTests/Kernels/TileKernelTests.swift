import CKernels
import GestaltTensor
import TestSupport
import Testing

/// A product of tiles and how its factors stand in memory.
private struct Form: Sendable, CustomTestStringConvertible {
    let rows, columns, terms: Int
    var limit = Int.max
    var testDescription: String { "\(rows) × \(columns) × \(terms), limit \(limit)" }

    /// Sizes around those of blocks (6 or 14 rows, panels of 4 to 32 columns).
    static let all = [
        Form(rows: 1, columns: 1, terms: 1), Form(rows: 5, columns: 3, terms: 7),
        Form(rows: 6, columns: 16, terms: 9), Form(rows: 7, columns: 17, terms: 4),
        Form(rows: 29, columns: 45, terms: 33), Form(rows: 14, columns: 64, terms: 0),
        Form(rows: 30, columns: 30, terms: 30, limit: 1),
        Form(rows: 30, columns: 41, terms: 35, limit: -4),
        Form(rows: 17, columns: 50, terms: 40, limit: 9),
    ]
}

@Suite struct TileKernelTests {
    @Test(arguments: Form.all)
    private func productsOfPackedTiles(_ form: Form) {
        for set in possibleSets {
            for isTransposed in [false, true] {
                check(form, Float.self, set, isTransposed)
                check(form, Double.self, set, isTransposed)
            }
        }
    }

    /// Both ways of packing, both of reading the left factor, adding or not, and every band.
    private func check<Scalar: FloatingScalar>(
        _ form: Form, _ type: Scalar.Type, _ set: Runtime.InstructionSet, _ isTransposed: Bool
    ) {
        let (m, n, k) = (form.rows, form.columns, form.terms)
        let left = Tensor<Scalar>.sample(isTransposed ? [k, m + 3] : [m, k + 3], seed: 1)
        let right = Tensor<Scalar>.sample(isTransposed ? [n, k + 2] : [k, n + 2], seed: 2)
        let panels = packed(right, form, set, isTransposed)
        for band in [gk_band_none, gk_band_result, gk_band_left, gk_band_left_transposed] {
            /// Whether row i of a tile of scores sees column j.
            func sees(_ i: Int, _ j: Int) -> Bool { form.limit == Int.max || j < form.limit + i }
            func term(_ i: Int, _ t: Int) -> Double {
                if band == gk_band_left, !sees(i, t) { return 0 }
                if band == gk_band_left_transposed, !sees(t, i) { return 0 }
                return Double(left.at(isTransposed ? [t, i] : [i, t]))
            }
            var a = left
            a.withMutableScalars { a in
                for i in 0..<m {
                    for t in 0..<k {
                        a[isTransposed ? t * (m + 3) + i : i * (k + 3) + t] = Scalar(term(i, t))
                    }
                }
            }
            let start = Tensor<Scalar>.sample([m, n + 5], seed: 3)
            for adds in [false, true] {
                let found = multiplied(form, a, panels, start, set, isTransposed, adds, band)
                let expected = Tensor<Scalar>.built([m, n + 5]) { place in
                    let (i, j) = (place[0], place[1])
                    let before = start.at(place)
                    if j >= n { return before }
                    if band == gk_band_result, !sees(i, j) { return found.at(place) }
                    let sum = (0..<k).reduce(adds ? Double(before) : 0) {
                        $0 + term(i, $1) * Double(right.at(isTransposed ? [j, $1] : [$1, j]))
                    }
                    return Scalar(sum)
                }
                let bound = sumTolerance(type, length: k, magnitude: 4)
                let problem = difference(found, expected, within: bound)
                #expect(problem == nil, "\(set), \(band), transposed \(isTransposed), adds \(adds)")
            }
        }
    }

    private func packed<Scalar: FloatingScalar>(
        _ right: Tensor<Scalar>, _ form: Form, _ set: Runtime.InstructionSet, _ isTransposed: Bool
    ) -> Tensor<Scalar> {
        let width = gk_panel_width(Scalar.variant(set))
        let step = max(form.terms, 1) * width
        return Tensor(uninitialized: [(form.columns + width - 1) / width, step]) {
            gk_pack_panels(
                Scalar.variant(set), form.terms, form.columns, right.pointer,
                isTransposed ? 1 : form.columns + 2, isTransposed ? form.terms + 2 : 1, step,
                $0.baseAddress!)
        }
    }

    private func multiplied<Scalar: FloatingScalar>(
        _ form: Form, _ a: Tensor<Scalar>, _ panels: Tensor<Scalar>, _ start: Tensor<Scalar>,
        _ set: Runtime.InstructionSet, _ isTransposed: Bool, _ adds: Bool, _ band: gk_band
    ) -> Tensor<Scalar> {
        var product = gk_tile_product(
            rows: form.rows, columns: form.columns, terms: form.terms,
            a_row: isTransposed ? 1 : form.terms + 3, a_term: isTransposed ? form.rows + 3 : 1,
            b_row: gk_panel_width(Scalar.variant(set)), panel_step: panels.shape[1],
            c_row: form.columns + 5, adds: adds ? 1 : 0, pads: 0, streams: 0, band: band,
            limit: form.limit)
        var result = start
        result.withMutableScalars {
            gk_multiply_tile(
                Scalar.variant(set), &product, a.pointer, panels.pointer, $0.baseAddress!)
        }
        return result
    }
}
