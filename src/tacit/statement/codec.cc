#include "tacit/statement/codec.h"

#include "tacit/hash/blake3.h"
#include "tacit/statement/archive.h"

namespace tacit::statement {
namespace {

template <class T>
Result<T> parse_one(Reader& in) {
  T value;
  Loader loader(in);
  loader(value);
  if (!loader.status()) return tl::unexpected(loader.status().error());
  return value;
}

}  // namespace

void write(Writer& out, const System& system) { Saver{out}(system); }
void write(Writer& out, const Port& port) { Saver{out}(port); }

Result<System> parse(Reader& in) { return parse_one<System>(in); }
Result<Port> parse_port(Reader& in) { return parse_one<Port>(in); }

hash::Digest digest(const System& system) {
  Writer out;
  out.raw(as_bytes("tacit system v1"));
  write(out, system);
  return hash::blake3(out.bytes());
}

}  // namespace tacit::statement
