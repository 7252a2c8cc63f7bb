#include "core/commands/remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

enum class RemoteVerb { List, Add, Default, Remove };

struct RemoteArguments {
  RemoteVerb verb = RemoteVerb::List;
  std::string name, url;
  bool make_default = false, force = false, local = false;
};

nlohmann::json remote_json(const Remote& remote) {
  return {{"name", remote.name}, {"url", display_path(remote.url)}, {"default", remote.is_default}};
}

Outcome list(Invocation& invocation) {
  Outcome outcome;
  outcome.data["remotes"] = nlohmann::json::array();
  const std::vector<Remote> remotes = remote_list(invocation.repository());
  std::size_t width = 0;
  for (const Remote& remote : remotes) width = std::max(width, remote.name.size());
  for (const Remote& remote : remotes) {
    outcome.data["remotes"].push_back(remote_json(remote));
    outcome.text += show("{:<{}}  {}{}\n", remote.name, width, display_path(remote.url),
                         remote.is_default ? "  (default)" : "");
  }
  if (remotes.empty()) outcome.hint = "dvx remote add -d origin /path/to/a/directory";
  return outcome;
}

Outcome add(Invocation& invocation, const RemoteArguments& arguments) {
  const ConfigScope scope = arguments.local ? ConfigScope::Local : ConfigScope::Repository;
  const Remote remote =
      remote_add(invocation.repository(),
                 {.name = arguments.name,
                  .url = arguments.url,
                  .make_default = arguments.make_default ? RemoteDefault::Set : RemoteDefault::Keep,
                  .existing = arguments.force ? RemoteExisting::Replace : RemoteExisting::Refuse,
                  .scope = scope});
  Outcome outcome;
  outcome.data = remote_json(remote);
  outcome.text = show("remote '{}' is {}{}\n", remote.name, display_path(remote.url),
                      remote.is_default ? ", the default" : "");
  return outcome;
}

Outcome set_default(Invocation& invocation, const RemoteArguments& arguments) {
  remote_default(invocation.repository(), arguments.name,
                 arguments.local ? ConfigScope::Local : ConfigScope::Repository);
  Outcome outcome;
  outcome.data["default"] = arguments.name;
  outcome.text = show("remote '{}' is the default\n", arguments.name);
  return outcome;
}

Outcome remove(Invocation& invocation, const RemoteArguments& arguments) {
  const Remote remote = remote_remove(invocation.repository(), arguments.name);
  Outcome outcome;
  outcome.data = remote_json(remote);
  outcome.text =
      show("remote '{}' is forgotten; what is at {} stays\n", remote.name, display_path(remote.url));
  return outcome;
}

Outcome carry_out(Invocation& invocation, const RemoteArguments& arguments) {
  switch (arguments.verb) {
    case RemoteVerb::List:
      return list(invocation);
    case RemoteVerb::Add:
      return add(invocation, arguments);
    case RemoteVerb::Default:
      return set_default(invocation, arguments);
    case RemoteVerb::Remove:
      return remove(invocation, arguments);
  }
  return {};
}

Outcome run(Invocation& invocation, const RemoteArguments& arguments) {
  Outcome outcome = carry_out(invocation, arguments);
  if (invocation.quiet() && arguments.verb != RemoteVerb::List) outcome.text.clear();
  return outcome;
}

void declare_add(CLI::App& app, const std::shared_ptr<RemoteArguments>& arguments) {
  CLI::App* add = app.add_subcommand("add", "Name a remote");
  add->add_option("name", arguments->name, "Name to call it by")->required()->type_name("NAME");
  add->add_option("url", arguments->url, "A directory, or file:///directory")->required()->type_name("URL");
  add->add_flag("-d,--default", arguments->make_default, "Use it when no remote is named");
  add->add_flag("-f,--force", arguments->force, "Replace the remote of that name");
  add->add_flag("--local", arguments->local, "For this clone alone (.dvx/config.local)");
  add->callback([arguments] { arguments->verb = RemoteVerb::Add; });
}

void declare_named(CLI::App& app, const std::shared_ptr<RemoteArguments>& arguments, RemoteVerb verb,
                   const std::string& name, const std::string& summary) {
  CLI::App* command = app.add_subcommand(name, summary);
  command->add_option("name", arguments->name, "Name of a remote")->required()->type_name("NAME");
  if (verb == RemoteVerb::Default) {
    command->add_flag("--local", arguments->local, "For this clone alone (.dvx/config.local)");
  }
  command->callback([arguments, verb] { arguments->verb = verb; });
}

}  // namespace

CommandSpec remote_command() {
  return {.name = "remote",
          .group = group::kShare,
          .summary = "List, add or remove the places that data is shared through",
          .example = "dvx remote add -d origin /mnt/team/dvx",
          .declare = [](CLI::App& app) -> Action {
            auto arguments = std::make_shared<RemoteArguments>();
            app.add_subcommand("list", "List the remotes");
            declare_add(app, arguments);
            declare_named(app, arguments, RemoteVerb::Default, "default", "Choose the default remote");
            declare_named(app, arguments, RemoteVerb::Remove, "remove",
                          "Forget a remote; what is on it stays");
            app.require_subcommand(0, 1);
            return [arguments](Invocation& invocation) { return run(invocation, *arguments); };
          }};
}

}  // namespace dvx
