// Secret<T>: a trivially copyable value that is wiped when it dies and can't be printed or compared by accident.
#pragma once

#include <cstddef>
#include <type_traits>

namespace tacit {

// Overwrites memory with zeros in a way the compiler may not remove.
void secure_wipe(void* data, size_t size);

template <class T>
class Secret {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Secret() = default;
  explicit Secret(const T& value) : value_(value) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { secure_wipe(&value_, sizeof(T)); }

  const T& expose() const { return value_; }
  T& expose() { return value_; }

 private:
  T value_{};
};

}  // namespace tacit
