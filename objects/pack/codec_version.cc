#include "objects/pack/codec_version.h"

#include <openssl/crypto.h>
#include <zstd.h>

namespace dvx {

std::string zstd_version() {
  return ZSTD_versionString();
}

std::string openssl_version() {
  return OpenSSL_version(OPENSSL_VERSION_STRING);
}

}  // namespace dvx
