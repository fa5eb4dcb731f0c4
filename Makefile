# SPDX-License-Identifier: GPL-2.0-only
#
# make help lists what can be made.

VERSION := $(file <VERSION)
KERNELDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
KERNEL ?= 6.1 6.12
SECONDS ?= 600

source := /usr/src/pintest-$(VERSION)
sources := VERSION dkms.conf uapi/linux/pintest.h \
	module/Kbuild module/Makefile $(wildcard module/compat/*.sh) \
	$(filter-out %.mod.c %/features.h, \
		$(wildcard $(addprefix module/,*.[ch] compat/*.[ch])))

all: userspace

help:
	@echo 'all, userspace   the library and the client'
	@echo 'module           pintest.ko for KERNELDIR=$(KERNELDIR)'
	@echo 'install          the client [PREFIX=$(PREFIX) LIBDIR=$(LIBDIR)],'
	@echo '                 and the module through DKMS'
	@echo 'install-userspace'
	@echo '                 the client only: nothing outside PREFIX'
	@echo 'uninstall        take them away again'
	@echo 'dist             a tarball, and what packages of it are made with'
	@echo 'deps             install what building and installing needs'
	@echo 'run              what long-term pins do on KERNEL="$(KERNEL)"'
	@echo 'check            tests for after each edit'
	@echo 'test             tests for before a change goes in'
	@echo 'test-all         everything; an interrupted run goes on with what'
	@echo '                 has not passed for this tree'
	@echo 'test-debug       the part of it on a debug kernel, which is built'
	@echo '                 once; LANES="locks fuzz" runs only these, and'
	@echo '                 UNTIL=N begins none after N minutes'
	@echo 'bench            what everything costs, in instructions'
	@echo 'fuzz             the fuzzer there, for SECONDS=$(SECONDS)'
	@echo 'check-style      all rules that a tool can check'
	@echo 'clean            remove what was built'

userspace:
	$(MAKE) -C userspace

module:
	$(MAKE) -C module KERNELDIR=$(KERNELDIR)

# Whoever gives a PREFIX may not expect anything outside of it.
install: say-install install-userspace install-module

say-install:
ifeq ($(DESTDIR),)
	@echo 'The client goes to $(PREFIX). Outside of it, this will'
	@echo '  put the sources of the module into $(source)'
	@echo '  register them with DKMS, which builds and installs the module for each'
	@echo '  kernel with headers in /lib/modules, now and when kernels are installed,'
	@echo '  and creates a key in /var/lib/dkms to sign it with, if there is none'
	@echo '"make install-userspace" leaves all that out, "make uninstall" undoes it.'
endif

install-userspace:
	$(MAKE) -C userspace install
	$(if $(DESTDIR)$(filter-out /usr /usr/local,$(PREFIX)),,ldconfig)

# Packages take the sources, and run DKMS when they are installed.
install-module:
	$(if $(DESTDIR),,./dkms-register remove)
	rm -rf $(DESTDIR)$(source)
	@echo 'copying the sources of the module to $(DESTDIR)$(source)'
	@for file in $(sources); do \
		install -D -m 644 $$file $(DESTDIR)$(source)/$$file || exit; \
	done
	@sed -i 's/#MODULE_VERSION#/$(VERSION)/' $(DESTDIR)$(source)/dkms.conf
	$(if $(DESTDIR),,./dkms-register add $(VERSION))

# The runner of virtual machines, with the sources that it builds for them.
vm := $(PREFIX)/share/pintest-vm
vm_sources = Makefile $(sources) $(shell find userspace share \
	tests/reproducers tests/vm \
	-path userspace/build -prune -o -type f ! -name '.*' -print)

install-vm:
	rm -rf $(DESTDIR)$(vm)
	@echo 'copying tests/vm and its sources to $(DESTDIR)$(vm)'
	@mkdir -p $(DESTDIR)$(vm)
	@cp --parents -t $(DESTDIR)$(vm) $(vm_sources)
	install -D -m 644 tests/vm/pintest-vm.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/pintest-vm.1
	@mkdir -p $(DESTDIR)$(PREFIX)/bin
	printf '#!/bin/sh\nexec $(vm)/tests/vm/run "$$@"\n' \
		>$(DESTDIR)$(PREFIX)/bin/pintest-vm
	chmod 755 $(DESTDIR)$(PREFIX)/bin/pintest-vm

# The same sources give the same bits.
dist:
	packaging/dist build/dist

uninstall: uninstall-userspace
	$(if $(DESTDIR),,./dkms-register remove)
	rm -rf $(DESTDIR)$(source)

# What install would put there is what goes, with the folders of our name.
uninstall-userspace:
	$(MAKE) -C userspace install DESTDIR=$(CURDIR)/build/uninstall
	cd build/uninstall && find . ! -type d -printf '$(DESTDIR)/%P\0' | \
		xargs -0 rm -f
	cd build/uninstall && find . -depth -type d -path '*pintest*' \
		-printf '$(DESTDIR)/%P\0' | xargs -0 -r sh -c 'for dir; do \
			[ ! -d "$$dir" ] || \
			rmdir --ignore-fail-on-non-empty "$$dir" || exit; \
		done' sh
	rm -rf build/uninstall
	$(if $(DESTDIR)$(filter-out /usr /usr/local,$(PREFIX)),,ldconfig)

clean:
	$(MAKE) -C userspace clean
	find module '(' -name '*.ko' -o -name '*.mod' -o -name '*.o' \
		-o -name '*.mod.c' -o -name '*.cmd' -o -name features.h \
		-o -name modules.order -o -name Module.symvers ')' -delete
	rm -rf build

deps:
	tests/deps build install

run:
	tests/deps build vm
	$(MAKE) -s userspace
	tests/vm/show $(KERNEL)

# Each runs what the one before it does, and more.
lanes_check := $(sort $(wildcard tests/lanes/check/*))
lanes_test := $(lanes_check) $(sort $(wildcard tests/lanes/test/*))
lanes_debug := $(sort $(wildcard tests/lanes/debug/*))
lanes_all := $(lanes_test) $(sort $(wildcard tests/lanes/all/*)) $(lanes_debug)

check test:
	tests/deps build check vm
	tests/run $(lanes_$@)

# What all lanes on the debug kernel have shown can only be told if all have run.
test-all: debug-kernel
	tests/run -r $(lanes_all)
	tests/debug/coverage
	tests/run tests/debug/proofs

debug-kernel:
	tests/deps build check vm static
	tests/debug/kernel

test-debug: debug-kernel
	tests/run $(if $(UNTIL),-u $(UNTIL)) $(if $(LANES),\
		$(LANES:%=tests/lanes/debug/%),$(lanes_debug))
ifeq ($(UNTIL)$(LANES),)
	tests/debug/coverage
	tests/run tests/debug/proofs
endif

bench:
	tests/deps build vm
	tests/bench/run

fuzz:
	tests/deps build vm
	FUZZ_SECONDS=$(SECONDS) FUZZ_SEED=$(or $(SEED),$(shell date +%s)) \
		tests/run -g 0 tests/lanes/debug/fuzz

check-style:
	tests/deps check vm
	tests/style/run

# These reach the makefiles below.
export DESTDIR PREFIX LIBDIR

.PHONY: all help userspace module install say-install install-userspace \
	install-module \
	install-vm dist uninstall uninstall-userspace clean deps run check test \
	test-all debug-kernel test-debug bench fuzz check-style
