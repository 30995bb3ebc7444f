insmod locks.ko
rmmod locks
