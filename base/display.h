// Text that somebody else wrote, made fit to be looked at.
//
// Names, messages and values come from files, servers and other people, and may hold bytes that a terminal
// obeys: escape sequences (also their 8-bit forms, U+0080 to U+009F), carriage returns, line feeds that fake
// a line of our own, and marks that reverse the direction of writing. Here such characters become escapes
// that can be read. All text of dvx passes through these functions before a terminal sees it
// (cli/ui/shown.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dvx {

// Whether a terminal would do something else than show this character: control characters, the marks of
// bidirectional writing, and the two separators of lines and paragraphs.
bool commands_terminal(std::uint32_t code_point);

// Which of them stay as they are.
enum class Keep { Nothing, Tabs, TabsAndLineFeeds };

// Printable UTF-8 stays; what commands a terminal becomes "\x1b" or "\u{202e}", and bytes that are not UTF-8
// become "\xff". Text that went through this once comes out the same again.
std::string display_text(std::string_view text, Keep keep = Keep::Nothing);

// One word of a command to be pasted into a shell: as shell_quote makes it where that can be shown, else in
// the form $'a\x1bb' that bash, zsh and ksh read.
std::string paste_quote(std::string_view word);

// The same characters inside of a JSON document become \uXXXX. `document` is valid UTF-8.
std::string display_json(std::string_view document);

}  // namespace dvx
