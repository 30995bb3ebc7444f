insmod memory.ko
rmmod memory
