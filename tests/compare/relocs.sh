# The bytes are addresses: they differ. That it runs is what counts.
# log: nothing
insmod relocs.ko
rmmod relocs
