// A filter over ids that rules out most absent ids and needs one cache line for each lookup. It is a
// split-block Bloom filter (Putze, Sanders, Singler 2007; the layout is that of Apache Parquet) with blocks
// of 256 bits.
//
// Ids are already uniform, so their own bytes serve as the hash. The first eight bytes, as a big-endian
// number, choose the block, so adding ids in order fills a filter from front to back. The 40 bits from byte
// 16 on choose one bit in each of the eight words. About one absent id in a hundred is not ruled out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "objects/model/object_id.h"

namespace dvx {

constexpr std::size_t kFilterBlock = 32;  // bytes

// Returns the number of blocks for `ids` ids, at ten bits for each.
std::uint64_t filter_blocks(std::uint64_t ids);

void add_to_filter(std::string& filter, const ObjectId& id);

// Returns true for every id that was added. `filter` consists of whole blocks; an empty filter gives true for
// all ids.
bool may_be_in(std::string_view filter, const ObjectId& id);

}  // namespace dvx
