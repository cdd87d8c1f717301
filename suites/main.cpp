#include "suites/cli/program.hpp"

int main(int argc, char** argv) { return ipcmark::program(argc, argv); }
