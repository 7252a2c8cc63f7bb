#include "objects/model/tree.h"
