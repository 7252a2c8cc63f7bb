// What verification finds when lock file, records, objects, git or workspace do not agree.
#include "core/verify/chain_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>

#include "core/commands/add.h"
#include "core/formats/run_record.h"
#include "core/formats/stage_key.h"
#include "core/repo/config.h"
#include "core/runs/run_cache.h"
#include "tests/unit/core/pipeline/pipeline_for_tests.h"

namespace dvx {
namespace {

class ChainCheckTest : public PipelineTest {
 protected:
  ChainReport check(const std::vector<std::string>& targets = {}) {
    Repository repository = open();
    return check_chain(repository, targets, progress);
  }
  // "kind stage path" of each finding, in order.
  static std::vector<std::string> findings(const ChainReport& report) {
    std::vector<std::string> found;
    for (const Finding& it : report.findings)
      found.push_back(std::string(finding_name(it.kind)) + " " + it.stage + " " + it.path);
    return found;
  }
  static const Finding* find(const ChainReport& report, FindingKind kind) {
    const auto it = std::find_if(report.findings.begin(), report.findings.end(),
                                 [&](const Finding& finding) { return finding.kind == kind; });
    return it == report.findings.end() ? nullptr : &*it;
  }
  static bool has(const ChainReport& report, FindingKind kind, const std::string& message_part) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
      return finding.kind == kind && finding.message.find(message_part) != std::string::npos;
    });
  }

  void edit_lock(const std::function<void(LockFile&)>& edit) {
    LockFile file = lock();
    edit(file);
    write("dvx.lock", serialize_lock(file));
  }
  RunRecord record_of(const std::string& stage) {
    Repository repository = open();
    return parse_run_record(repository.store().read_bytes(load_lock(repository).stages.at(stage).run), "run");
  }
  // Another account of the last run of `stage`, stored as any record and named by dvx.lock.
  ObjectId replace_record(const std::string& stage, const std::function<void(RunRecord&)>& edit) {
    RunRecord record = record_of(stage);
    edit(record);
    Repository repository = open();
    const ObjectId id = repository.store().put(serialize_run_record(record));
    edit_lock([&](LockFile& file) { file.stages.at(stage).run = id; });
    return id;
  }
  // So that each object is a file of its own, of which the workspace has a copy.
  void keep_objects_as_files() { open().config().set(ConfigScope::Local, "core.link", "hardlink"); }
  std::string file_of(const std::string& content) {
    Repository repository = open();
    return repository.store().whole_file(ObjectId::of(content)).value();
  }
  void ran_twice_over() {
    two_stages();
    repro_all();
    commit_all();
  }
};

TEST_F(ChainCheckTest, HoldsAfterARun) {
  ran_twice_over();
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{});
  EXPECT_TRUE(report.notes.empty());
  EXPECT_EQ(report.stages, 2U);
  EXPECT_EQ(report.runs, 2U);
  EXPECT_EQ(report.objects, 2U);
  EXPECT_EQ(report.bytes, read("mid").size() + read("end").size());
}

TEST_F(ChainCheckTest, ChangesNothing) {
  ran_twice_over();
  write("end", "edited by hand");
  const std::string lock_text = read("dvx.lock");
  check();
  EXPECT_EQ(read("end"), "edited by hand");
  EXPECT_EQ(read("dvx.lock"), lock_text);
  EXPECT_FALSE(open().store().contains(ObjectId::of("edited by hand")));
}

TEST_F(ChainCheckTest, HoldsWithoutAPipelineAndWithoutData) {
  const ChainReport report = check();
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.stages, 0U);
}

TEST_F(ChainCheckTest, NamesStagesThatNeverRan) {
  two_stages();
  EXPECT_EQ(findings(check()), (std::vector<std::string>{"never-run upper ", "never-run count "}));
}

TEST_F(ChainCheckTest, NamesTheStageThatIsStaleAndNotThoseAfterIt) {
  ran_twice_over();
  write("raw", "# note\nanother\n");
  EXPECT_EQ(findings(check()), std::vector<std::string>{"stale upper "});
}

