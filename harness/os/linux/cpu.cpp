#include "harness/os/cpu.hpp"

#include <hwloc.h>
#include <sched.h>

#include <memory>

#include "harness/errors.hpp"

namespace ipcmark::os {
namespace {

unsigned ancestor(hwloc_topology_t tree, hwloc_obj_t unit, hwloc_obj_type_t type) {
  const hwloc_obj_t found = hwloc_get_ancestor_obj_by_type(tree, type, unit);
  return found == nullptr ? 0 : found->logical_index;
}

unsigned count(hwloc_topology_t tree, hwloc_obj_type_t type) {
  const int found = hwloc_get_nbobjs_by_type(tree, type);
  return found > 0 ? static_cast<unsigned>(found) : 0;
}

Topology read_topology() {
  hwloc_topology_t tree = nullptr;
  if (hwloc_topology_init(&tree) != 0) throw std::runtime_error("hwloc_topology_init failed");
  const std::unique_ptr<hwloc_topology, decltype(&hwloc_topology_destroy)> owner(tree,
                                                                                 hwloc_topology_destroy);
  if (hwloc_topology_load(tree) != 0) throw std::runtime_error("hwloc_topology_load failed");

  Topology result;
  result.cores = count(tree, HWLOC_OBJ_CORE);
  result.sockets = count(tree, HWLOC_OBJ_PACKAGE);
  result.numa_nodes = count(tree, HWLOC_OBJ_NUMANODE);
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  check(::sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
  for (unsigned id = 0; id < CPU_SETSIZE; ++id) {
    if (!CPU_ISSET(id, &allowed)) continue;
    const hwloc_obj_t unit = hwloc_get_pu_obj_by_os_index(tree, id);
    if (unit == nullptr) continue;
    result.usable.push_back({.id = id,
                             .core = ancestor(tree, unit, HWLOC_OBJ_CORE),
                             .socket = ancestor(tree, unit, HWLOC_OBJ_PACKAGE),
                             .numa = static_cast<unsigned>(std::max(0, hwloc_bitmap_first(unit->nodeset)))});
  }
  const hwloc_obj_t cache = hwloc_get_obj_by_type(tree, HWLOC_OBJ_L1CACHE, 0);
  if (cache != nullptr && cache->attr->cache.linesize != 0) result.cache_line = cache->attr->cache.linesize;
  return result;
}

}  // namespace

const Topology& topology() {
  static const Topology known = read_topology();
  return known;
}

void pin_to(unsigned processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  check(::sched_setaffinity(0, sizeof one, &one), "sched_setaffinity");
}

}  // namespace ipcmark::os
