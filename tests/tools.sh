# Installs what Debian alone has and tests need, where it may; read by the shell that runs them.

TOOLS="strace pgbouncer haproxy"
UNPACKED="$PWD/.local/tools"
PATH="$PATH:/usr/sbin:$UNPACKED/usr/bin:$UNPACKED/usr/sbin"  # where Debian puts them

has() {
  for tool in "$@"; do command -v "$tool" >/dev/null || return 1; done
}

install_all() {
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core $TOOLS
}

unpack() {  # without root: below .local, with the libraries that are missing too
  mkdir -p "$UNPACKED"
  (
    cd "$UNPACKED"
    apt-get --simulate install --no-install-recommends $TOOLS | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | xargs apt-get download
    for package in *.deb; do dpkg --extract "$package" .; done
  )
}

if ! has chromium $TOOLS && has apt-get; then
  echo "  · Installing Chromium, strace, PgBouncer and HAProxy for the tests that need them"
  { install_all || has $TOOLS || unpack; } >/dev/null 2>&1 || true
  has chromium $TOOLS || echo "  Not all of them could be installed: the tests that need them will be skipped, and named at the end."
fi
if [ -d "$UNPACKED" ]; then
  export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$UNPACKED/usr/lib/$(uname -m)-linux-gnu"
fi

if [ -n "${CI:-}" ] && ! has chromium $TOOLS; then
  echo "  Chromium, strace, PgBouncer or HAProxy is missing: where a change is judged, no test is skipped."
  exit 1
fi
