# SPDX-License-Identifier: LGPL-2.1-or-later
# The two commands of the README are `make try` and `make check`; the rest is for those who build.

PREFIX ?= /usr/local
DESTDIR ?=
NINJA = ninja -C build

# A PREFIX that somebody gave, also for a build folder that is there already.
GIVEN_PREFIX = $(if $(filter command environment,$(firstword $(origin PREFIX))),$(PREFIX))

.PHONY: all try check asan install uninstall clean format bench need-root packages prefix

all: build/build.ninja prefix
	@$(NINJA)

prefix: build/build.ninja
	@[ -z "$(GIVEN_PREFIX)" ] || grep -q '"name": "prefix", "value": "$(GIVEN_PREFIX)"' build/meson-info/intro-buildoptions.json || \
	  { echo "build/ is for another prefix; it is built anew for $(GIVEN_PREFIX)"; meson configure build --prefix "$(GIVEN_PREFIX)"; }

build/build.ninja:
	@tools/setup.sh build
	@meson setup build --prefix $(PREFIX) >build.log 2>&1 || { cat build.log; rm -rf build; rm -f build.log; exit 1; }
	@mv build.log build/setup.log

need-root:
	@[ "$$(id -u)" = 0 ] || { echo "make try needs root: it installs packages and starts a container. Nothing was done."; \
	  echo "Run it as root (sudo make try)."; exit 1; }

try: need-root
	@tools/setup.sh build run
	@$(MAKE) --no-print-directory build/build.ninja
	@ninja -C build programs
	@tools/try.sh

check:
	@tools/check.sh

install: all
	@DESTDIR="$(DESTDIR)" meson install -C build --no-rebuild
	@[ -n "$(DESTDIR)" ] || tools/after-install.sh

uninstall:
	@tools/uninstall.sh "$(DESTDIR)"

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

bench: all
	@bench/run

clean:
	rm -rf build build-asan
