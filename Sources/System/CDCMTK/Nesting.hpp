#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace carina {

/// Watches the bytes of an object for items within items.
///
/// DCMTK parses sequences by recursion, so an object of a hundred thousand nested items overflows the stack. Real
/// ones have a handful of levels. This looks for item tags without parsing, so it errs a little: bytes of pixels
/// which look like a tag count as one level, and who plants false ends of items may hide some; the caller's child
/// process is there for that.
class Nesting {
public:
    static constexpr size_t depthMaximum = 64;

    /// False as soon as the depth is exceeded.
    bool feed(const uint8_t *bytes, size_t count) {
        size_t index = 0;
        // Most bytes are pixels without anything that looks like a tag: those are looked at side by side. A tag is
        // known eight bytes after its start, so the block behind one with a tag is not gone over either, nor is the
        // first, before which another piece may have ended.
        bool isNearTag = true;
        while (index + stride + reach <= count) {
            const bool holdsTag = mayHoldTag(bytes + index);
            if (!holdsTag && !isNearTag) skip(bytes + index);
            else if (!feedSlowly(bytes + index, stride)) return false;
            isNearTag = holdsTag;
            index += stride;
        }
        return feedSlowly(bytes + index, count - index);
    }

private:
    static constexpr uint64_t undefined = UINT64_MAX;
    /// Bytes looked at side by side, and how many of those behind them belong to a tag that starts at their end.
    static constexpr size_t stride = 512, reach = 3;

    /// Whether something that looks like the tag of an item, or of the end of one, starts in a block.
    static bool mayHoldTag(const uint8_t *bytes) {
        uint8_t found = 0;
        for (size_t index = 0; index < stride; index++) {
            const uint8_t first = bytes[index], second = bytes[index + 1];
            const uint8_t little = (first == 0xFE) & (second == 0xFF) & (bytes[index + 3] == 0xE0);
            const uint8_t big = (first == 0xFF) & (second == 0xFE) & (bytes[index + 2] == 0xE0);
            found |= little | big;
        }
        return found;
    }

    /// Goes over a block without tags.
    void skip(const uint8_t *bytes) {
        offset += stride;
        for (size_t index = stride - 8; index < stride; index++) window = window << 8 | bytes[index];
    }

    bool feedSlowly(const uint8_t *bytes, size_t count) {
        for (size_t index = 0; index < count; index++) {
            window = window << 8 | bytes[index];
            offset++;
            const uint32_t tag = static_cast<uint32_t>(window >> 32);
            const uint32_t length = static_cast<uint32_t>(window);
            if (tag == 0xFEFF00E0) open(__builtin_bswap32(length));
            else if (tag == 0xFFFEE000) open(length);
            else if ((tag == 0xFEFF0DE0 || tag == 0xFFFEE00D) && length == 0) close();
            if (ends.size() > depthMaximum) return false;
        }
        return true;
    }

    void open(uint32_t length) {
        while (!ends.empty() && ends.back() <= offset - 8) ends.pop_back();
        ends.push_back(length == UINT32_MAX ? undefined : offset + length);
    }

    void close() {
        while (!ends.empty() && ends.back() <= offset - 8) ends.pop_back();
        if (!ends.empty() && ends.back() == undefined) ends.pop_back();
    }

    uint64_t window = 0;
    uint64_t offset = 0;
    std::vector<uint64_t> ends;
};

}  // namespace carina
