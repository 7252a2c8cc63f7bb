#include "core/formats/text/yaml_anchors.h"

#include <algorithm>

namespace dvx {

namespace {

// Copies of all values together; a value counts one, and one more for each 128 bytes of its text.
constexpr std::size_t kMostCopies = 1'000'000;
constexpr std::size_t kBytesOfOne = 128;

struct Extent {
  std::size_t cost = 1, height = 0;

  void hold(const Extent& inner) {
    cost += inner.cost;
    height = std::max(height, inner.height + 1);
  }
};

Extent extent_of(const YamlNode& node) {
  Extent extent;
  extent.cost += node.scalar().size() / kBytesOfOne;
  for (const YamlNode& item : node.items()) extent.hold(extent_of(item));
  for (const auto& [key, value] : node.fields()) {
    extent.hold(extent_of(key));
    extent.hold(extent_of(value));
  }
  return extent;
}

}  // namespace

void YamlAnchors::open(const std::string& name) {
  open_.insert(name);
}

bool YamlAnchors::define(const std::string& name, const YamlNode& value) {
  open_.erase(open_.find(name));
  const Extent extent = extent_of(value);
  if (!spend(extent.cost)) return false;
  Value& defined = values_[name] = {value, extent.height, extent.cost};
  defined.node.mark_shared();
  places_[name] = {value.begin().offset, value.end().offset};
  return true;
}

YamlAnchors::Standing YamlAnchors::use(const std::string& name) {
  if (open_.contains(name)) return Standing::Inside;
  const auto found = values_.find(name);
  if (found == values_.end()) return Standing::Unknown;
  if (!spend(found->second.cost)) return Standing::TooMuch;
  used_.insert(places_.at(name));
  return Standing::Usable;
}

bool YamlAnchors::spend(std::size_t cost) {
  spent_ += cost;
  return spent_ <= kMostCopies;
}

}  // namespace dvx
