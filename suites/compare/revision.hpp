// Another revision of the source tree that the current folder lies in, built beside it.
#pragma once

#include <string>

namespace ipcmark {

// The path of its ipcmark. The revision is checked out into a work tree of git, build/revisions/<hash>/tree,
// and built in build/revisions/<hash>/build with the build type of this program; what is there already is
// used again. Throws UsageError when there is no such revision, or when it does not build.
std::string build_revision(const std::string& revision, bool quiet);

}  // namespace ipcmark
