import TestKit
import Testing

@testable import ImageCodecs

@Suite("Stored pixels")
struct StoredPixelsTests {
    @Test(
        "masks and sign-extends the stored bits",
        arguments: [
            (12, 11, false, 0xF123, 0x123), (12, 11, true, 0x0FFF, -1), (12, 11, true, 0xA7FF, 0x7FF),
            (12, 15, false, 0x1230, 0x123), (16, 15, true, 0x8000, -32_768), (16, 15, false, 0xFFFF, 65_535),
            (8, 7, false, 0x00FF, 255), (8, 7, true, 0x0080, -128), (1, 0, false, 0xFFFE, 0),
        ]
    )
    func readsCells(bits: Int, highBit: Int, isSigned: Bool, cell: Int, number: Int) throws {
        let form = try #require(StoredForm(bitsStored: bits, highBit: highBit, isSigned: isSigned))
        #expect(form.stored(UInt16(cell)) == Int32(number))
        #expect(form.range.contains(Int32(number)))
    }

    @Test("refuses bits which do not fit a cell")
    func refusesBits() {
        #expect(StoredForm(bitsStored: 0, highBit: 0, isSigned: false) == nil)
        #expect(StoredForm(bitsStored: 17, highBit: 16, isSigned: false) == nil)
        #expect(StoredForm(bitsStored: 12, highBit: 10, isSigned: false) == nil)
        #expect(StoredForm(bitsStored: 12, highBit: 16, isSigned: false) == nil)
    }

    @Test("recognizes padding whichever sign its writer gave it")
    func paddingSigns() throws {
        let signed = try #require(StoredForm(bitsStored: 16, highBit: 15, isSigned: true))
        let rule = PaddingRule(word: 63_536, limitWord: nil, form: signed)
        #expect(rule.number == -2_000)
        #expect(rule.covers(cell: 63_536, stored: -2_000))
        #expect(!rule.covers(cell: 0, stored: 0))

        let narrow = try #require(StoredForm(bitsStored: 12, highBit: 11, isSigned: true))
        let inTwelveBits = PaddingRule(word: 0x0830, limitWord: nil, form: narrow)
        #expect(inTwelveBits.number == -2_000)
        #expect(inTwelveBits.covers(cell: 0xF830, stored: -2_000))

        // 63536 is no number of 12 unsigned bits: its low bits must not take a tissue's number for padding.
        let unsigned = try #require(StoredForm(bitsStored: 12, highBit: 11, isSigned: false))
        let outside = PaddingRule(word: 63_536, limitWord: nil, form: unsigned)
        #expect(outside.number == nil)
        #expect(!outside.covers(cell: 2_096, stored: 2_096))
        #expect(outside.covers(cell: 63_536, stored: 2_096))
    }

    @Test("a padding range includes both its ends, in either order")
    func paddingRange() throws {
        let form = try #require(StoredForm(bitsStored: 16, highBit: 15, isSigned: true))
        let words = [-3_000, -2_000].map { UInt16(bitPattern: $0) }
        for (first, second) in [(words[0], words[1]), (words[1], words[0])] {
            let rule = PaddingRule(word: first, limitWord: second, form: form)
            #expect(
                [-3_001, -3_000, -2_500, -2_000, -1_999].map { rule.covers(cell: 0, stored: $0) }
                    == [false, true, true, true, false]
            )
        }
    }

    @Test("rounds half away from zero and ends at the limits of Int16")
    func rounding() throws {
        let form = try #require(StoredForm(bitsStored: 16, highBit: 15, isSigned: false))
        let scale = HounsfieldScale(form: form, slope: 0.5, intercept: -1_024, padding: nil, isLossy: false)
        #expect(scale.hounsfield(1) == -1_024)  // -1023.5
        #expect(scale.hounsfield(2_049) == 1)  // 0.5
        let steep = HounsfieldScale(form: form, slope: 10, intercept: 0, padding: nil, isLossy: false)
        #expect(steep.hounsfield(65_535) == .max)
        let down = HounsfieldScale(form: form, slope: -10, intercept: 0, padding: nil, isLossy: false)
        #expect(down.hounsfield(65_535) == .min)
    }

    @Test("whole numbers are scaled as the table of all cells has it, whatever the form and the padding")
    func wholeScale() throws {
        var random = SplitMix64(seed: 16)
        let cells = (0..<70_000).map { _ in UInt16.random(in: 0 ... .max, using: &random) }
        for round in 0..<60 {
            let bits = Int.random(in: 1...16, using: &random)
            let high = Int.random(in: bits - 1...15, using: &random)
            let form = try #require(
                StoredForm(bitsStored: bits, highBit: high, isSigned: Bool.random(using: &random))
            )
            let rule = PaddingRule(
                word: UInt16.random(in: 0 ... .max, using: &random),
                limitWord: round % 3 == 0 ? UInt16.random(in: 0 ... .max, using: &random) : nil,
                form: form
            )
            let scale = HounsfieldScale(
                form: form,
                slope: [1, 1, -1, 3, 16_384][round % 5],
                intercept: [-1_024, 0, 1_000_000][round % 3],
                padding: round % 4 == 0 ? nil : rule,
                isLossy: round % 2 == 0
            )
            for isInverted in [false, true] {
                let whole = try #require(WholeScale(scale, isInverted: isInverted)).convert(cells)
                let table = CellTable(scale, isInverted: isInverted).look(up: cells)
                #expect(whole.values == table.values && whole.paddingCount == table.paddingCount)
            }
        }
        let form = try #require(StoredForm(bitsStored: 12, highBit: 11, isSigned: false))
        for (slope, intercept) in [(0.5, 0.0), (1.0, 0.5), (32_768.0, 0.0)] {
            let scale = HounsfieldScale(
                form: form,
                slope: slope,
                intercept: intercept,
                padding: nil,
                isLossy: false
            )
            #expect(WholeScale(scale, isInverted: false) == nil)
        }
    }

    @Test("padding smeared by lossy compression is padding, air beside it is not")
    func smearedPadding() throws {
        let form = try #require(StoredForm(bitsStored: 16, highBit: 15, isSigned: true))
        let rule = PaddingRule(word: UInt16(bitPattern: -2_000), limitWord: nil, form: form)
        let stored: [Int16] = [-2_000, -1_990, -1_700, 20, 1_064]
        let cells = stored.map { UInt16(bitPattern: $0) }
        let lossy = HounsfieldScale(form: form, slope: 1, intercept: -1_024, padding: rule, isLossy: true)
        #expect(lossy.convert(cells, isInverted: false).values == [-1_024, -1_024, -1_024, -1_004, 40])
        #expect(lossy.convert(cells, isInverted: false).paddingCount == 3)
        let exact = HounsfieldScale(form: form, slope: 1, intercept: -1_024, padding: rule, isLossy: false)
        #expect(exact.convert(cells, isInverted: false).values == [-1_024, -3_014, -2_724, -1_004, 40])
    }
}
