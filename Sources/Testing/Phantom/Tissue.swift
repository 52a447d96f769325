/// Mean Hounsfield units of what a chest is made of, without contrast agent.
package enum Tissue {
    /// Room air, and the air in the windpipe and in the bowel.
    package static let air: Float = -1000
    /// Lung tissue halfway between front and back; a patient's own mean lies within 25 of it.
    package static let lung: Float = -860
    /// Fat below the skin.
    package static let fat: Float = -103
    /// Fat of the mediastinum, with small vessels and nodes in it.
    package static let mediastinalFat: Float = -88
    /// Skin.
    package static let skin: Float = 15
    /// Skeletal muscle.
    package static let muscle: Float = 52
    /// Blood in vessels and heart.
    package static let blood: Float = 42
    /// Heart muscle.
    package static let heart: Float = 46
    /// Liver.
    package static let liver: Float = 58
    /// Spleen, kidney and the walls of stomach and gullet.
    package static let organ: Float = 45
    /// Fluid in the stomach.
    package static let fluid: Float = 12
    /// Rib cartilage and the discs of the spine.
    package static let cartilage: Float = 95
    /// Spongy bone.
    package static let marrow: Float = 215
    /// Compact bone.
    package static let cortex: Float = 960
    /// The spinal cord in its canal.
    package static let cord: Float = 28
    /// A solid nodule.
    package static let nodule: Float = 35
    /// Consolidated lung.
    package static let consolidation: Float = 30
    /// What ground glass adds to the lung that it covers.
    package static let groundGlassGain: Float = 330
}
