# SPDX-License-Identifier: MIT
# The slab on the real CPU beside malloc()s: build/bench/hosted_{slab,glibc,jemalloc,mimalloc}, see hosted_alloc.c.
#
# The slab is what the kernel runs, compiled as the kernel is, but for the code model and on the hosted machine of
# tests/unit/mm. The mallocs are the shared libraries that Debian has, as programs use them.

bench-kflags := $(filter-out -fsanitize% -fno-sanitize% -O1,$(hosted-kflags)) -O2 -fno-pie -fno-stack-protector \
	-fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-delete-null-pointer-checks -Wno-unused-function \
	-include tests/unit/host/rename.h -Itests/unit $(if $(filter x86_64,$(hosted-arch)),-fcf-protection=none)
bench-include := $(if $(filter x86_64,$(hosted-arch)),,-Itests/unit/mm/include-c) -Itests/unit/mm/include
bench-objs := $(patsubst %.c,build/bench/k/%.o,$(filter-out tests/% mm/pmalloc/%,$(hosted-mm)) tests/unit/mm_glue.c tests/unit/mm/absent.c \
	tests/bench/hosted_alloc.c)
build/bench/k/mm/fast.o: bench-kflags += -fomit-frame-pointer -foptimize-sibling-calls
bench-libs-jemalloc := -ljemalloc
bench-libs-mimalloc := -lmimalloc -lpthread

build/bench/k/%.o: %.c
	@mkdir -p $(@D)
	@gcc $(bench-include) $(bench-kflags) -DBENCH_SLAB -MMD -MP -c -o $@ $<
-include $(bench-objs:.o=.d)

build/bench/hosted_slab: $(bench-objs) tests/bench/hosted_main.c tests/unit/mm/machine.c
	@echo "  HOSTCC  $@"
	@gcc -O2 -Itests/unit -no-pie -Wl,-T,tests/unit/mm/percpu.lds -o $@ tests/bench/hosted_main.c tests/unit/mm/machine.c $(bench-objs)

build/bench/hosted_%: tests/bench/hosted_main.c tests/bench/hosted_alloc.c tests/bench/hosted_alloc.h
	@mkdir -p $(@D)
	@echo "  HOSTCC  $@"
	@gcc -O2 -fno-pie -no-pie -fno-builtin-malloc -fno-builtin-free -o $@ tests/bench/hosted_main.c tests/bench/hosted_alloc.c $(bench-libs-$*)

# `make test` runs the slab's, too, so that it goes on building.
.PHONY: run-unit-bench
run-unit-bench: build/bench/hosted_slab
	@mkdir -p build/unit
	@build/bench/hosted_slab >build/unit/bench.log 2>&1 || { cat build/unit/bench.log; exit 1; }
	@grep -q batch_1024_random build/unit/bench.log && echo "unit bench: $$(wc -l <build/unit/bench.log) figures"
test-unit: $(if $(T),,run-unit-bench)

.PHONY: bench-hosted
bench-hosted: $(addprefix build/bench/hosted_,slab glibc jemalloc mimalloc)
