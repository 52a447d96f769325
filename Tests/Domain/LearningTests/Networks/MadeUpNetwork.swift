import LinearAlgebra

@testable import Learning

/// A small network with two inputs and two outputs in which every operation stands in each of its kinds.
func madeUpNetwork() throws -> Network {
    var network = Network(inputs: [.init("image", shape: [3, 16, 16]), .init("extra", shape: [10])])
    try network.add("stem", .convolution(channels: 8, kernel: 3, padding: 1, hasBias: false), "image")
    try network.add("stem.norm", .batchNormalization(), "stem")
    try network.add("stem.relu", .activation(.relu), "stem.norm")
    let strided = Operation.convolution(channels: 8, kernel: 3, stride: 2, padding: 1, groups: 8)
    try network.add("depth", strided, "stem.relu")
    try network.add("depth.gelu", .activation(.gelu), "depth")
    try network.add("largest", .pooling(.maximum, kernel: 3, stride: 2, padding: 1), "stem.relu")
    try network.add("added", .sum, "depth.gelu", "largest", "depth")
    try network.add("means", .pooling(.average, kernel: 3, stride: 2, padding: 1), "added")
    try network.add("near", .upsampling(factor: 2, .nearest), "means")
    try network.add("smooth", .upsampling(factor: 2, .bilinear), "means")
    try network.add("joined", .concatenation, "added", "near", "smooth")
    try network.add("joined.norm", .batchNormalization(epsilon: 1e-3), "joined")
    try network.add("own.norm", .layerNormalization(epsilon: 1e-3), "joined.norm")
    try network.add("mask", .convolution(channels: 1, kernel: 1), "own.norm")
    try network.add("global", .globalAverage, "joined.norm")
    try network.add("flat", .flattening, "means")
    try network.add("flat.linear", .linear(count: 6), "flat")
    try network.add("all", .concatenation, "global", "flat.linear", "extra")
    try network.add("projected", .linear(count: 16, hasBias: false), "all")
    try network.add("embedding", .unitLength(scale: 4), "projected")
    network.outputs = ["embedding", "mask"]
    return network
}

/// Random parameters of a network; statistics and batch normalizations are random too, as after a training.
func madeUpParameters(of network: Network, seed: UInt64 = 11) -> Parameters {
    var generator = SeededGenerator(seed: seed)
    var parameters = Parameters(of: network, generator: &generator)
    func disturb(_ arrays: inout NamedArrays) {
        for place in arrays.values.indices where arrays.shapes[place].count == 1 {
            for index in arrays.values[place].indices {
                // Not below 0.3 where it starts with 1: a variance may not become small or negative.
                arrays.values[place][index] += generator.symmetric(0.7)
            }
        }
    }
    disturb(&parameters.trained)
    disturb(&parameters.statistics)
    return parameters
}

/// Random arrays with the names and shapes of others.
func madeUpArrays(like others: NamedArrays, _ generator: inout SeededGenerator) -> NamedArrays {
    var arrays = NamedArrays(zerosLike: others)
    for place in arrays.values.indices {
        for index in arrays.values[place].indices { arrays.values[place][index] = generator.normal() }
    }
    return arrays
}