TEST_F(ChainCheckTest, LooksOnlyAtTargetsAndWhatTheyNeed) {
  ran_twice_over();
  write("params.yaml", "suffix: two\n");
  EXPECT_TRUE(check({"upper"}).findings.empty());
  EXPECT_EQ(check({"upper"}).stages, 1U);
  EXPECT_EQ(check({"count"}).stages, 2U);
  EXPECT_EQ(findings(check({"count"})), std::vector<std::string>{"stale count "});
}

TEST_F(ChainCheckTest, NamesOutputsThatAreGoneOrEdited) {
  ran_twice_over();
  write("mid", "edited\n");
  remove_tree(path("end"));
  const ChainReport report = check();
  EXPECT_TRUE(has(report, FindingKind::WorkspaceDiffers, "is not what dvx.lock records"));
  EXPECT_TRUE(has(report, FindingKind::WorkspaceDiffers, "is not in the workspace"));
}

TEST_F(ChainCheckTest, NamesARecordThatIsNotHereOnce) {
  ran_twice_over();
  const ObjectId absent = ObjectId::of("never stored");
  replace_record("count", [&](RunRecord& record) { record.deps.at(0).producer = absent; });
  edit_lock([&](LockFile& file) { file.stages.at("upper").run = absent; });
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{"record-missing upper "});
  EXPECT_EQ(report.runs, 1U);
  EXPECT_EQ(report.findings[0].hint, "dvx fetch");
}

TEST_F(ChainCheckTest, GoesOnToTheOutputsWhenTheRecordIsNotHere) {
  keep_objects_as_files();
  ran_twice_over();
  edit_lock([&](LockFile& file) { file.stages.at("count").run = ObjectId::of("never stored"); });
  remove_tree(file_of("WORD\nsuffix: one\n"));
  EXPECT_EQ(findings(check()),
            (std::vector<std::string>{"record-missing count ", "object-missing count end"}));
}

// Git keeps such an output: that the store lacks it is no fault, with or without the record.
TEST_F(ChainCheckTest, OutputsThatGitKeepsAreNotLookedForInTheStore) {
  write("in", "1");
  write("dvx.yaml",
        "stages:\n  m:\n    cmd: cp in copy\n    deps: [in]\n    outs:\n      - copy: {cache: false}\n");
  repro_all();
  commit_all();
  EXPECT_TRUE(check().findings.empty());
  edit_lock([&](LockFile& file) { file.stages.at("m").run = ObjectId::of("never stored"); });
  EXPECT_EQ(findings(check()), std::vector<std::string>{"record-missing m "});
}

TEST_F(ChainCheckTest, NamesARecordThatIsDamaged) {
  ran_twice_over();
  const ObjectId other = ObjectId::of("WORD\n");  // an object, but no record
  edit_lock([&](LockFile& file) { file.stages.at("upper").run = other; });
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{"record-damaged upper "});
  EXPECT_EQ(report.findings[0].hint, "dvx fsck --repair");
}

TEST_F(ChainCheckTest, NamesOutputsThatAreNotInTheStore) {
  keep_objects_as_files();
  ran_twice_over();
  remove_tree(file_of("WORD\n"));
  EXPECT_EQ(findings(check()), std::vector<std::string>{"object-missing upper mid"});
}

TEST_F(ChainCheckTest, NamesOutputsThatAreDamagedInTheStore) {
  keep_objects_as_files();
  ran_twice_over();
  write_file_atomically(file_of("WORD\n"), "XORD\n");
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{"object-damaged upper mid"});
  EXPECT_EQ(report.findings[0].hint, "dvx fsck --repair");
}

