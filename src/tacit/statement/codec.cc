#include "tacit/statement/codec.h"

#include "tacit/hash/blake3.h"
#include "tacit/statement/archive.h"

namespace tacit::statement {
void write(Writer& out, const System& system) { Saver{out}(system); }

Result<System> parse(Reader& in) { return load<System>(in); }

hash::Digest digest(const System& system) {
  Writer out;
  out.raw(as_bytes("tacit system v1"));
  write(out, system);
  return hash::blake3(out.bytes());
}

}  // namespace tacit::statement
