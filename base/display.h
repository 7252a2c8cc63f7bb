// Makes text from elsewhere safe to show.
//
// Names, messages and values come from files, servers and other people. They may hold bytes that a terminal
// obeys: escape sequences (also in their 8-bit forms, U+0080 to U+009F), carriage returns, line feeds that
// fake a line of our own, and marks that reverse the direction of writing. The functions here replace such
// characters with readable escapes. All text of dvx passes through them before a terminal sees it
// (cli/ui/shown.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dvx {

// Says whether a terminal would do something other than show this character. This is true of control
// characters, of the marks of bidirectional writing, and of the two separators of lines and paragraphs.
bool commands_terminal(std::uint32_t code_point);

// Says which of these characters are left unchanged.
enum class Keep { Nothing, Tabs, TabsAndLineFeeds };

// Keeps printable UTF-8, replaces characters that command a terminal with "\x1b" or "\u{202e}", and replaces
// bytes that are not UTF-8 with "\xff". Applying it to its own result changes nothing.
std::string display_text(std::string_view text, Keep keep = Keep::Nothing);

// Quotes one word of a command that the user may paste into a shell. The result is that of shell_quote()
// where that can be shown safely, and otherwise the form $'a\x1bb' that bash, zsh and ksh read.
std::string paste_quote(std::string_view word);

// Replaces the same characters inside a JSON document with \uXXXX. `document` must be valid UTF-8.
std::string display_json(std::string_view document);

}  // namespace dvx
