// make_vectors DIR: writes all test vectors to DIR.
#include <cstdio>
#include <fstream>

#include "vectors/vectors.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_vectors DIR\n");
    return 2;
  }
  for (const tacit::vectors::File& file : tacit::vectors::files()) {
    std::ofstream out(std::string(argv[1]) + "/" + file.name + ".json");
    out << tacit::vectors::render(file.make());
    if (!out.flush()) {
      std::fprintf(stderr, "cannot write %s\n", file.name.c_str());
      return 1;
    }
  }
}
