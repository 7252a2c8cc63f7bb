#include "core/execution/trace/preload_image.h"

// DVX_PRELOAD_IMAGE is the path of the built library.
__asm__(
    ".section .rodata\n"
    "dvx_preload_image_begin:\n"
    ".incbin \"" DVX_PRELOAD_IMAGE
    "\"\n"
    "dvx_preload_image_end:\n"
    ".previous\n");

extern "C" {
extern const char dvx_preload_image_begin[];
extern const char dvx_preload_image_end[];
}

namespace dvx {

std::string_view preload_image() {
  return {dvx_preload_image_begin, static_cast<std::size_t>(dvx_preload_image_end - dvx_preload_image_begin)};
}

}  // namespace dvx
