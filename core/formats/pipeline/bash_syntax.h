// Whether a shell command says something that /bin/sh does not know, or takes otherwise, and bash does.
#pragma once

#include <string_view>

namespace dvx {

// [[ … ]], <( … ), >( … ), <<<, &>, |&, ((…)), {a,b}, {1..3}, $'…', a=(…), ==, ${a/b/c} and the like, source,
// pipefail, echo -e, and commands that only bash has. What is quoted counts only where a quote does not hide
// it; nothing is looked for behind the line of a here-document.
bool needs_bash(std::string_view command);

}  // namespace dvx
