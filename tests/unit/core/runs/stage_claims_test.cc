#include "core/runs/stage_claims.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/pipe.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

class StageClaimsTest : public testing::Test {
 protected:
  // Another process that has claimed what `claim` says, until it is killed.
  pid_t another(const std::function<void(StageClaims&)>& claim) const {
    Pipe ready = make_pipe();
    const pid_t child = ::fork();
    if (child == 0) {
      Repository own = place.open();
      StageClaims its(own);
      claim(its);
      if (::write(ready.write_end.get(), "x", 1) == 1) ::pause();
      ::_exit(0);
    }
    ready.write_end.reset();
    char byte = 0;
    EXPECT_EQ(::read(ready.read_end.get(), &byte, 1), 1);
    return child;
  }
  static void end(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  TestRepository place;
  Repository repository = place.open();
  StageClaims claims{repository};
};

TEST_F(StageClaimsTest, GiveAStageToOneProcessUntilItIsKilled) {
  const pid_t other = another([](StageClaims& its) { its.try_take("train", {"prepare"}); });

  const auto holder = claims.try_take("train", {});
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->stage, "train");
  EXPECT_EQ(describe(*holder), "another dvx (pid " + std::to_string(other) + ")");
  EXPECT_TRUE(claims.holder_of("train"));
  EXPECT_FALSE(claims.holder_of("prepare"));
  EXPECT_TRUE(claims.others_at_work());
  end(other);
  EXPECT_FALSE(claims.try_take("train", {}));
  EXPECT_FALSE(claims.others_at_work());
}

TEST_F(StageClaimsTest, LetManyReadAndNobodyWriteMeanwhile) {
  const pid_t other = another([](StageClaims& its) { its.try_take("train", {"prepare"}); });

  EXPECT_FALSE(claims.try_take("score", {"prepare"}));
  claims.give_back("score");
  EXPECT_EQ(claims.try_take("prepare", {})->stage, "prepare");
  EXPECT_EQ(claims.try_take("score", {"train"})->stage, "train");
  EXPECT_FALSE(claims.holder_of("score"));
  end(other);
}

TEST_F(StageClaimsTest, TakeAllOrNothing) {
  const pid_t other = another([](StageClaims& its) { its.try_take("b", {}); });

  EXPECT_TRUE(claims.try_take("a", {"b"}));
  const pid_t third = another([](StageClaims& its) {
    if (its.try_take("a", {})) ::_exit(1);
  });
  end(third);
  end(other);
}

TEST_F(StageClaimsTest, StayWithAReaderWhenTheWriterOfTheSameProcessIsDone) {
  ASSERT_FALSE(claims.try_take("prepare", {}));
  ASSERT_FALSE(claims.try_take("train", {"prepare"}));
  claims.give_back("prepare");
  const pid_t other = another([](StageClaims& its) {
    if (!its.try_take("prepare", {})) ::_exit(1);
    if (its.try_take("score", {"prepare"})) ::_exit(1);
  });
  end(other);
  claims.give_back("train");
  const pid_t later = another([](StageClaims& its) {
    if (its.try_take("prepare", {})) ::_exit(1);
  });
  end(later);
}

TEST_F(StageClaimsTest, AreKeptApartWithinAProcess) {
  StageClaims other(repository);
  ASSERT_FALSE(other.try_take("train", {"prepare"}));

  EXPECT_EQ(claims.try_take("train", {})->pid, ::getpid());
  EXPECT_TRUE(claims.try_take("prepare", {}));
  EXPECT_FALSE(claims.try_share_all());
  other.give_back("train");
  EXPECT_FALSE(claims.try_take("train", {}));
}

TEST_F(StageClaimsTest, OfEverythingKeepStagesFromBeingBegun) {
  {
    StageClaims all(repository);
    ASSERT_TRUE(all.try_share_all());
    EXPECT_TRUE(claims.try_take("train", {}));
    const pid_t other = another([](StageClaims& its) {
      if (!its.try_take("train", {})) ::_exit(1);
    });
    end(other);
  }
  const pid_t other = another([](StageClaims& its) { its.try_take("train", {}); });
  EXPECT_FALSE(claims.try_share_all());
  EXPECT_FALSE(claims.try_share({"prepare"}));
  EXPECT_TRUE(claims.try_share({"prepare", "train"}));
  end(other);
}

}  // namespace
}  // namespace dvx
