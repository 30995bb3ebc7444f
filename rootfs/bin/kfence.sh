#!/bin/sh
# SPDX-License-Identifier: MIT
# Guard every allocation from the given slabs, and from no others.
# usage: kfence.sh kmalloc-64 [slab]...
#
# The pool is sized by what the slabs hold now: on each node as many objects as its fullest node has,
# added up over the slabs. KFENCE is switched off for all other slabs and for pages.

SLABS=/sys/kernel/slab
PARAMS=/sys/module/kfence/parameters

if [ $# -eq 0 ]; then
	echo "err: please input slabs"
	exit 1
fi

for slab in "$@"; do
	if [ ! -d $SLABS/$slab ]; then
		echo "err: slab $slab not exist!"
		exit 1
	fi
done

# The file says "total N0=objects N1=objects …".
sumobj=0
for slab in "$@"; do
	maxobj=1
	for word in $(cat $SLABS/$slab/objects); do
		case $word in
		N*=*)
			nodeobj=$(echo $word | cut -d= -f2)
			if [ $maxobj -lt $nodeobj ]; then
				maxobj=$nodeobj
			fi
			;;
		esac
	done
	sumobj=$((sumobj + maxobj))
done
echo "recommend num_objects per node: $sumobj"

if [ "$(cat $PARAMS/sample_interval)" -ne 0 ]; then
	echo "kfence is running, disable it and wait..."
	echo 0 > $PARAMS/sample_interval
	sleep 1
fi

for dir in $SLABS/*; do
	echo 0 > $dir/kfence_enable
done
echo 0 > $PARAMS/order0_page
for slab in "$@"; do
	echo 1 > $SLABS/$slab/kfence_enable
done

echo $sumobj > $PARAMS/num_objects
echo node > $PARAMS/pool_mode

if ! echo -1 > $PARAMS/sample_interval; then
	echo "err: kfence enable fail!"
	exit 1
fi
echo "kfence enabled!"