TEST_F(ChainCheckTest, NamesTheFileInsideOfADirectory) {
  keep_objects_as_files();
  write("dvx.yaml",
        "stages:\n  make:\n    cmd: mkdir -p d/sub && echo 1 > d/sub/a && echo 2 > d/b\n    outs: [d]\n");
  repro_all();
  remove_tree(file_of("1\n"));
  write_file_atomically(file_of("2\n"), "3\n");
  EXPECT_EQ(findings(check()),
            (std::vector<std::string>{"object-damaged make d/b", "object-missing make d/sub/a"}));
}

struct LockEdit {
  const char* name;
  void (*edit)(LockedStage&);
  const char* message;
};
void PrintTo(const LockEdit& edit, std::ostream* out) {
  *out << edit.name;
}
class LockAgainstRecord : public ChainCheckTest, public testing::WithParamInterface<LockEdit> {};

TEST_P(LockAgainstRecord, IsAMismatch) {
  ran_twice_over();
  edit_lock([&](LockFile& file) { GetParam().edit(file.stages.at("count")); });
  const ChainReport report = check();
  EXPECT_TRUE(has(report, FindingKind::RecordMismatch, GetParam().message));
  EXPECT_EQ(find(report, FindingKind::RecordMismatch)->stage, "count");
}
INSTANTIATE_TEST_SUITE_P(
    ChainCheck, LockAgainstRecord,
    testing::Values(
        LockEdit{"Key", [](LockedStage& it) { it.key = ObjectId::of("other"); }, "has another key"},
        LockEdit{"Commands", [](LockedStage& it) { it.commands = {"true"}; }, "has other commands"},
        LockEdit{"Params", [](LockedStage& it) { (*it.params)["params.yaml"]["suffix"] = "two"; },
                 "has other params"},
        LockEdit{"Input", [](LockedStage& it) { it.deps.at(0).data.id = ObjectId::of("other"); },
                 "read other content of it"},
        LockEdit{"Output", [](LockedStage& it) { it.outs.at(0).data.id = ObjectId::of("other"); },
                 "made other content of it"},
        LockEdit{"OutputMode", [](LockedStage& it) { it.outs.at(0).data.executable = true; },
                 "made other content of it"},
        LockEdit{"OutputGone", [](LockedStage& it) { it.outs.clear(); }, "has other outputs"}),
    [](const auto& edit) { return std::string(edit.param.name); });

TEST_F(ChainCheckTest, ARecordOfAnotherStageIsAMismatch) {
  ran_twice_over();
  edit_lock([](LockFile& file) { file.stages.at("count").run = file.stages.at("upper").run; });
  EXPECT_TRUE(has(check(), FindingKind::RecordMismatch, "is one of stage 'upper'"));
}

struct RecordEdit {
  const char* name;
  void (*edit)(RunRecord&);
  const char* message;
};
void PrintTo(const RecordEdit& edit, std::ostream* out) {
  *out << edit.name;
}
class RecordAgainstItself : public ChainCheckTest, public testing::WithParamInterface<RecordEdit> {};

