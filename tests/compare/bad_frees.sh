# Wrong frees, in a machine of their own: Linux reports them, and may stumble over a slab's lists some allocations later.
# buggy
# boot: own
# append: slub_debug=FZPU
# log: (double_free|invalid_free)\w*
insmod double_free.ko
rmmod double_free
insmod invalid_free.ko
rmmod invalid_free
