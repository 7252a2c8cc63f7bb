#include "core/metafile/pointer_file.h"