TEST_P(RecordAgainstItself, IsAMismatch) {
  ran_twice_over();
  replace_record("count", GetParam().edit);
  EXPECT_TRUE(has(check(), FindingKind::RecordMismatch, GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    ChainCheck, RecordAgainstItself,
    testing::Values(RecordEdit{"ExitStatus", [](RunRecord& it) { it.exit_status = 3; },
                               "ended with exit status 3"},
                    RecordEdit{"Key", [](RunRecord& it) { (*it.key_fields)["commands"] = {"true"}; },
                               "has a key that is not the hash of its key fields"},
                    RecordEdit{"Commands",
                               [](RunRecord& it) {
                                 (*it.key_fields)["commands"] = {"true"};
                                 it.key = stage_key(it.key_fields);
                               },
                               "has a key with other commands than its own"},
                    RecordEdit{"Params",
                               [](RunRecord& it) {
                                 (*it.key_fields)["params"] = nlohmann::json::object();
                                 it.key = stage_key(it.key_fields);
                               },
                               "has a key with other params than its own"},
                    RecordEdit{"Input", [](RunRecord& it) { it.deps.at(0).data.id = ObjectId::of("other"); },
                               "has a key with other content of it than it says it read"},
                    RecordEdit{"NoKeyFields", [](RunRecord& it) { it.key_fields = nlohmann::json::object(); },
                               "has a key that is not the hash of its key fields"}),
    [](const auto& edit) { return std::string(edit.param.name); });

TEST_F(ChainCheckTest, AnInputThatItsProducerDidNotMakeIsAMismatch) {
  ran_twice_over();
  const ObjectId other = replace_record(
      "upper", [](RunRecord& record) { record.outs.at(0).data.id = ObjectId::of("something else"); });
  replace_record("count", [&](RunRecord& record) { record.deps.at(0).producer = other; });
  const ChainReport report = check();
  ASSERT_NE(find(report, FindingKind::ProducerMismatch), nullptr);
  EXPECT_EQ(find(report, FindingKind::ProducerMismatch)->path, "mid");
}

TEST_F(ChainCheckTest, AnInputInsideOfAProducedDirectoryIsFollowed) {
  write("dvx.yaml",
        "stages:\n  make:\n    cmd: mkdir -p d/sub && echo 1 > d/sub/a && echo 2 > d/b\n    outs: [d]\n"
        "  use:\n    cmd: cp d/sub/a out\n    deps: [d/sub/a]\n    outs: [out]\n");
  repro_all();
  commit_all();
  EXPECT_TRUE(check().findings.empty());
  replace_record("use", [](RunRecord& record) { record.deps.at(0).data.id = ObjectId::of("2\n"); });
  EXPECT_EQ(find(check(), FindingKind::ProducerMismatch)->path, "d/sub/a");
}

// upper ran anew and made the same, so count still names the older run as the producer of what it read.
TEST_F(ChainCheckTest, FollowsRunsThatTheLockFileNoLongerNames) {
  ran_twice_over();
  write("raw", "# another note\nword\n");
  repro_all();
  commit_all();
  const ChainReport report = check();
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.runs, 3U);
}

TEST_F(ChainCheckTest, ADamagedRecordUpstreamIsFound) {
  ran_twice_over();
  const ObjectId no_record = ObjectId::of("WORD\n");
  replace_record("count", [&](RunRecord& record) { record.deps.at(0).producer = no_record; });
  EXPECT_EQ(findings(check()), std::vector<std::string>{"record-damaged count "});
}

TEST_F(ChainCheckTest, NamesDataThatBrokeItsSchemaWhenTheStageRan) {
  ran_twice_over();
  replace_record("count", [](RunRecord& record) {
    record.schemas = {{"mid", "mid.schema.yaml", ObjectId::of("schema"), false, 3},
                      {"end", "end.schema.yaml", ObjectId::of("schema"), true, 0}};
  });
  EXPECT_EQ(findings(check()), std::vector<std::string>{"invalid-schema count mid"});
}

TEST_F(ChainCheckTest, ACleanRunReadWhatItsCommitHas) {
  two_stages();
  commit_all();
  repro_all();
  ASSERT_FALSE(record_of("upper").git_dirty);
  EXPECT_TRUE(check().findings.empty());
  write("raw", "# other\nword\n");
  commit_all();
  const std::string other = place.git({"rev-parse", "HEAD"}).substr(0, 40);
  write("raw", "# note\nword\n");
  replace_record("upper", [&](RunRecord& record) { record.git_commit = other; });
  EXPECT_EQ(findings(check()), std::vector<std::string>{"git-mismatch upper raw"});
}

TEST_F(ChainCheckTest, ADirtyRunIsNotComparedWithItsCommit) {
  two_stages();
  commit_all();
  write("raw", "# other\nword\n");
  repro_all();
  ASSERT_TRUE(record_of("upper").git_dirty);
  EXPECT_TRUE(check().findings.empty());
}

TEST_F(ChainCheckTest, ACommitThatIsNotHereIsANote) {
  ran_twice_over();
  replace_record("upper", [](RunRecord& record) {
    record.git_commit = "0123456789012345678901234567890123456789";
    record.git_dirty = false;
  });
  const ChainReport report = check();
  EXPECT_TRUE(report.findings.empty());
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_NE(report.notes[0].find("commit 0123456 of run "), std::string::npos);
}

// Git has other bytes than the work tree: the filter's, and a link's target instead of what it leads to.
TEST_F(ChainCheckTest, FiltersOfGitAreNoMismatch) {
  write(".gitattributes", "raw text eol=crlf\n");
  two_stages();
  write("raw", "# note\r\nword\r\n");
  commit_all();
  repro_all();
  ASSERT_FALSE(record_of("upper").git_dirty);
  EXPECT_EQ(findings(check()), std::vector<std::string>{});
}

TEST_F(ChainCheckTest, ALinkInGitIsNoMismatch) {
  two_stages();
  write("real", "# note\nword\n");
  remove_tree(path("raw"));
  ASSERT_EQ(::symlink("real", path("raw").c_str()), 0);
  commit_all();
  repro_all();
  ASSERT_FALSE(record_of("upper").git_dirty);
  EXPECT_EQ(findings(check()), std::vector<std::string>{});
}

TEST_F(ChainCheckTest, RunsOfOneKeyThatDisagreeAreEvidence) {
  write("dvx.yaml", "stages:\n  stamp:\n    cmd: date +%s%N > stamp\n    outs: [stamp]\n");
  repro_all();
  ReproOptions again;
  again.force = Force::Yes;
  repro_all(again);
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{"not-deterministic stamp stamp"});
  EXPECT_EQ(report.findings[0].hint, "dvx lineage " + lock().stages.at("stamp").run.short_hex());
}

