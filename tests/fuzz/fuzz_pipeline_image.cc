// Any bytes with a right checksum are a pipeline or none; what was read is written and read again as the
// same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/formats/pipeline/pipeline_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes = "dvxpipe1";
  bytes.append(reinterpret_cast<const char*>(data), size);
  const dvx::ObjectId check = dvx::ObjectId::of(bytes);
  bytes.append(reinterpret_cast<const char*>(check.bytes().data()), dvx::ObjectId::kSize);
  dvx::PipelineSources sources;
  const auto keep = [&](const dvx::PipelineSources& then) {
    sources = then;
    return true;
  };
  const auto pipeline = dvx::read_pipeline_image(bytes, keep);
  if (!pipeline) return 0;
  const std::string once = dvx::write_pipeline_image(sources, *pipeline);
  const auto again = dvx::read_pipeline_image(once, keep);
  if (!again || dvx::write_pipeline_image(sources, *again) != once) std::abort();
  return 0;
}
