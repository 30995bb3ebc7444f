insmod tree.ko
rmmod tree
