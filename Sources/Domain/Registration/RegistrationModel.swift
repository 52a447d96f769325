package import Learning

/// A trained registration.
package struct RegistrationModel: Sendable, Equatable {
    /// Of `LocalizationNetwork.network`.
    package let parameters: Parameters
    /// How it was trained.
    package let recipe: RegistrationRecipe
    /// How well it does; nil if it was not measured.
    package let quality: RegistrationQuality?
    /// SHA-256 of the model's bytes (32): its name.
    package let fingerprint: [UInt8]
    private let bytes: [UInt8]

    /// Name and version of the content; a reader refuses others. What is computed of a crop before the
    /// network belongs to it: 2 x 2 means of the frame's 128 pixels, lungs' box 112, -1000...100 HU to 0...1.
    private static let format = "carina.registration 1"
    private static let (recipeKey, qualityKey) = ("recipe", "quality")

    /// A model of parameters.
    ///
    /// - Throws: `ParametersError` if they are not the network's.
    package init(
        parameters: Parameters,
        recipe: RegistrationRecipe,
        quality: RegistrationQuality?
    ) throws {
        let file = try NetworkFile(
            format: Self.format,
            network: try LocalizationNetwork.network(),
            parameters: parameters,
            texts: [
                Self.recipeKey: ModelTexts.json(recipe), Self.qualityKey: ModelTexts.json(quality),
            ]
        )
        self.parameters = parameters
        self.recipe = recipe
        self.quality = quality
        bytes = file.bytes
        fingerprint = file.fingerprint
    }

    /// Reads a model from the bytes of its file.
    ///
    /// - Throws: `ModelFileError`, which says what is damaged.
    package init(serialized: [UInt8]) throws {
        let file = try NetworkFile(
            serialized: serialized,
            format: Self.format,
            network: try LocalizationNetwork.network()
        )
        parameters = file.parameters
        let texts = ModelTexts(file.texts)
        recipe = try texts.json(Self.recipeKey, as: RegistrationRecipe.self)
        quality = try texts.json(Self.qualityKey, as: RegistrationQuality?.self)
        bytes = serialized
        fingerprint = file.fingerprint
    }

    /// The model as a safetensors file; reading it back gives an equal model.
    package func serialized() -> [UInt8] { bytes }
}
