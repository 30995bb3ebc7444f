insmod reserve.ko
rmmod reserve
