import GestaltTensor
import Testing

@Suite struct PrintingTests {
    @Test func smallTensors() {
        #expect("\(Tensor<Float>(2.5))" == "Tensor<float32> [] 2.5")
        #expect("\(Tensor<Int32>([1, -20, 3]))" == "Tensor<int32> [3]\n[  1, -20,   3]")
        #expect("\(Tensor<Bool>([true, false]))" == "Tensor<bool> [2]\n[ true, false]")
        #expect("\(Tensor<Float>.zeros([0, 3]))" == "Tensor<float32> [0, 3]\n[]")
        let x = Tensor<Float>(shape: [2, 3], scalars: [1.5, -2, 0.25, 0, 4, 10])
        #expect(
            "\(x)" == """
                Tensor<float32> [2, 3]
                [[ 1.5 , -2   ,  0.25],
                 [ 0   ,  4   , 10   ]]
                """)
    }

    @Test func magnitudes() {
        #expect("\(Tensor<Double>([1e-9, 2]))" == "Tensor<float64> [2]\n[1.0000e-09, 2.0000e+00]")
        #expect("\(Tensor<Double>([0, 1e-9]))" == "Tensor<float64> [2]\n[         0, 1.0000e-09]")
        #expect("\(Tensor<Float>([.nan, .infinity, -1]))" == "Tensor<float32> [3]\n[nan, inf,  -1]")
        #expect("\(Tensor<Float>([0.12345, 100]))" == "Tensor<float32> [2]\n[  0.1235, 100     ]")
        #expect("\(Tensor<Float>([99999.5e1]))" == "Tensor<float32> [1]\n[999995]")
    }

    @Test func longAxesAreCut() {
        let x = Tensor<Int32>.range(0..<2000).reshaped([1000, 2])
        let lines = "\(x)".split(separator: "\n")
        #expect(lines.count == 8 && lines[4] == " …," && lines[7] == " [1998, 1999]]")
        #expect(
            "\(Tensor<Int32>.range(0..<1001))".hasSuffix("[   0,    1,    2, …,  998,  999, 1000]"))
    }

    @Test func viewsAndBlocks() {
        let x = Tensor<Int32>.range(0..<8).reshaped([2, 2, 2]).transposed()
        #expect(
            "\(x)" == """
                Tensor<int32> [2, 2, 2]
                [[[0, 2],
                  [1, 3]],

                 [[4, 6],
                  [5, 7]]]
                """)
    }
}
