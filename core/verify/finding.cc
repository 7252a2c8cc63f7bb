#include "core/verify/finding.h"

namespace dvx {

std::string_view finding_name(FindingKind kind) {
  switch (kind) {
    case FindingKind::NeverRun:
      return "never-run";
    case FindingKind::Stale:
      return "stale";
    case FindingKind::RecordMissing:
      return "record-missing";
    case FindingKind::RecordDamaged:
      return "record-damaged";
    case FindingKind::RecordMismatch:
      return "record-mismatch";
    case FindingKind::ProducerMismatch:
      return "producer-mismatch";
    case FindingKind::InvalidSchema:
      return "invalid-schema";
    case FindingKind::ObjectMissing:
      return "object-missing";
    case FindingKind::ObjectDamaged:
      return "object-damaged";
    case FindingKind::WorkspaceDiffers:
      return "workspace-differs";
    case FindingKind::GitMismatch:
      return "git-mismatch";
    case FindingKind::NotDeterministic:
      return "not-deterministic";
    case FindingKind::RebuildFailed:
      return "rebuild-failed";
    case FindingKind::RebuildDiffers:
      break;
  }
  return "rebuild-differs";
}

}  // namespace dvx
