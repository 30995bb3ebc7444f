# Figures: they differ.
# buggy
# log: nothing
insmod remotefree.ko
