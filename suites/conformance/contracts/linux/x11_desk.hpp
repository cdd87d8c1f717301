// An actor's own connection to the X server, and what owners and requestors of a selection do with it, as a
// line for each: X Window System Protocol; ICCCM, section 2.
#pragma once

#include <string>

#include "suites/conformance/actor.hpp"

namespace ipcmark::x11 {

// A name for a selection that no other case uses, so that the clauses need nobody's clipboard. (Its atom
// stays in the server, which forgets none until it is reset.)
std::string selection_name();

// A play. The first word of its text is the selection, the second, if there is one, how many bytes an owner
// offers (5: "hello"). Does as it is told; what it has offered it serves by "serve".
//   owner          "mine", "none", "other"
//   own, disown    SetSelectionOwner at the server's time, or of None; then as owner
//   own_before N   the same N milliseconds before the server's time
//   ask TARGET     ConvertSelection into the property TARGET, without waiting: "asked"
//   answer         waits for SelectionNotify: "refused", or "TYPE LENGTH TEXT"; joins what comes by INCR, and
//                  then says "INCR PIECES LENGTH right" if the bytes are those that were offered
//   paste TARGET   both
//   multiple A B   asks for both in one request: what the list of pairs says then, and each content
//   asked N        waits for N requests, and leaves them unanswered: "asked N"
//   serve N        answers N requests, of those left first, in full: "served N"
//   cleared        waits for SelectionClear: "cleared", or "another" selection's
//   look           what has come until now, by a round trip: "nothing", or the event's number
void use_selection(Stage&);

}  // namespace ipcmark::x11
