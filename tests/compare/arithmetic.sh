insmod arithmetic.ko
rmmod arithmetic
