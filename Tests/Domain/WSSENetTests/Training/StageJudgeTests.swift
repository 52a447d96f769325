import Testing

@testable import WSSENet

@Suite("Which epoch's weights are kept")
struct StageJudgeTests {
    /// The epochs that were best when they came, and after which one the stage ended.
    private func judged(_ losses: [Float?], patience: Int, epochs: Int) -> (
        best: [Int], end: Int?, judge: StageJudge
    ) {
        var judge = StageJudge(epochs: epochs, patience: patience)
        var (best, end): ([Int], Int?) = ([], nil)
        for (index, loss) in losses.enumerated() where end == nil {
            if judge.judge(epoch: index + 1, testLoss: loss) { best.append(index + 1) }
            if judge.isFinished { end = index + 1 }
        }
        return (best, end, judge)
    }

    @Test("the lowest of the second half, and none of the first")
    func secondHalf() {
        let (best, end, judge) = judged([1, 0.1, 0.2, 5, 3, 4, 2, 2], patience: 9, epochs: 8)
        #expect(best == [5, 7] && end == nil)
        #expect(judge.bestEpoch == 7 && judge.bestTestLoss == 2)
    }

    @Test("the stage ends when nothing better came for so many epochs, counted from the middle")
    func patience() {
        #expect(judged([9, 9, 9, 9, 3, 4, 5, 2], patience: 2, epochs: 8).end == 7)
        #expect(judged([9, 9, 9, 9, 3, 2, 5, 4], patience: 2, epochs: 8).end == 8)
        #expect(judged([9, 9, 9, 9, .infinity, .nan, 5, 2], patience: 2, epochs: 8).end == 6)
        #expect(judged([1, 2, 3, 4], patience: 1, epochs: 8).end == nil)
    }

    @Test("without a test side none, to the end")
    func noTest() {
        let (best, end, judge) = judged([nil, nil, nil, nil], patience: 1, epochs: 4)
        #expect(best.isEmpty && end == nil && judge.bestEpoch == 0)
    }
}
