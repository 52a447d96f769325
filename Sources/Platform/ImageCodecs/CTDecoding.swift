private import Foundation

/// Decodes one axial CT slice of DICOM.
///
/// The order of the checks decides which reason is given when several hold: not CT, color, localizer, several
/// frames, not axial, too large, and only then whatever the pixels have.
func decodeCTSlice(_ bytes: [UInt8]) throws(DecodingRefusal) -> DecodedObject {
    var reader = try DICOMReader(parsing: bytes)
    var warnings: [DecodingWarning] = []
    let storageClass = reader.text(.sopClassUID)
    reader.looksIntoSequences = storageClass.map(CTStorageClass.keepsAttributesInSequences) ?? false

    try requireCT(reader, storageClass: storageClass, warnings: &warnings)
    let imageType = reader.texts(.imageType)
    try requireSlice(reader, imageType: imageType)
    let directions = try requireAxial(reader, warnings: &warnings)
    let (rows, columns) = try size(reader)

    let cells = try reader.cells(count: rows * columns)
    let transferSyntax = reader.transferSyntax
    let isLossy = reader.text(.lossyImageCompression) == "01" || TransferSyntax.isLossy(transferSyntax)
    let scale = try hounsfieldScale(reader, isLossy: isLossy, warnings: &warnings)
    let isInverted =
        reader.text(.photometricInterpretation) == "MONOCHROME1"
        && scale.runsBackward(cells, rows: rows, columns: columns)
    if isInverted { warnings.append(.inverted) }
    let (values, paddingCount) = scale.convert(cells, isInverted: isInverted)

    return DecodedObject(
        rows: rows,
        columns: columns,
        scale: .hounsfield,
        values: values,
        spacing: spacing(reader, warnings: &warnings),
        facts: facts(reader, imageType: imageType, directions: directions, warnings: &warnings),
        identity: ObjectIdentity(
            patientID: reader.text(.patientID),
            studyUID: reader.text(.studyInstanceUID),
            seriesUID: reader.text(.seriesInstanceUID),
            sopUID: reader.text(.sopInstanceUID)
        ),
        transferSyntax: transferSyntax,
        isLossy: isLossy,
        paddingCount: paddingCount,
        warnings: warnings
    )
}

// MARK: What is refused

private func requireCT(
    _ reader: borrowing DICOMReader,
    storageClass: String?,
    warnings: inout [DecodingWarning]
) throws(DecodingRefusal) {
    let modality = reader.text(.modality)
    switch (storageClass.map(CTStorageClass.contains), modality.map { $0 == "CT" }) {
    case (true?, true?): return
    case (true?, nil), (nil, true?): warnings.append(.modalityAssumed)
    case (false?, _): throw DecodingRefusal(.notCT, "SOP class")
    case (_, false?): throw DecodingRefusal(.notCT, "modality")
    case (nil, nil): throw DecodingRefusal(.notCT, "neither SOP class nor modality")
    }
    guard reader.has(.pixelData) else { throw DecodingRefusal(.damaged, "no pixel data") }
}

private func requireSlice(_ reader: borrowing DICOMReader, imageType: [String]) throws(DecodingRefusal) {
    let photometric = reader.text(.photometricInterpretation) ?? "MONOCHROME2"
    guard reader.integer(.samplesPerPixel) ?? 1 == 1, photometric.hasPrefix("MONOCHROME") else {
        throw DecodingRefusal(.color, "photometric interpretation")
    }
    guard imageType.allSatisfy({ !["LOCALIZER", "SCOUT", "TOPOGRAM"].contains($0.uppercased()) }) else {
        throw DecodingRefusal(.localizer, "image type")
    }
    guard reader.integer(.numberOfFrames) ?? 1 <= 1 else {
        throw DecodingRefusal(.multiFrame, "number of frames")
    }
    // Multi-energy objects are CT images too, but their numbers are densities, shares or atomic numbers.
    let otherScales: Set = ["OD", "MGML", "Z_EFF", "ED", "EDW", "PCT"]
    if let type = reader.text(.rescaleType), otherScales.contains(type) {
        throw DecodingRefusal(.unsupported, "rescale type other than Hounsfield units")
    }
}

/// cos 30°, as `DecodingLimits.axialTiltDegreesMaximum` says.
private let cosineOfTiltMaximum = cos(DecodingLimits.axialTiltDegreesMaximum * .pi / 180)

