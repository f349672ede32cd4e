# shellcheck shell=sh
# What a build needs beyond a Rust toolchain, found or installed. Sourced by quickstart.sh, tests/run.sh and .ci/run,
# so that all of them build with the same settings and RocksDB is compiled once.
#
# Caller sets: root (repository), lang (en | zh-CN | empty), assume_yes (1: never ask).
# Exports: BINDGEN_EXTRA_CLANG_ARGS, LIBCLANG_PATH where needed.

# Sentences live in i18n/locales/<lang>/deploy.ftl: one line each, `key = text`, variables as { $name }.
case "${lang:-${HENGTAN_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}}" in
  zh*) lang=zh-CN ;;
  *) lang=en ;;
esac

# say KEY [name value]...
say() {
  _line=$(sed -n "s/^$1 = //p" "$root/i18n/locales/$lang/deploy.ftl")
  [ -n "$_line" ] || _line=$1
  shift
  while [ $# -ge 2 ]; do
    _value=$(printf '%s' "$2" | sed 's/[\\&|]/\\&/g')
    _line=$(printf '%s' "$_line" | sed "s|{ \$$1 }|$_value|g")
    shift 2
  done
  printf '%s\n' "$_line" >&2
}

# confirm KEY [name value]...: true with --yes; false without a terminal to ask on.
confirm() {
  [ "${assume_yes:-0}" = 1 ] && return 0
  say "$@"
  [ -t 0 ] || { say deploy-no-terminal; return 1; }
  read -r _answer
  case "$_answer" in y | Y | yes | 是) return 0 ;; *) return 1 ;; esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages REASON-KEY PACKAGE...
install_packages() {
  _reason=$1
  shift
  if ! command -v apt-get >/dev/null 2>&1; then
    say deploy-no-apt packages "$*"
    return 1
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    say deploy-no-root packages "$*"
    return 1
  fi
  say "$_reason"
  confirm deploy-confirm-install packages "$*" || return 1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

libclang_present() {
  if [ -n "${LIBCLANG_PATH:-}" ]; then
    ls "$LIBCLANG_PATH"/libclang*.so* >/dev/null 2>&1 && return 0
  fi
  ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang-[0-9]*.so* /usr/lib/*/libclang.so* /usr/lib64/libclang.so* \
    /usr/lib64/llvm*/lib/libclang.so* 2>/dev/null | grep -vq 'libclang-cpp'
}

# The runtime library of the distribution's default clang: Debian 12 calls it libclang1-14, Ubuntu 24.04 libclang1-18.
libclang_package() {
  _package=$(apt-cache depends libclang-dev 2>/dev/null | sed -n 's/.*Depends: libclang-\([0-9][0-9]*\)-dev.*/libclang1-\1/p' | head -n 1)
  printf '%s' "${_package:-libclang1}"
}

# Without root: the same library from the Python package index, inside the repository's ignored target folder.
libclang_from_python() {
  command -v python3 >/dev/null 2>&1 && python3 -m pip --version >/dev/null 2>&1 || return 1
  _folder=${CARGO_TARGET_DIR:-$root/target}/libclang
  confirm deploy-confirm-pip folder "$_folder" || return 1
  python3 -m pip install --quiet --disable-pip-version-check --target "$_folder" libclang==18.1.1 >&2 || return 1
  LIBCLANG_PATH=$_folder/clang/native
  export LIBCLANG_PATH
}

prerequisites() {
  if ! command -v cc >/dev/null 2>&1 || ! command -v c++ >/dev/null 2>&1; then
    install_packages deploy-need-compiler gcc g++ libc6-dev || { say deploy-missing-compiler; return 1; }
  fi
  if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH=$HOME/.cargo/bin:$PATH
    export PATH
  fi
  if ! command -v cargo >/dev/null 2>&1; then
    say deploy-missing-rust
    return 1
  fi
  _have=$(rustc --version | sed 's/^rustc \([0-9]*\)\.\([0-9]*\).*/\1 \2/')
  _want=$(sed -n 's/^rust-version = "\([0-9]*\)\.\([0-9]*\)"/\1 \2/p' "$root/Cargo.toml")
  # shellcheck disable=SC2086
  set -- $_have $_want
  if [ "$1" -lt "$3" ] || { [ "$1" = "$3" ] && [ "$2" -lt "$4" ]; }; then
    say deploy-old-rust have "$1.$2" want "$3.$4"
    return 1
  fi
  _folder=${CARGO_TARGET_DIR:-$root/target}/libclang/clang/native
  if ! libclang_present && [ -d "$_folder" ]; then
    LIBCLANG_PATH=$_folder
    export LIBCLANG_PATH
  fi
  if ! libclang_present; then
    if command -v apt-get >/dev/null 2>&1 && ! apt-cache show libclang-dev >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
      apt-get update -qq >&2 || true
    fi
    install_packages deploy-need-libclang "$(libclang_package)" || libclang_from_python || {
      say deploy-missing-libclang
      return 1
    }
  fi
  # libclang's runtime package has no builtin headers (stdbool.h); the C compiler's serve as well.
  BINDGEN_EXTRA_CLANG_ARGS=-I$(cc -print-file-name=include)
  export BINDGEN_EXTRA_CLANG_ARGS
}