class TrackedData : public ChainCheckTest {
 protected:
  void add_data() {
    write("data/a", "1");
    write("data/b", "2");
    Repository repository = open();
    AddOptions options;
    options.paths = {"data"};
    add(repository, options, progress);
  }
};

TEST_F(TrackedData, IsReadInFull) {
  add_data();
  const ChainReport report = check();
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.objects, 3U);  // the tree and its files
}

TEST_F(TrackedData, NamesWhatIsMissing) {
  keep_objects_as_files();
  add_data();
  remove_tree(file_of("2"));
  EXPECT_EQ(findings(check()), std::vector<std::string>{"object-missing  data/b"});
}

TEST_F(TrackedData, NamesWhatWasEdited) {
  add_data();
  write("data/a", "edited");
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{"workspace-differs  data"});
  EXPECT_EQ(report.findings[0].message, "is not what 'data.dvx' records");
}

TEST_F(TrackedData, NamesWhatIsGone) {
  add_data();
  remove_tree(path("data"));
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{"workspace-differs  data"});
  EXPECT_EQ(report.findings[0].message, "is not in the workspace");
}

TEST_F(TrackedData, WhatCannotBeReadIsNotSaidToBeGone) {
  add_data();
  ASSERT_EQ(::mkfifo(path("data/pipe").c_str(), 0600), 0);
  const ChainReport report = check();
  EXPECT_EQ(findings(report), std::vector<std::string>{"workspace-differs  data/pipe"});
  EXPECT_NE(report.findings.at(0).message, "is not in the workspace");
}

TEST_F(TrackedData, CountsForTheStagesThatReadIt) {
  add_data();
  write("dvx.yaml",
        "stages:\n  reads:\n    cmd: cp data/a x\n    deps: [data/a]\n    outs: [x]\n"
        "  other:\n    cmd: echo 1 > y\n    outs: [y]\n");
  repro_all();
  write("data/b", "edited");
  EXPECT_EQ(findings(check({"reads"})), std::vector<std::string>{"workspace-differs  data"});
  EXPECT_TRUE(check({"other"}).findings.empty());
}

}  // namespace
}  // namespace dvx