private func requireAxial(
    _ reader: borrowing DICOMReader,
    warnings: inout [DecodingWarning]
) throws(DecodingRefusal) -> SliceDirections? {
    guard let cosines = reader.numbers(.imageOrientation, count: 6) else {
        warnings.append(.orientationMissing)
        return nil
    }
    let row = SIMD3(cosines[0], cosines[1], cosines[2])
    let column = SIMD3(cosines[3], cosines[4], cosines[5])
    let lengths = ((row * row).sum().squareRoot(), (column * column).sum().squareRoot())
    // Directions are written with few digits, hence the tolerance.
    guard abs(lengths.0 - 1) < 0.05, abs(lengths.1 - 1) < 0.05, abs((row * column).sum()) < 0.05 else {
        warnings.append(.orientationMissing)
        return nil
    }
    let (unitRow, unitColumn) = (row / lengths.0, column / lengths.1)
    // The third component of the cross product is the cosine between the slice's normal and the body's axis.
    // Its sign does not count: a slice seen from above is axial too.
    let cosine = abs(unitRow.x * unitColumn.y - unitRow.y * unitColumn.x)
    guard cosine >= cosineOfTiltMaximum else { throw DecodingRefusal(.notAxial, "image orientation") }
    return SliceDirections(row: unitRow, column: unitColumn)
}

private func size(_ reader: borrowing DICOMReader) throws(DecodingRefusal) -> (rows: Int, columns: Int) {
    guard let rows = reader.integer(.rows), let columns = reader.integer(.columns), rows > 0, columns > 0
    else {
        throw DecodingRefusal(.damaged, "rows and columns")
    }
    guard max(rows, columns) <= DecodingLimits.sideMaximum else {
        throw DecodingRefusal(.tooLarge, "rows and columns")
    }
    return (Int(rows), Int(columns))
}

// MARK: What is read

/// Reads how pixels are stored. After decoding: a JPEG decoder may have changed the bits.
private func hounsfieldScale(
    _ reader: borrowing DICOMReader,
    isLossy: Bool,
    warnings: inout [DecodingWarning]
) throws(DecodingRefusal) -> HounsfieldScale {
    let allocated = Int(reader.integer(.bitsAllocated) ?? 16)
    let stored = Int(reader.integer(.bitsStored) ?? Int32(allocated))
    let high = Int(reader.integer(.highBit) ?? Int32(stored - 1))
    let isSigned = reader.word(.pixelRepresentation) == 1
    guard stored <= allocated, let form = StoredForm(bitsStored: stored, highBit: high, isSigned: isSigned)
    else {
        throw DecodingRefusal(.damaged, "bits stored and high bit")
    }
    let slope = reader.number(.rescaleSlope)
    let intercept = reader.number(.rescaleIntercept)
    if slope == nil || intercept == nil {
        guard !reader.has(.modalityLUTSequence) else {
            throw DecodingRefusal(.unsupported, "modality lookup table")
        }
        warnings.append(.rescaleDefaulted)
    }
    guard slope != 0 else { throw DecodingRefusal(.damaged, "rescale slope of zero") }
    let padding = reader.word(.pixelPaddingValue).map { word in
        PaddingRule(word: word, limitWord: reader.word(.pixelPaddingRangeLimit), form: form)
    }
    let scale = HounsfieldScale(
        form: form,
        slope: slope ?? 1,
        intercept: intercept ?? 0,
        padding: padding,
        isLossy: isLossy
    )
    if let number = padding?.number, scale.hounsfield(number) > -900 {
        warnings.append(.paddingAboveAir)
    }
    return scale
}

private func spacing(
    _ reader: borrowing DICOMReader,
    warnings: inout [DecodingWarning]
) -> PixelDistances? {
    guard let pair = reader.numbers(.pixelSpacing, count: 2), pair[0] > 0, pair[1] > 0 else {
        warnings.append(.spacingMissing)
        return nil
    }
    return PixelDistances(rowMillimeters: pair[0], columnMillimeters: pair[1])
}

private func facts(
    _ reader: borrowing DICOMReader,
    imageType: [String],
    directions: SliceDirections?,
    warnings: inout [DecodingWarning]
) -> ImageFacts {
    var facts = ImageFacts()
    facts.kernel = reader.text(.convolutionKernel)
    facts.thicknessMillimeters = reader.number(.sliceThickness).flatMap { $0 > 0 ? $0 : nil }
    facts.manufacturer = reader.text(.manufacturer)
    facts.studyDate = reader.text(.studyDate).flatMap(dateNumber)
    facts.position = reader.numbers(.imagePosition, count: 3).map { SIMD3($0[0], $0[1], $0[2]) }
    if facts.position == nil { warnings.append(.positionMissing) }
    facts.directions = directions
    facts.instanceNumber = reader.integer(.instanceNumber)
    facts.imageType = imageType.filter { !$0.isEmpty }
    facts.hasBurnedInText = reader.text(.burnedInAnnotation).map { $0 == "YES" }
    return facts
}

/// Reads yyyymmdd, or the older yyyy.mm.dd; nil for anything else.
private func dateNumber(_ text: String) -> Int32? {
    let digits = text.filter { $0 != "." }
    guard digits.utf8.count == 8, let number = Int32(digits), number > 0 else { return nil }
    let (month, day) = (number / 100 % 100, number % 100)
    return (1...12).contains(month) && (1...31).contains(day) ? number : nil
}
