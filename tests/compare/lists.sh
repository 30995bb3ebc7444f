insmod lists.ko
rmmod lists
