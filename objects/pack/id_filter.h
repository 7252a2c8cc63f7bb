// A filter over ids that says "not there" for most that are not, from one cache line each: a split-block
// Bloom filter (Putze, Sanders, Singler 2007; the layout that Apache Parquet has) of blocks of 256 bits.
//
// Ids are uniform already, so their own bytes are the hash: the first eight, big-endian, choose the block, so
// that ids in order fill a filter from front to back; 40 bits from byte 16 on choose a bit in each of the
// eight words. About one absent id in a hundred is let through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "objects/model/object_id.h"

namespace dvx {

constexpr std::size_t kFilterBlock = 32;  // bytes

// Blocks for so many ids: ten bits each.
std::uint64_t filter_blocks(std::uint64_t ids);

void add_to_filter(std::string& filter, const ObjectId& id);

// True for every id that was added. `filter` is whole blocks; of none it says true.
bool may_be_in(std::string_view filter, const ObjectId& id);

}  // namespace dvx
